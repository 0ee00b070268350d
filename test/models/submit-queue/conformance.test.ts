import { describe, expect, test } from 'vitest';

import {
  compareSet,
  oracleSets,
  verdict,
  VERDICT_HEADER,
  verdictLine,
  zTable,
  type Comparison,
} from './conformance.ts';
import { shared_folder, WITHOUT_SHARED } from './shared-data.ts';

const full = process.env.PERMAFROST_FULL === '1';
/** The random sets of the short form; all csv sets are in it. */
const SHORT_FORM = ['r01-default', 'r03-light', 'r07-many-tests'];

describe.skipIf(shared_folder === undefined)(`the submit queue agrees with the oracle (${WITHOUT_SHARED})`, () => {
  const sets = shared_folder === undefined ? [] : oracleSets();
  const all: Comparison[] = [];
  const table: string[] = [VERDICT_HEADER];
  const by_set: { id: string; comparisons: Comparison[] }[] = [];

  // The short form takes a few sets with fewer replicates than the rule of the specification asks; the full form (npm run test:conformance) what it asks, and
  // prints the table of all z.
  for (const [index, set] of sets.entries()) {
    if (!full && set.mode === 'random' && !SHORT_FORM.includes(set.id)) continue;
    const n = full ? 2 * set.n : set.mode === 'random' ? 12 : 200;
    test(`${set.id}: no statistic is more than 4 standard errors away`, { timeout: 600_000 }, () => {
      let comparisons = compareSet(set, n, 1000 + index);
      let outcome = verdict(comparisons);
      table.push(verdictLine(set.id, n, outcome));
      if (full && (outcome.mean_z2 > 2 || Math.abs(outcome.largest.z) > 3.5)) {
        // Statistics of one set move together: it fails only if it stands out again with fresh seeds.
        comparisons = compareSet(set, 2 * n, 2_000_000_011 + index);
        outcome = verdict(comparisons);
        table.push(verdictLine(`${set.id}, again`, 2 * n, outcome));
      }
      all.push(...comparisons);
      by_set.push({ id: set.id, comparisons });
      expect(outcome.largest.z).toBeGreaterThan(-4);
      expect(outcome.largest.z).toBeLessThan(4);
    });
  }

  test('over all sets the differences are those of chance', () => {
    const overall = verdict(all);
    table.push(verdictLine('all', all.length, overall));
    if (full) process.stdout.write(`${zTable(by_set)}\n\n${table.join('\n')}\n`);
    expect(overall.beyond_2).toBeLessThan(0.1);
    expect(overall.mean_z2).toBeGreaterThan(0.5);
    expect(overall.mean_z2).toBeLessThan(1.6);
  });
});
