import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';

import { compare, type Compared } from '../../src/operations/compare.ts';
import { openRun } from '../../src/operations/open-run.ts';
import { run } from '../../src/operations/run.ts';
import { independentDifference, pairedDifference } from '../../src/statistics/difference.ts';
import { compareText } from '../../src/terminal/compare-text.ts';
import { withErrorNote } from '../../src/terminal/error-note.ts';
import { widthOf } from '../../src/terminal/fold.ts';
import { CoinStudy, HOST } from './coin-study.ts';

/** Two runs of the coin. */
async function twoRuns(first: object, second: object) {
  const { folder, study } = new CoinStudy();
  const outputs = await Promise.all(
    [first, second].map(async (more, i) => {
      const file = join(folder, `study${i}.yaml`);
      writeFileSync(file, JSON.stringify({ ...study, output: `out${i}`, ...more }));
      await run(file, {}, HOST);
      return join(folder, `out${i}`);
    }),
  );
  return { folder, a: outputs[0]!, b: outputs[1]! };
}

async function columnOf(output: string, cell_id: string, metric: string): Promise<Float64Array> {
  const opened = await openRun(output, {}, HOST);
  return (await opened.cells.find((cell) => cell.cell_id === cell_id)!.columns())[metric]!;
}

const HEADS = { quantities: [{ metric: 'heads', statistic: 'mean' }] } as const;

describe('compare(first, second)', () => {
  it('matches cells by their parameters and compares means permutation by permutation where the streams are shared', async () => {
    const { a, b } = await twoRuns(
      { streams: 'shared', grid: { p: [0.4, 0.6] }, parameters: { flips: 5 } },
      { streams: 'shared', grid: { p: [0.4, 0.6, 0.8] }, parameters: { flips: 6 } },
    );
    const found = await compare(a, b, HEADS, HOST);
    expect(found.matched_by).toEqual(['p']);
    expect([found.pairs.length, found.only_first.length, found.only_second.length]).toEqual([2, 0, 1]);
    expect(found.identity).toEqual([
      { path: 'parameters.flips', first: 5, second: 6 },
      { path: 'grid.p', first: [0.4, 0.6], second: [0.4, 0.6, 0.8] },
    ]);
    for (const cell of found.quantities[0]!.cells) {
      const pair = found.pairs[cell.pair]!;
      const [x, y] = [await columnOf(a, pair.first, 'heads'), await columnOf(b, pair.second, 'heads')];
      const { difference, se, ci } = pairedDifference(y, x);
      expect(cell).toMatchObject({ difference, se, ci, paired: true, side: 1 });
      // One flip more is p heads more.
      expect(Math.abs(difference - Number(pair.parameters['p']))).toBeLessThan(5 * se);
    }
  });

  it('with another seed the samples are independent', async () => {
    const { a, b } = await twoRuns({}, { seed: { global: 7 } });
    const found = await compare(a, b, HEADS, HOST);
    expect(found.identity).toEqual(
      [{ path: 'seed.global', first: 0, second: 7 }].map((each) => ({ ...each, first: found.identity[0]!.first })),
    );
    expect(found.pairs.every(({ same_streams, same_experiment }) => !same_streams && !same_experiment)).toBe(true);
    const [cell] = found.quantities[0]!.cells;
    const [x, y] = await Promise.all(
      [a, b].map(async (output) => {
        const opened = await openRun(output, {}, HOST);
        return (await opened.cells[0]!.summary())!.statistics['heads']!;
      }),
    );
    const { difference, se, ci } = independentDifference({ ...y!, n_ones: y!.n_ones }, { ...x!, n_ones: x!.n_ones });
    expect(cell).toMatchObject({ difference, se, ci, paired: false });
    expect(found.quantities[0]!.cells.every(({ side }) => side === 0)).toBe(true);
  });

  it('a run and itself have no difference, in any statistic, and no doubt about it', async () => {
    const { a } = await twoRuns({}, {});
    const quantities = [{ metric: 'heads', statistic: 'p95' } as const, ...HEADS.quantities];
    const found = await compare(a, a, { quantities }, HOST);
    expect([found.identity, found.record]).toEqual([[], []]);
    expect(found.pairs.every(({ same_experiment }) => same_experiment)).toBe(true);
    for (const { cells } of found.quantities)
      for (const cell of cells) expect(cell).toMatchObject({ difference: 0, se: 0, ci: [0, 0], side: 0 });
  });

  it('of one experiment with more permutations, the rows that both have are no evidence of a difference', async () => {
    const { a, b } = await twoRuns({ permutations: 100 }, { permutations: 400 });
    const found = await compare(a, b, HEADS, HOST);
    expect(found.record).toEqual([{ path: 'permutations', first: 100, second: 400 }]);
    for (const cell of found.quantities[0]!.cells) {
      expect(cell.paired).toBe(true);
      const { first, second } = cell;
      expect(cell.difference).toBeCloseTo(second.value - first.value, 12);
      // Three quarters of the rows of the second are its own: s^2 (1 / 100 - 1 / 400).
      expect(cell.se / (first.se * Math.sqrt(0.75))).toBeCloseTo(1, 9);
    }
  });

  it('refuses a metric that a run does not have, and a folder that is no run', async () => {
    const { a, folder } = await twoRuns({}, {});
    const unknown = compare(a, a, { quantities: [{ metric: 'head', statistic: 'mean' }] }, HOST);
    await expect(unknown).rejects.toThrow('did you mean heads?');
    await expect(compare(a, folder, {}, HOST)).rejects.toMatchObject({ code: 'NOT_A_RUN' });
  });
});

describe('what is written and printed', () => {
  it('is one page, the same in Markdown, and every digit as CSV; the same bytes every time', async () => {
    const { a, b, folder } = await twoRuns({}, { seed: { global: 7 } });
    const into = join(folder, 'comparison');
    const { files } = await compare(a, b, { into }, HOST);
    expect(files.map((file) => file.slice(into.length + 1))).toEqual(['compare.html', 'compare.md', 'differences.csv']);
    const texts = files.map((file) => readFileSync(file, 'utf8'));
    expect(texts[0]).toMatch(/^<!doctype html>[^]*<h2>What differs<\/h2>[^]*seed\.global/);
    expect(texts[0]).not.toMatch(/<script|https?:/);
    expect(texts[1]).toContain('## Difference of the mean of heads');
    const [header, ...rows] = texts[2]!.trimEnd().split('\n');
    expect(header).toMatch(
      /^first_cell,second_cell,p,flips,metric,statistic,first,first_se,second,second_se,difference,se,/,
    );
    // Four pairs, two metrics.
    expect(rows).toHaveLength(8);
    await compare(a, b, { into }, HOST);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(texts);
  });

  it('nothing without --into', async () => {
    const { a, folder } = await twoRuns({}, {});
    expect((await compare(a, a, {}, HOST)).files).toEqual([]);
    expect(existsSync(join(folder, 'comparison'))).toBe(false);
  });

  test.each([60, 80, 120])('fits %d columns, and every row says which cell it is of', async (width) => {
    const { a, b } = await twoRuns({}, { seed: { global: 7 }, grid: { p: [0.4, 0.6], flips: [2, 5, 8] } });
    const found: Compared = await compare(a, b, {}, HOST);
    const text = withErrorNote(compareText(found, { width }));
    const table = text
      .split('\n')
      .filter((line) => !line.includes('second less first') && !/^(first|second) {2,}/.test(line));
    for (const line of table.filter((each) => !/[.:] |\.$/.test(each)))
      expect(widthOf(line), line).toBeLessThanOrEqual(width);
    expect(text).toContain('4 pairs of cells matched by p, flips; 0 only in the first run, 2 only in the second.');
    expect(text).toMatch(/seed\.global +\d+ +7/);
    expect(text.match(/^ *-?[\d.]+ ± /gm)).toHaveLength(8);
    expect(text).toMatch(/± is the Monte Carlo standard error/);
  });
});
