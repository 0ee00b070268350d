import { describe, expect, test } from 'vitest';

import {
  BAND,
  isKept,
  LAWS,
  RAISED,
  tryBest,
  tryDifference,
  tryMean,
  tryPaired,
  tryStopping,
  UNSEEN,
  type Law,
  type Tried,
} from './coverage.ts';

/**
 * Whether the 95 % intervals that are reported hold the truth as often as they say: nominal 95 % within 93.5 to 97 %, or a diagnostic is
 * raised in at least 95 % of the samples. The short form runs with all tests; the full one, whose tables are in docs/statistics.md, is
 * `npm run test:coverage-of-intervals`. The same seeds every time, and the same numbers.
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const SIZES = [3, 5, 10, 30, 1000];
/** Standard errors of the simulation that the short form allows for. */
const ERRORS = FULL ? 0 : 3;

function repetitions(n: number): number {
  return FULL ? 20_000 : n === 1000 ? 150 : 500;
}

/** A row of a table of docs/statistics.md: coverage, and in brackets how often a diagnostic was raised. */
function rowOf(law: Law, all: readonly Tried[]): string {
  const cells = all.map(({ covered, raised }) => `${covered.toFixed(3)} (${(100 * raised).toFixed(0)} %)`);
  return `| ${law.name} | ${cells.join(' | ')} |`;
}

function show(what: string, rows: readonly string[], columns: readonly string[]): void {
  if (!FULL) return;
  const head = [`| ${what} | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---:|').join('')}`];
  process.stdout.write(`\n${[...head, ...rows].join('\n')}\n`);
}

const N_COLUMNS = SIZES.map((n) => `n = ${n}`);

describe.each<[what: string, (law: Law, n: number) => Tried]>([
  ['mean', (law, n) => tryMean(law, n, repetitions(n))],
  ['difference, independent', (law, n) => tryDifference(law, n, repetitions(n), false)],
  ['difference, independent, one twice the other', (law, n) => tryDifference(law, n, repetitions(n), true)],
  ['difference, paired', (law, n) => tryPaired(law, n, repetitions(n))],
])('the interval of a %s', (what, attempt) => {
  const rows: string[] = [];
  test.each(LAWS.map((law) => [law.name, law] as const))('covers, or says that it may not: %s', (_, law) => {
    const all = SIZES.map((n) => attempt(law, n));
    rows.push(rowOf(law, all));
    if (rows.length === LAWS.length) show(what, rows, N_COLUMNS);
    expect(all.filter((each) => !isKept(each, ERRORS))).toEqual([]);
  });
});

describe('"may be the best"', () => {
  // Bonferroni's bound of dependent comparisons: at least 95 %, and the more cells the more above it.
  test.each([
    [5, false],
    [5, true],
    [20, false],
  ])(
    'keeps the truly best of %d equal cells (paired: %s) in at least 95 % of samples, or says that it may not',
    (cells, paired) => {
      const rows = LAWS.map((law) => {
        const all = SIZES.map((n) => tryBest(law, n, Math.ceil(repetitions(n) / (FULL ? 5 : 2)), cells, paired));
        for (const each of all) {
          const atLeast = isKept({ ...each, covered: Math.min(each.covered, 0.95) }, ERRORS);
          expect(atLeast, JSON.stringify(each)).toBe(true);
        }
        return rowOf(law, all);
      });
      show(`may be the best of ${cells}, ${paired ? 'paired' : 'independent'}`, rows, N_COLUMNS);
    },
  );
});

describe('the mean at which a precision rule stops', () => {
  const most = FULL ? 64_000 : 8000;

  test('is covered, or the rule was not reached', () => {
    const rows = LAWS.map((law) => {
      const one = tryStopping(law, FULL ? 2000 : 60, most);
      expect(isKept(one, ERRORS), JSON.stringify(one)).toBe(true);
      return `| ${law.name} | ${one.covered.toFixed(3)} | ${(100 * one.raised).toFixed(0)} % | ${Math.round(one.mean_n)} |`;
    });
    show('mean, stopped by a rule', rows, ['coverage', 'not reached, or doubtful', 'permutations']);
  });

  test('an event that has not been seen is not known of: `min` is what guards against it', () => {
    // 1,000 rows have none of it in 61 % of samples; 7,400 = 3.7 / p have none in 2.5 %.
    const repeated = FULL ? 2000 : 120;
    const early = tryStopping({ ...UNSEEN, rule: { ...UNSEEN.rule, min: 1000 } }, repeated, 1000);
    const late = tryStopping(UNSEEN, repeated, 7400);
    show(
      `${UNSEEN.name}: min`,
      [early, late].map(
        ({ law, raised, covered }) => `| ${law.rule.min} | ${covered.toFixed(3)} | ${(100 * raised).toFixed(0)} % |`,
      ),
      ['coverage at min', 'not reached there, or doubtful'],
    );
    expect(early.raised).toBeLessThan(0.55);
    expect(early.covered).toBeLessThan(0.6);
    expect(late.raised).toBeGreaterThan(0.9);
  });
});

test('the promise is what it says', () => {
  const base = { what: '', law: LAWS[0]!, n: 3, repetitions: 100 };
  expect([BAND, RAISED]).toEqual([[0.935, 0.97], 0.95]);
  expect(isKept({ ...base, covered: 0.95, raised: 0 })).toBe(true);
  expect(isKept({ ...base, covered: 0.93, raised: 0.5 })).toBe(false);
  expect(isKept({ ...base, covered: 0.98, raised: 0.5 })).toBe(false);
  expect(isKept({ ...base, covered: 0.3, raised: 0.96 })).toBe(true);
});
