import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { digestOf, EXAMPLES, finished, permafrost, seededUniform, start, temporaryFolder } from './cli.ts';

/** A trade surface of six cells on the real trade list, long enough to be killed many times. */
const STUDY = `
name: kill-me
model: trades
inputs: { trades: ${join(EXAMPLES, 'sp500/trades.csv')}, ohlc: ${join(EXAMPLES, 'sp500/sp500_daily.csv')} }
grid:
  p_skip: [0.02, 0.1]
  delay_bars_max: [0, 1]
  slip_dollars: 50
  shuffle_mode: [none, permute]
  bootstrap_mode: trade_bootstrap
permutations: 30000
output: out
`;

interface RunJson {
  readonly outputs: readonly { readonly permutations_computed: number; readonly permutations_total: number; readonly cells: number; readonly complete: number }[];
}

function study(folder: string): string {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, STUDY);
  return file;
}

let expected: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'permafrost-expected-'));
  const result = await permafrost(['run', study(folder), '--threads', '2', '--json']);
  expect(result.exit, result.stderr).toBe(0);
  expected = await digestOf(join(folder, 'out'));
  rmSync(folder, { recursive: true });
});

describe('one digest', () => {
  it.each([1, 2, 4].flatMap((threads) => [500, 2000, 10000].map((chunk) => ({ threads, chunk }))))(
    'with $threads threads and chunks of $chunk',
    async ({ threads, chunk }) => {
      const folder = temporaryFolder();
      const result = await permafrost(['run', study(folder), '--threads', String(threads), '--chunk', String(chunk), '--json']);
      expect(result.exit, result.stderr).toBe(0);
      expect(await digestOf(join(folder, 'out'))).toBe(expected);
    },
  );

  it('after twenty kill -9 at random moments, and nothing acknowledged is computed again', async () => {
    const folder = temporaryFolder();
    const file = study(folder);
    const uniform = seededUniform(20261122);
    let kills = 0;
    while (kills < 20) {
      const child = start(['run', file, '--threads', '2', '--chunk', '500', '--json']);
      await sleep(250 + 400 * uniform());
      const alive = child.exitCode === null;
      child.kill('SIGKILL');
      const ended = await finished(child);
      if (!alive) expect(ended.exit, ended.stderr).toBe(0);
      kills += 1;
    }
    const last = await permafrost(['run', file, '--threads', '2', '--json']);
    expect(last.exit, last.stderr).toBe(0);
    expect(await digestOf(join(folder, 'out'))).toBe(expected);
  });

  it('after Ctrl-C, which says how to go on and exits 130', async () => {
    const folder = temporaryFolder();
    const file = study(folder);
    const child = start(['run', file, '--threads', '2']);
    await sleep(700);
    child.kill('SIGINT');
    const ended = await finished(child);
    expect(ended.exit, ended.stderr).toBe(130);
    expect(ended.stderr).toContain('permafrost run');
    const again = await permafrost(['run', file, '--json']);
    expect(again.exit, again.stderr).toBe(0);
    expect(again.json<RunJson>().outputs[0]!.permutations_computed).toBeLessThan(240_000);
    expect(await digestOf(join(folder, 'out'))).toBe(expected);
  });
});
