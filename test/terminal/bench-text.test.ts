import { describe, expect, it } from 'vitest';

import { benchText } from '../../src/terminal/bench-text.ts';
import { widthOf } from '../../src/terminal/fold.ts';

const rate = { permutations_per_second: 116_901, spread: 0.1, cpu_us_per_permutation: 4.39, coordinator_share: 0.153 };
const FOUND = {
  cells_sampled: 3,
  rounds: 5,
  rows: [100, 10000].map((chunk) => ({ ...rate, threads: 2, chunk, permutations_per_second: 11 * chunk })),
  auto: [{ ...rate, threads: 2 }],
  write: ['nothing written', 'chunk'].map((durability) => ({ ...rate, format: 'arrow', durability, cpu_share: 0.214 })),
  recommended: { threads: 2, chunk: 10000, chunk_auto: false, reason: 'the fewest within 2 %; use --chunk 10000' },
};
const tableLines = (text: string): string[] =>
  text.split('\n').filter((line) => /^ *(threads|format|-{5}|arrow|\d+ )/.test(line));

describe('what a bench found', () => {
  it.each([60, 80, 120, 200])('fits %i columns with its bars', (width) => {
    const lines = tableLines(benchText(FOUND, { width }));
    expect(lines).toHaveLength(9);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('has bars where there is room, as long as the rate is high', () => {
    const bars = (width: number): number[] =>
      tableLines(benchText(FOUND, { width })).map((line) => line.replaceAll(/[^█▏▎▍▌▋▊▉]/g, '').length);
    expect(Math.max(...bars(120))).toBe(30);
    expect(Math.max(...bars(80))).toBeGreaterThanOrEqual(10);
  });

  it('leaves ± to standard errors', () => {
    const text = benchText(FOUND, { width: 80 });
    expect(text).not.toContain('±');
    expect(text).toContain('spread: half the distance of the slowest round from the fastest');
    expect(text).toContain('Recommended: --threads 2 --chunk 10000');
  });
});
