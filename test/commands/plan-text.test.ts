import { describe, expect, it } from 'vitest';

import { planText } from '../../src/commands/plan-text.ts';
import type { StudyPlan } from '../../src/operations/plan.ts';
import { widthOf } from '../../src/terminal/fold.ts';

/** Of cells of which nothing is done, the first with a part. */
function planned(cells: number, axes: readonly string[], part = false): StudyPlan {
  const all = Array.from({ length: cells }, (_, i) => {
    const n_done = part && i === 0 ? 40 : 0;
    return { cell_id: `id${i}`, n_done, n_target: 100, n_failed: 0, missing: [{ from: n_done, to: 100 }] };
  });
  return {
    name: 'surface',
    model: 'coin',
    output: 'runs/surface',
    cells: all,
    first_open: all.slice(0, 10).map(({ cell_id }, i) => ({
      cell_id,
      parameters: Object.fromEntries(axes.map((name) => [name, i])),
    })),
    grid_points: cells,
    cells_folded: 0,
    permutations: 100,
    precision: [],
    permutations_total: 100 * cells,
    permutations_done: part ? 40 : 0,
    permutations_failed: 0,
    permutations_missing: 100 * cells,
    permutations_computed: 100 * cells,
    at_most: false,
    cells_shared: 0,
    waiting: [],
    overlap: {
      kind: 'none',
      pairs: 0,
      cells_involved: 0,
      shared_streams: 0,
      fraction: 0,
      repeated_permutations: 0,
      repeated_fraction: 0,
      expected_pairs: 0,
      largest: [],
      notes: [],
    } as unknown as StudyPlan['overlap'],
    fixed: { given: { equity: 50000 }, from_inputs: {}, defaults: {} },
    notes: [],
    forecast: undefined,
  };
}

const AXES = ['p_skip', 'slip_dollars', 'delay_bars_max', 'shuffle_mode', 'bootstrap_mode', 'block_len'];

describe('a plan', () => {
  it('names the first ten cells by what varies, and counts the others', () => {
    const lines = planText(planned(144, ['p', 'flips']), {}).split('\n');
    const at = lines.findIndex((line) => line.startsWith('  cells     '));
    expect(lines[at]).toBe('  cells     the first 10 of 144 cells with missing permutations (0-99):');
    expect(lines[at + 1]!.trim().split(/ +/)).toEqual(['p', 'flips', 'cell']);
    expect(lines[at + 3]!.trim().split(/ +/)).toEqual(['0', '0', 'id0']);
    expect(lines.at(-1)).toBe('  and 134 more cells (--json lists all)');
    expect(lines).toHaveLength(at + 14);
  });

  it('says of each what is missing where that differs, and of all of a small one', () => {
    const text = planText(planned(2, ['p'], true), {});
    expect(text).toContain('  cells     2 cells with missing permutations:\n');
    expect(text).toMatch(/\n +40-99 +0 +id0\n +0-99 +1 +id1$/);
    expect(text).not.toContain('more cell');
  });

  it.each([60, 80, 120])('of many parameters fits %i columns', (width) => {
    const lines = planText(planned(20, AXES), {}, { width }).split('\n');
    const at = lines.findIndex((line) => line.startsWith('  cells     '));
    for (const line of lines.slice(at + 1)) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    for (const name of AXES) expect(lines[at + 1]).toContain(name.slice(0, 5));
  });
});
