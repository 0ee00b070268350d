import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { finished, permafrost, start, temporaryFolder } from './cli.ts';

/** A slow model: a run that lasts until it is killed. */
const MODEL = `export default {
  name: 'slow', version: '1', parameters: {}, metrics: { value: {} },
  simulate: (_state, rng, row) => { const until = performance.now() + 2; while (performance.now() < until); row.value = rng(); },
};`;

interface Failed {
  readonly error: { readonly code: string; readonly message: string };
}

/** A run that lasts and has the lock. */
async function slowRun(options: Parameters<typeof start>[1] = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'slow.mjs'), MODEL);
  const study = join(folder, 'study.yaml');
  writeFileSync(study, 'model: ./slow.mjs\npermutations: 100000\noutput: out\n');
  const holder = start(['run', study, '--threads', '1'], options);
  const lock = join(folder, 'out/.lock');
  const says = () => (existsSync(lock) ? readFileSync(lock, 'utf8') : '');
  await expect.poll(says, { timeout: 60_000 }).toContain(`"pid":${holder.pid}`);
  return { folder, study, holder };
}

it('a second process on one output is told who holds it; after kill -9 of the holder it may go on', async () => {
  const { study, holder } = await slowRun();
  const second = await permafrost(['run', study, '--json']);
  expect(second.exit).toBe(3);
  const { error } = second.json() as Failed;
  expect(error.code).toBe('LOCKED');
  expect(error.message).toContain(String(holder.pid));
  expect(second.stderr).toContain(error.message);

  // One row at least is to be there, below the header.
  const per_cell = join(study, '../out/per_cell');
  const rows = () =>
    readdirSync(per_cell, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.csv'))
      .some((name) => readFileSync(join(per_cell, name), 'utf8').split('\n').length > 2);
  await expect.poll(() => existsSync(per_cell) && rows(), { timeout: 60_000 }).toBe(true);
  holder.kill('SIGKILL');
  await finished(holder);
  const third = await permafrost(['run', study, '--max-seconds', '1', '--json']);
  expect(third.exit, third.stderr).toBe(3);
  const { outputs } = third.json() as { outputs: { permutations_computed: number; permutations_reused: number }[] };
  expect(outputs[0]!.permutations_reused).toBeGreaterThan(0);
});

it.runIf(process.platform === 'linux').each([
  ['the first', 'the second'],
  ['the second', 'the first'],
])('%s finds flock in its PATH, %s does not: one writes, the other is refused', async (withFlock) => {
  const folder = temporaryFolder();
  // node alone, as in a container without util-linux.
  mkdirSync(join(folder, 'bin'));
  symlinkSync(process.execPath, join(folder, 'bin/node'));
  const without = { env: { PATH: join(folder, 'bin') } };
  const { study, holder } = await slowRun(withFlock === 'the first' ? {} : without);
  const second = await permafrost(
    ['run', study, '--max-seconds', '1', '--json'],
    withFlock === 'the first' ? without : {},
  );
  expect(second.exit).toBe(3);
  expect((second.json() as Failed).error).toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining(`process ${holder.pid} `) as string,
  });
  holder.kill('SIGKILL');
  await finished(holder);
});

// On Windows no program can send SIGINT to another: it ends that at once.
it.skipIf(process.platform === 'win32')('a run that ended leaves no lock', async () => {
  const { folder, holder } = await slowRun();
  holder.kill('SIGINT');
  await finished(holder);
  expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.lock'))).toEqual([]);
});
