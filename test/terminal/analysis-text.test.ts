import { expect, test } from 'vitest';

import { analyse } from '../../src/analysis/analyse.ts';
import { analysisText } from '../../src/terminal/analysis-text.ts';
import { crossed, MEAN, meanAt, surface } from '../analysis/surface.ts';

const CELLS = surface(
  crossed({ slip: [0, 10, 20, 30], size: [1, 2, 3] }),
  ({ slip, size }) => 3 - 0.1 * slip! + 0.01 * size!,
  () => 0.02,
);
const DECLARED = { metrics: { m: { good: 'high', goals: [{ at: 1.5 }] } } } as const;

test('says which axis matters, which cell may be the best, the plateau it is on, and where a level is crossed', () => {
  const text = analysisText(analyse(CELLS, DECLARED));
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'What the cells say together (tables: aggregated/analysis):',
    'mean of m:',
    expect.stringMatching(/^share of the variance between cells: slip (9\d\.\d+|100\.0+) ± 0\.\d+ %$/),
    'neighbouring cells told apart: 9 of 17 pairs (at most 5 % that any is wrong)',
    'best (the highest in the sample): slip 0, size 3; 2 others may be',
    expect.stringMatching(
      /^best plateau: 3 cells at 3\.020 ± 0\.012 \(slip 0, size 1 to 3, to the edge of the grid\)$/,
    ),
    'mean of m crosses 1.5 along slip in 3 of 3 lines (at 15.10 to 15.30)',
    'P5 of m is below 1.5 along every line of the grid, as far as the sample tells',
    expect.stringMatching(
      /^for 95 % intervals that reach 1 % of its value to either side: up to [\d,]+ permutations per cell$/,
    ),
  ]);
});

test('of cells that differ by no more than noise it says that nothing can be told', () => {
  const text = analysisText(
    analyse(
      surface(crossed({ slip: [0, 10, 20] }), () => 1),
      { metrics: { m: {} } },
    ),
  );
  expect(text).toContain('which axis matters cannot be told');
  expect(text).toContain('told apart: 0 of 2 pairs');
  expect(text).not.toContain('best');
});

test('one cell says nothing together', () => {
  expect(analysisText(analyse(CELLS.slice(0, 1), DECLARED))).toBe('');
});

test('two aims have a front', () => {
  const cells = CELLS.map((cell, i) => ({ ...cell, statistics: { ...cell.statistics, cost: meanAt(-i, 0.1) } }));
  const questions = { quantities: [MEAN, { metric: 'cost', statistic: 'mean' }], better: { cost: 'lowest' } } as const;
  const text = analysisText(analyse(cells, { metrics: { ...DECLARED.metrics, cost: {} } }, questions));
  expect(text).toMatch(/Not beaten in all of m, cost at once: \d+ cells; by chance \d+ more may be\./);
});
