import { describe, expect, test, vi } from 'vitest';

import { KINDS, KNOWN_LAWS, tryKind, type Kind, type KindTried } from './coverage-of-kinds.ts';

/**
 * Every kind of interval but that of a mean (coverage.test.ts): nominal 95 % covers 94 to 96 %, more where it is made to cover at least 95 %, or a
 * diagnostic of the metric is raised in at least 95 % of the samples. 2,000 repetitions of 1,000 rows in the full form, `npm run
 * test:coverage-of-intervals`, whose table is in docs/statistics.md.
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
// Thousands of samples.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 120_000 });
const REPETITIONS = FULL ? 2000 : 250;
const [LEAST, MOST] = [0.94, 0.96];

/** Allowing for three standard errors of the simulation. */
function isKept({ covered, raised }: KindTried, { at_least }: Kind): boolean {
  const margin = (p: number): number => 3 * Math.sqrt((p * (1 - p)) / REPETITIONS);
  const inBand = covered >= LEAST - margin(LEAST) && (at_least !== undefined || covered <= MOST + margin(MOST));
  return inBand || raised >= 0.95 - margin(0.95);
}

const rows: string[] = [];

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('%s', (name, kind) => {
  test('covers, or says that it may not', () => {
    const all = KNOWN_LAWS.map((law) => tryKind(kind, law, REPETITIONS));
    rows.push(`| ${name} | ${all.map(cellText).join(' | ')} | ${kind.at_least ?? ''} |`);
    if (FULL && rows.length === KINDS.length) process.stdout.write(`\n${tableText()}\n`);
    expect(all.filter((each) => !isKept(each, kind))).toEqual([]);
  });
});

function cellText({ covered, raised }: KindTried): string {
  return `${covered.toFixed(3)}${raised > 0 ? ` (${(100 * raised).toFixed(0)} %)` : ''}`;
}

function tableText(): string {
  const laws = KNOWN_LAWS.map((law) => law.name);
  return [
    `| interval | ${laws.join(' | ')} | why it may cover more |`,
    `|---|${laws.map(() => '---:|').join('')}---|`,
    ...rows,
  ].join('\n');
}
