import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { digestOf, EXAMPLES, finished, permafrost, seededUniform, start, temporaryFolder } from './cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// One test runs a whole study many times, or a large one.
vi.setConfig({ testTimeout: 300_000 });

/** A trade surface of eight cells on the real trade list. */
const study_text = (permutations: number): string => `
name: kill-me
model: trades
inputs: { trades: ${join(EXAMPLES, 'sp500/trades.csv')}, ohlc: ${join(EXAMPLES, 'sp500/sp500_daily.csv')} }
parameters: { initial_equity: 25000 }
grid:
  p_skip: [0.02, 0.1]
  delay_bars_max: [0, 1]
  slip_dollars: 50
  shuffle_mode: [none, permute]
  bootstrap_mode: trade_bootstrap
permutations: ${permutations}
output: out
`;

interface RunJson {
  readonly outputs: readonly {
    readonly permutations_reused: number;
    readonly permutations_computed: number;
    readonly permutations_total: number;
    readonly cells: number;
    readonly complete: number;
  }[];
}

const PERMUTATIONS = 12_000;
/** Long enough to be killed many times. */
const LONG = 200_000;
/** 5 in CI, 20 with PERMAFROST_FULL=1. */
const KILLS = process.env['PERMAFROST_FULL'] === '1' ? 20 : 5;

function study(folder: string, permutations = PERMUTATIONS): string {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, study_text(permutations));
  return file;
}

/** The cells' folders so far. Files stand beside them for a moment: the one by which a run tries how names are compared. */
function cellFolders(output: string): readonly string[] {
  const cells = join(output, 'per_cell');
  if (!existsSync(cells)) return [];
  return readdirSync(cells, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(cells, entry.name));
}

/** Rows that the run has said are done: what progress.json of its cells claims. */
function acknowledgedRows(output: string): number {
  return cellFolders(output)
    .map((cell) => join(cell, 'progress.json'))
    .filter((path) => existsSync(path))
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { n_done: number }).n_done)
    .reduce((sum, n) => sum + n, 0);
}

/** Size of all metrics files [bytes]. */
function bytesWritten(output: string): number {
  return cellFolders(output)
    .map((cell) => join(cell, 'metrics_compact.csv'))
    .reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Waits until this process has written rows: on a busy machine that takes its time. */
async function written(output: string, child: ReturnType<typeof start>): Promise<void> {
  const before = bytesWritten(output);
  while (child.exitCode === null && bytesWritten(output) <= before) await sleep(20);
}

/** The digest of an undisturbed run. */
async function undisturbed(permutations: number): Promise<string> {
  const folder = newFolder();
  const result = await permafrost(['run', study(folder, permutations), '--threads', '2', '--json']);
  expect(result.exit, result.stderr).toBe(0);
  const digest = await digestOf(join(folder, 'out'));
  removeFolder(folder);
  return digest;
}

let expected: string;
let expected_long: string;

beforeAll(async () => {
  expected = await undisturbed(PERMUTATIONS);
  expected_long = await undisturbed(LONG);
});

describe('one digest', () => {
  it.each([1, 3].flatMap((threads) => [500, 10_000].map((chunk) => ({ threads, chunk }))))(
    'with $threads threads and chunks of $chunk',
    async ({ threads, chunk }) => {
      const folder = temporaryFolder();
      const result = await permafrost([
        'run',
        study(folder),
        '--threads',
        String(threads),
        '--chunk',
        String(chunk),
        '--json',
      ]);
      expect(result.exit, result.stderr).toBe(0);
      expect(await digestOf(join(folder, 'out'))).toBe(expected);
    },
  );

  it('after many kill -9 at random moments of one run, and nothing acknowledged is computed again', async () => {
    const folder = temporaryFolder();
    const file = study(folder, LONG);
    const uniform = seededUniform(20261122);
    let acknowledged = 0;
    for (let kills = 0; kills < KILLS;) {
      const threads = String(1 + Math.floor(3 * uniform()));
      const chunk = String(1 + Math.floor(3000 * uniform()));
      // The slower kernel leaves time for them; it writes the same bytes.
      const child = start(['run', file, '--threads', threads, '--chunk', chunk, '--kernel', 'typescript']);
      await written(join(folder, 'out'), child);
      await sleep(500 * uniform());
      child.kill('SIGKILL');
      const ended = await finished(child);
      expect(ended.signal, 'the run was over before it could be killed so often').toBe('SIGKILL');
      kills += 1;
      const counted = acknowledgedRows(join(folder, 'out'));
      expect(counted).toBeGreaterThanOrEqual(acknowledged);
      acknowledged = counted;
    }
    expect(acknowledged).toBeGreaterThan(0);
    const last = await permafrost(['run', file, '--threads', '2', '--json']);
    expect(last.exit, last.stderr).toBe(0);
    expect((last.json() as RunJson).outputs[0]!.permutations_reused).toBeGreaterThanOrEqual(acknowledged);
    expect(await digestOf(join(folder, 'out'))).toBe(expected_long);
  });

  it('after Ctrl-C, which says how to resume and exits 130', async () => {
    const folder = temporaryFolder();
    const file = study(folder, LONG);
    const child = start(['run', file, '--threads', '2', '--kernel', 'typescript']);
    await written(join(folder, 'out'), child);
    child.kill('SIGINT');
    const ended = await finished(child);
    expect(ended.exit, ended.stderr).toBe(130);
    expect(ended.stdout).toContain('permafrost run');
    const again = await permafrost(['run', file, '--json']);
    expect(again.exit, again.stderr).toBe(0);
    expect((again.json() as RunJson).outputs[0]!.permutations_computed).toBeLessThan(8 * LONG);
    expect(await digestOf(join(folder, 'out'))).toBe(expected_long);
  });
});
