import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { Json, ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/metric-specs.ts';
import { pow } from '../../../src/random/math.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, chunkByRng, prepared, rowByPath } from './run-model.ts';

// Python computes the rows; a busy machine is slow to start it.
vi.setConfig({ testTimeout: 60_000 });

interface Case {
  readonly trades: string;
  readonly ohlc: string | null;
  readonly equity_curve: string | null;
  readonly preset: string | null;
  readonly parameters: Record<string, ParameterValue>;
  readonly shared: Json;
  /** From first entry to last exit, for the power that only the engine takes. */
  readonly years: number;
  /** Seed, then the metrics: null where missing, and for those that need a power. */
  readonly rows: readonly (readonly [number, ...(number | null)[]])[];
}
interface Golden {
  readonly metrics: readonly string[];
  readonly cases: readonly Case[];
}

const folder = fileURLToPath(new URL('../../fixtures/trades/', import.meta.url));
const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as Golden;
const has_python = spawnSync('python3', ['--version']).status === 0;
const at = (name: (typeof TRADE_METRICS)[number]): number => TRADE_METRICS.indexOf(name);

/** A row of the reference with what needs the engine's power filled in. */
function whole(row: readonly (number | null)[], { years }: Case, initial_equity: number): number[] {
  const values = row.map((value) => value ?? NaN);
  const left = values[at('final_equity')]!;
  const cagr = left <= 0 ? -100 : (pow(left / initial_equity, 1 / years) - 1) * 100;
  const drawdown = values[at('max_drawdown_pct')]!;
  values[at('cagr_pct')] = cagr;
  values[at('calmar_ratio')] = drawdown === 0 ? NaN : cagr / drawdown;
  return values;
}

/** All forms of the model against the reference's rows; text of the first difference, or undefined. */
async function firstDifference(one: Case): Promise<string | undefined> {
  const parameters = { ...one.parameters, ...(one.preset !== null && { preset: one.preset }) };
  const state = await prepared(one, parameters, one.shared === null ? {} : { shared: one.shared });
  const { metrics, initial_equity } = state.cell;
  for (const [seed, ...reference] of one.rows) {
    const expected = whole(reference, one, initial_equity);
    const forms: Record<string, readonly [string, number][]> = {
      path: rowByPath(state, createStreams(alea(seed), 0, 1).rng(0)).map((value, m) => [TRADE_METRICS[m]!, value]),
      chunk: chunk(state, alea(seed), 0, 1).map((column, m) => [TRADE_METRICS[m]!, column[0]!]),
      'any generator': chunkByRng(state, alea(seed), 0, 1).map((column, m) => [metrics[m]!, column[0]!]),
    };
    for (const [form, row] of Object.entries(forms)) {
      for (const [name, value] of row) {
        const wanted = expected[TRADE_METRICS.indexOf(name as (typeof TRADE_METRICS)[number])]!;
        // -0 and 0 are one value in every file.
        if (!Object.is(value + 0, wanted + 0)) return `${name}, seed ${seed}, ${form}: ${value} instead of ${wanted}`;
      }
    }
  }
  return undefined;
}

async function differences(cases: readonly Case[]): Promise<string[]> {
  const found: string[] = [];
  for (const one of cases) {
    const difference = await firstDifference(one);
    if (difference !== undefined) found.push(`${difference}: ${one.preset ?? ''} ${JSON.stringify(one.parameters)}`);
  }
  return found;
}

describe('an independent implementation of the specification', () => {
  it('has the same columns in the same order', () => {
    expect(golden.metrics).toEqual(TRADE_METRICS);
    expect(golden.cases.length).toBeGreaterThan(140);
  });

  it('gives the same rows bit for bit on the committed trade lists, all modes', async () => {
    expect(await differences(golden.cases)).toEqual([]);
  });

  it('is asked for every mode, and for ruin near and far', () => {
    const values = (name: string): unknown[] => [...new Set(golden.cases.map(({ parameters }) => parameters[name]))];
    expect(values('bootstrap_mode')).toHaveLength(5);
    expect(values('sizing')).toEqual(expect.arrayContaining(['dollars', 'equity', 'risk']));
    expect(values('after_ruin')).toEqual(expect.arrayContaining(['stop', 'continue']));
    expect(values('delay_effect')).toEqual(expect.arrayContaining(['both_ways', 'adverse_only']));
    const ruined = golden.cases.flatMap(({ rows }) => rows.map((row) => row[1 + at('ruined')]!));
    const share = ruined.filter((value) => value === 1).length / ruined.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.85);
    const sizes = golden.cases.map(({ trades }) => trades.trimEnd().split('\n').length - 1);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, 1000]);
  });

  it.skipIf(!has_python)('gives the same rows on fresh trade lists (skipped where python3 is absent)', async () => {
    // Another seed each day: the lists differ, a failure names its own.
    const seed = Number(process.env['FRESH_SEED'] ?? Math.floor(performance.timeOrigin / 86_400_000));
    const text = execFileSync('python3', ['generate.py', '--fresh', String(seed), '160'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const fresh = JSON.parse(text) as Golden;
    expect(fresh.cases).toHaveLength(160);
    expect(await differences(fresh.cases), `FRESH_SEED=${seed}`).toEqual([]);
  });
});
