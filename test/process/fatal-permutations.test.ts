import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { readFailures } from '../../src/store/failures.ts';
import { layoutOf } from '../../src/store/scan/layout.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';
import { permafrost } from './cli.ts';

/** A model whose permutations do something that no catch catches, one in a hundred; in both forms. */
function model(harm: string, form: 'simulate' | 'simulateChunk'): string {
  const one = `const u = rng(); if (u < 0.01) { ${harm} } `;
  const simulate =
    form === 'simulate'
      ? `simulate(state, rng, row) { ${one} row.x = u; }`
      : `simulateChunk(state, streams, [x]) { for (let i = 0; i < streams.count; i += 1) { const rng = streams.rng(i); ${one} x[i] = u; } }`;
  return `export default { name: 'harm', version: '1', parameters: {}, metrics: { x: {} }, ${simulate} };`;
}

const HARMS: readonly (readonly [string, string, RegExp])[] = [
  ['never ends', 'for (;;) {}', /^PermutationTimeout: did not end within 0\.3 s \(--permutation-timeout\); its thread/],
  [
    'process.exit',
    'process.exit(7);',
    /^ThreadEnded: ended its thread with exit code 7: a model must not call process\.exit/,
  ],
  [
    'memory',
    'const all = []; for (;;) all.push(new Array(100_000).fill(u + all.length));',
    /^OutOfMemory: needed more memory than a thread/,
  ],
];

/** Those of 300 that draw less than 0.01, from a run without harm; and the rows of the others. */
function runOf(
  folder: string,
  name: string,
  harm: string,
  form: 'simulate' | 'simulateChunk',
  flags: readonly string[],
) {
  writeFileSync(join(folder, `${name}.mjs`), model(harm, form));
  writeFileSync(
    join(folder, `${name}.yaml`),
    `model: ./${name}.mjs\ncells: [{ id: c }]\npermutations: 300\noutput: ${name}\n`,
  );
  return permafrost(['run', `${name}.yaml`, '--threads', '2', '--on-error', 'continue', ...flags], {
    cwd: folder,
    env: { NODE_OPTIONS: '--max-old-space-size=96' },
  });
}

const CASES = HARMS.flatMap(([name, harm, message]) =>
  (name === 'never ends' ? (['simulate', 'simulateChunk'] as const) : (['simulate'] as const)).map(
    (form) => [name, form, harm, message] as const,
  ),
);

test.each(CASES)(
  '%s in %s fails that permutation alone, and every other has its row',
  async (name, form, harm, message) => {
    const folder = newFolder();
    onTestFinished(() => {
      removeFolder(folder);
    });
    const rowsOf = (name: string): string[] =>
      readFileSync(join(folder, name, 'per_cell/cell_c/metrics_compact.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1);
    expect((await runOf(folder, 'sound', '', form, [])).exit).toBe(0);
    const sound = rowsOf('sound');
    const fatal = sound.filter((row) => Number(row.split(',')[1]) < 0.01).map((row) => Number(row.split(',')[0]));
    expect(fatal.length).toBeGreaterThan(1);

    const ended = await runOf(
      folder,
      'harm',
      harm,
      form,
      name === 'never ends' ? ['--permutation-timeout', '0.3'] : [],
    );
    expect(ended.exit, ended.stderr).toBe(1);
    const failures = readFailures(disk, layoutOf(join(folder, 'harm')).cell('c').folder);
    expect(failures.map(({ perm_index }) => perm_index)).toEqual(fatal);
    for (const { error_class, message: text } of failures) expect(`${error_class}: ${text}`).toMatch(message);
    expect(rowsOf('harm')).toEqual(sound.filter((row) => !fatal.includes(Number(row.split(',')[0]))));
  },
);

test('a prepare that ends its thread stops the run, and says so', async () => {
  const folder = newFolder();
  onTestFinished(() => {
    removeFolder(folder);
  });
  const text = `export default { name: 'harm', version: '1', parameters: {}, metrics: { x: {} }, prepare: () => process.exit(3), simulate(s, rng, row) { row.x = 1; } };`;
  writeFileSync(join(folder, 'harm.mjs'), text);
  writeFileSync(join(folder, 'study.yaml'), 'model: ./harm.mjs\ncells: [{ id: c }]\npermutations: 300\noutput: out\n');
  const { exit, stderr } = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'prepare() ends its thread, every time. A worker thread died: worker exited with code: 3.',
  );
  expect(exit).toBe(3);
});
