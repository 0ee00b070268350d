import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { EXAMPLES, finished, permafrost } from '../process/cli.ts';
import { finishedFiles } from '../operations/coin-study.ts';
import { Cluster } from './cluster.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './redis-server.ts';

/** The studies as they are take a minute and more. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
vi.setConfig({ testTimeout: FULL ? 600_000 : 120_000 });

const STUDIES = { one: 'exp1_vary_width.yaml', two: 'exp2_vary_width.yaml' } as const;

/** The study of examples/federated, with its output in the folder; in the short form two permutations of three rounds. */
function studyOf(folder: string, name: keyof typeof STUDIES): string {
  const example = join(EXAMPLES, 'federated');
  let text = readFileSync(join(example, STUDIES[name]), 'utf8')
    .replace('mnist-14x14.digits', JSON.stringify(join(example, 'mnist-14x14.digits')))
    .replace(/^output: .*$/m, `output: ${name}`);
  if (!FULL)
    text = text.replace('global_rounds: 12', 'global_rounds: 3').replace('permutations: 10', 'permutations: 2');
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

interface Told {
  readonly outputs: readonly { readonly permutations_computed: number; readonly permutations_reused: number }[];
}

describe.skipIf(!HAS_REDIS)(`studies that share experiments, over a queue${WITHOUT_REDIS}`, () => {
  test('federated with widths 1, 4, 16 and 4, 16, 64: four experiments are computed once, each output has three, equal bytes', async () => {
    const cluster = await Cluster.start();
    const { folder } = cluster;
    const [one, two] = [studyOf(folder, 'one'), studyOf(folder, 'two')];
    // A built-in model needs no leave; its input comes by the queue.
    const places = ['--cache', join(folder, 'cache'), '--spool', join(folder, 'spool')];
    const worker = cluster.begin(['worker', '--threads', '1', '--json', ...places]);
    const { exit, stderr, json } = await finished(cluster.manager(one, two, '--chunk', '1', '--json'));
    expect(exit, stderr).toBe(0);
    const n = FULL ? 10 : 2;
    const { outputs } = json() as Told;
    expect(outputs.reduce((sum, { permutations_computed }) => sum + permutations_computed, 0)).toBe(4 * n);
    expect(
      outputs.map(({ permutations_computed, permutations_reused }) => permutations_computed + permutations_reused),
    ).toEqual([3 * n, 3 * n]);
    worker.kill('SIGTERM');
    expect((await finished(worker)).json()).toMatchObject({ permutations: 4 * n, spooled: 0 });
    for (const name of ['one', 'two'] as const) {
      const output = `${name}-alone`;
      expect((await permafrost(['run', studyOf(folder, name), '--output', output], { cwd: folder })).exit).toBe(0);
      const [queue, here] = [finishedFiles(join(folder, name)), finishedFiles(join(folder, output))];
      expect(Object.keys(queue).filter((path) => path.endsWith('metrics_compact.csv'))).toHaveLength(3);
      expect(queue).toEqual(here);
    }
  });
});
