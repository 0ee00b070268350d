import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { digestOf, EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

/** A WebAssembly model, as the built command runs it. */

const STUDY = `model: ./sim.wasm
grid: { r0: [0.8, 2, 3] }
parameters: { population: 200 }
permutations: 3000
`;

function study(): string {
  const folder = temporaryFolder();
  cpSync(join(EXAMPLES, 'sir-wasm'), folder, { recursive: true });
  writeFileSync(join(folder, 'study.yaml'), STUDY);
  return folder;
}

it('has the same rows whatever the threads and chunks, and where a run was extended', async () => {
  const folder = study();
  const digests: string[] = [];
  for (const [k, args] of [
    ['--threads', '1'],
    ['--threads', '2', '--chunk', '170'],
    ['--threads', '2', '--permutations', '1111'],
  ].entries()) {
    const output = join(folder, `out-${k}`);
    const ran = await permafrost(['run', join(folder, 'study.yaml'), '--output', output, ...args]);
    expect(ran.stderr).not.toContain('Warning');
    expect(ran.exit).toBe(0);
    if (args.includes('--permutations'))
      expect((await permafrost(['run', join(folder, 'study.yaml'), '--output', output])).exit).toBe(0);
    digests.push(await digestOf(output));
  }
  expect(new Set(digests).size).toBe(1);
});

it('is part of what a run is: other words are the same run, another module or bound is not', async () => {
  const folder = study();
  const file = join(folder, 'study.yaml');
  const output = join(folder, 'out');
  const run = (): ReturnType<typeof permafrost> => permafrost(['run', file, '--output', output, '--json']);
  expect((await run()).exit).toBe(0);
  const declaration = readFileSync(join(folder, 'sim.json'), 'utf8');
  const reused = async (): Promise<number> =>
    ((await run()).json() as { outputs: [{ permutations_reused: number }] }).outputs[0].permutations_reused;

  writeFileSync(join(folder, 'sim.json'), declaration.replace('"unit": "people"', '"unit": "persons"'));
  expect(await reused()).toBe(9000);

  writeFileSync(join(folder, 'sim.json'), declaration.replace('"version": "1"', '"version": "2"'));
  expect(await run()).toMatchObject({ exit: 2 });

  writeFileSync(join(folder, 'sim.json'), declaration);
  // A custom section at the end changes nothing that is computed, and it is another module.
  const module = readFileSync(join(folder, 'sim.wasm'));
  writeFileSync(join(folder, 'sim.wasm'), Buffer.concat([module, Buffer.from([0, 2, 1, 0x78])]));
  expect(await run()).toMatchObject({ exit: 2 });
  writeFileSync(join(folder, 'sim.wasm'), module);
  expect(await reused()).toBe(9000);
});

it('replays a row', async () => {
  const folder = study();
  const output = join(folder, 'out');
  expect((await permafrost(['run', join(folder, 'study.yaml'), '--output', output])).exit).toBe(0);
  const replayed = await permafrost(['replay', output, '--cell', 'r0=2', '--perm', '7', '--json']);
  expect(replayed).toMatchObject({ exit: 0 });
  expect(replayed.json()).toMatchObject({ perm_index: 7 });
});
