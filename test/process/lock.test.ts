import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
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

it('a second process on one output is told who holds it; after kill -9 of the holder it may go on', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'slow.mjs'), MODEL);
  const study = join(folder, 'study.yaml');
  writeFileSync(study, 'model: ./slow.mjs\npermutations: 100000\noutput: out\n');
  const holder = start(['run', study, '--threads', '1']);
  await sleep(2500);
  const second = await permafrost(['run', study, '--json']);
  expect(second.exit).toBe(3);
  const { error } = second.json() as Failed;
  expect(error.code).toBe('LOCKED');
  expect(error.message).toContain(String(holder.pid));
  expect(second.stderr).toContain(error.message);

  holder.kill('SIGKILL');
  await finished(holder);
  const third = await permafrost(['run', study, '--max-seconds', '1', '--json']);
  expect(third.exit, third.stderr).toBe(3);
  const { outputs } = third.json() as { outputs: { permutations_computed: number; permutations_reused: number }[] };
  expect(outputs[0]!.permutations_reused).toBeGreaterThan(0);
});
