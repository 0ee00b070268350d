import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/prepared.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, prepared, rowByPath } from './run-model.ts';

interface Case {
  readonly trades: string;
  readonly ohlc: string | null;
  readonly equity_curve: string | null;
  readonly parameters: Record<string, ParameterValue>;
  readonly largest_delay: number | null;
  readonly rows: readonly (readonly [number, ...number[]])[];
}
interface Golden {
  readonly metrics: readonly string[];
  readonly cases: readonly Case[];
}

const folder = fileURLToPath(new URL('../../fixtures/trades/', import.meta.url));
const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as Golden;
const has_python = spawnSync('python3', ['--version']).status === 0;

/** Both forms of the model against the reference's rows; text of the first difference, or undefined. */
async function firstDifference(one: Case): Promise<string | undefined> {
  const state = await prepared(one, one.parameters, one.largest_delay);
  for (const [seed, ...expected] of one.rows) {
    const path = rowByPath(state, createStreams(alea(seed), 0, 1).rng(0));
    const fast = chunk(state, alea(seed), 0, 1).map((column) => column[0]!);
    for (const [m, name] of TRADE_METRICS.entries()) {
      // -0 and 0 are one value in every file.
      const same = (value: number): boolean => Object.is(value + 0, expected[m]! + 0);
      if (!same(path[m]!)) return `${name}, seed ${seed}, path: ${path[m]!} instead of ${expected[m]!}`;
      if (!same(fast[m]!)) return `${name}, seed ${seed}, chunk: ${fast[m]!} instead of ${expected[m]!}`;
    }
  }
  return undefined;
}

async function differences(cases: readonly Case[]): Promise<string[]> {
  const found: string[] = [];
  for (const one of cases) {
    const difference = await firstDifference(one);
    if (difference !== undefined) found.push(`${difference}: ${JSON.stringify(one.parameters)}`);
  }
  return found;
}

describe('an independent implementation of the specification', () => {
  it('has the same columns in the same order', () => {
    expect(golden.metrics).toEqual(TRADE_METRICS);
    expect(golden.cases.length).toBeGreaterThan(60);
  });

  it('gives the same rows bit for bit on the committed trade lists, all modes', async () => {
    expect(await differences(golden.cases)).toEqual([]);
  });

  it.skipIf(!has_python)('gives the same rows on fresh trade lists (skipped where python3 is absent)', async () => {
    // Another seed each day: the lists differ, a failure names its own.
    const seed = Number(process.env['FRESH_SEED'] ?? Math.floor(performance.timeOrigin / 86_400_000));
    const text = execFileSync('python3', ['generate.py', '--fresh', String(seed), '120'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const fresh = JSON.parse(text) as Golden;
    expect(fresh.cases).toHaveLength(120);
    expect(await differences(fresh.cases), `FRESH_SEED=${seed}`).toEqual([]);
  });
});
