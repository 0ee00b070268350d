import { describe, expect, it } from 'vitest';

import { barLine, cellLine, plainLine } from '../../src/terminal/progress-line.ts';

const PROGRESS = {
  cells_total: 1064,
  cells_complete: 312,
  permutations_total: 212_800_000,
  permutations_done: 62_400_000,
  permutations_per_second: 730_000,
  eta_seconds: 15_000,
};

describe('the line of a running run', () => {
  it.each([20, 40, 60, 79, 119, 199])('fits %i columns, and says first how long it still takes', (width) => {
    const line = barLine(PROGRESS, width);
    expect(Array.from(line).length).toBeLessThanOrEqual(width);
    expect(line).toContain('29.3 %');
    if (width >= 40) expect(line).toMatch(/^█+░+ {2}29\.3 % {2}4 h 10 min left/);
  });

  it('loses what matters least first, and has all of it where there is room', () => {
    expect(barLine(PROGRESS, 59)).toMatch(/29\.3 % {2}4 h 10 min left {2}730,000\/s$/);
    expect(barLine(PROGRESS, 119)).toMatch(/312\/1,064 cells {2}62\.4 M\/212\.8 M permutations$/);
    expect(plainLine(PROGRESS)).toBe(
      '29.3 %  4 h 10 min left  730,000/s  312/1,064 cells  62.4 M/212.8 M permutations',
    );
  });

  it('the bars of cells are as long as the one above them', () => {
    const above = barLine(PROGRESS, 79);
    const cell = cellLine('c9f3a0bd4f0f85ad', 5000, 20000, above, 79);
    const bar = (line: string): number => /^[█░]*/.exec(line)![0].length;
    expect(bar(cell)).toBe(bar(above));
    expect(cell).toMatch(/ 25 % {2}cell c9f3a0bd4f0f85ad$/);
    expect(Array.from(cellLine('x'.repeat(64), 1, 2, above, 59)).length).toBeLessThanOrEqual(59);
  });

  it('a run without a permutation is done', () => {
    expect(barLine({ ...PROGRESS, permutations_total: 0, permutations_done: 0, eta_seconds: undefined }, 60)).toMatch(
      /^█+ {2}100\.0 % {2}\? left/,
    );
  });
});
