import { describe, expect, it } from 'vitest';

import type { StudyResult } from '../../src/run/run-options.ts';
import { fold, widthOf } from '../../src/terminal/fold.ts';
import { studyResultText } from '../../src/terminal/run-text.ts';

/** Of a surface that is too large to be summed up: no file is read. */
const DONE: StudyResult = {
  output: `${process.cwd()}/runs/surface`,
  name: 'surface',
  cells: 6000,
  complete: 6000,
  shared: 0,
  permutations_computed: 1_200_000,
  permutations_reused: 0,
  permutations_total: 1_200_000,
  unread: 0,
  at_most: false,
  seconds: 12,
  permutations_per_second: 100_000,
  kernel: undefined,
  partial: { cells: 0, first: [] },
  n_failures: 0,
  first_failure: undefined,
  summary: undefined,
  notes: [],
  stopped: undefined,
  exit: 0,
};

describe('the closing words of a run', () => {
  it('speak of kernels only where the model has some and they ran', () => {
    const [plain] = studyResultText(DONE).split('\n');
    expect(plain).toBe('Complete: 6,000 of 6,000 cells; 1,200,000 permutations computed in 12 s (100,000/s).');
    expect(studyResultText({ ...DONE, kernel: 'wasm' })).toContain('(100,000/s, WebAssembly kernels)');
    expect(studyResultText({ ...DONE, kernel: 'typescript' })).toContain('(100,000/s, TypeScript kernels)');
    const again = { ...DONE, permutations_computed: 0, permutations_reused: 1_200_000 };
    expect(studyResultText(again)).toMatch(/^Complete: .*; nothing was left to compute/);
  });

  it('are coloured where there are colours', () => {
    expect(studyResultText(DONE, { color: true }).startsWith('\u001b[32mComplete:\u001b[39m')).toBe(true);
    expect(studyResultText(DONE)).not.toContain('\u001b');
  });

  it('name the cells that a person resumes, and say what to type, whole', () => {
    const first = Array.from({ length: 10 }, (_, i) => ({ cell_id: `c9f3a0bd4f0f85a${i}`, n_done: 10, n_target: 200 }));
    const stopped: StudyResult = {
      ...DONE,
      complete: 0,
      partial: { cells: 144, first },
      stopped: { kind: 'time', seconds: 3 },
      permutations_computed: 1440,
    };
    const text = fold(studyResultText(stopped), 60);
    expect(text).toContain('  cell c9f3a0bd4f0f85a0  10 of 200 permutations\n');
    expect(text).toContain('  and 134 more');
    expect(text).toMatch(/^status {4}permafrost status runs\/surface$/m);
    for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(60);
  });
});
