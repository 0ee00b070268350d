import { describe, expect, it } from 'vitest';

import { extremesTable } from '../../src/report/contents.ts';
import { findings } from '../../src/report/findings.ts';
import { answersOf } from '../../src/report/answer/answers.ts';
import { questionOf } from '../../src/report/answer/question.ts';
import { fanCourses } from '../../src/report/gather/fan-courses.ts';
import { stackingOf } from '../../src/report/marks/stacking.ts';
import { rampAround } from '../../src/report/svg/ramps.ts';
import type { MetricSpecs } from '../../src/model/model.ts';
import { gridOf, reportData, statisticsAt } from './sample-data.ts';

const GOAL: MetricSpecs = {
  loss: { unit: '%', label: 'total return', good: 'high', goals: [{ at: 0, means: 'the strategy makes money' }] },
};

/** The value falls with slip alone; errors are 1, and P5 lies 3 below the median. */
function surface(of: (slip: number) => number, metrics = GOAL) {
  const cells = gridOf({ skip: [0, 1, 2], slip: [0, 10, 20, 30] }).map((each) => {
    return { ...each, statistics: { loss: statisticsAt(of(each.parameters['slip'] as number)) } };
  });
  return reportData(cells, { metrics });
}

const titles = (data: ReturnType<typeof surface>): string[] => answersOf(data).map(({ title }) => title);
const textOf = (data: ReturnType<typeof surface>, title: RegExp): string =>
  answersOf(data).find((answer) => title.test(answer.title))?.text ?? '';

describe('the answer', () => {
  it('says in how many cells the goal is met, which can not be told, and where it stops', () => {
    // P5 at 17, 7, -3 and -13, with 2 to either side: sure, sure, not, not; the medians 20, 10, 0, -10.
    const data = surface((slip) => 20 - slip);
    expect(titles(data)).toEqual([
      'Holds up in 6 of 12 cells',
      'It stops at slip 20 and more',
      'Best: skip 0, slip 0',
      'What matters most is slip',
      'What cannot be told yet',
    ]);
    expect(textOf(data, /^Holds/)).toContain('There the strategy makes money in at least 95 % of the permutations');
    expect(textOf(data, /^Holds/)).toContain('3 do not, 3 cannot be told yet.');
    expect(textOf(data, /^It stops/)).toContain('crosses 0 % between slip 20 and 20 on 3 of 3 lines');
    expect(textOf(data, /^What matters/)).toContain('averages from -10 % to 20 %');
  });

  it('of a goal that nothing meets says so first, with the cell that is nearest to it', () => {
    const data = surface((slip) => -20 - slip);
    expect(titles(data)[0]).toBe('No setting meets the goal');
    expect(textOf(data, /^No setting/)).toBe(
      'No cell is such that the strategy makes money in at least 95 % of the permutations, nor more often than not. The nearest (skip 0, slip 0) has a P5 of the total return of -23.0 ± 1.0 %; the goal is 0 %.',
    );
    expect(answersOf(data)[0]!.kind).toBe('fails');
  });

  it('of values that are only what was tried says the least of them, and ranks nothing by them', () => {
    const metrics: MetricSpecs = {
      loss: {
        unit: '1/s',
        label: 'capacity',
        good: 'high',
        goals: [{ at: 1, means: 'it carries the load' }],
        open_above: 'limit',
      },
      limit: { infinite: true },
    };
    const where = (open: (slip: number) => boolean) => {
      const cells = gridOf({ skip: [0, 1, 2], slip: [0, 10, 20, 30] }).map((each) => {
        const slip = each.parameters['slip'] as number;
        const limit = statisticsAt(300, open(slip) ? { n_infinite: 250 } : {});
        return { ...each, statistics: { loss: statisticsAt(100 - slip), limit } };
      });
      return reportData(cells, { metrics, lead: ['loss'] });
    };
    const data = where((slip) => slip === 0);
    // It holds: at least that much is more than the goal.
    expect(titles(data)[0]).toBe('Holds up in all 12 cells');
    expect(titles(data)).toContain('Capacity: at least 95 1/s');
    expect(textOf(data, /^Capacity/)).toBe(
      'In 3 of 12 cells no limit was found, up to the largest value that was tried, in 750 of 3,000 permutations: the capacity is at least what is said of it, and cells cannot be ranked by it.',
    );
    expect(titles(data).filter((title) => /^(Best:|What matters)/.test(title))).toEqual([]);
    expect(findings(data).map(({ text }) => text)).toContainEqual(
      'loss has no upper limit that was found in 750 permutations of 3 cells (limit is infinite): it is the largest value that was tried there, so its statistics are too low, and tables say ">=".',
    );
    const row = extremesTable(data, 'loss').rows.map((texts) => texts.filter((text) => text.includes('±')));
    expect(row.filter((texts) => texts.every((text) => text.startsWith('>= ')))).toHaveLength(3);
    expect(row.filter((texts) => texts.every((text) => !text.includes('>=')))).toHaveLength(7);

    const none = where(() => false);
    expect(titles(none)).toContain('Best: skip 0, slip 0');
    expect(titles(none).join()).not.toContain('at least');
    expect(
      findings(none)
        .map(({ text }) => text)
        .join(),
    ).not.toContain('upper limit');
  });

  it('of cells whose middle is the same none is the best', () => {
    const cells = gridOf({ slip: [0, 10] }).map((each) => ({
      ...each,
      statistics: { loss: statisticsAt(0) },
    }));
    const data = reportData(cells, {
      metrics: { loss: { ...GOAL['loss'], goals: [{ at: 1, means: 'it pays' }] } },
      lead: ['loss'],
    });
    expect(titles(data)[0]).toBe('No cell is sure to hold up');
    expect(titles(data).join()).not.toContain('Best');
  });

  it('looks for trouble in the other tail where low is good', () => {
    const low: MetricSpecs = { loss: { good: 'low', goals: [{ at: 12, means: 'it is in time' }] } };
    // P95 at 3, 13, 23, 33.
    expect(titles(surface((slip) => slip, low))[0]).toBe('Holds up in 3 of 12 cells');
  });

  it('of a model without words says what is highest, and no more than it knows', () => {
    const data = surface((slip) => slip, { loss: {} });
    expect(titles(data)).toEqual([
      'Loss is highest at skip 0, slip 30',
      'What matters most is slip',
      'What cannot be told yet',
    ]);
    expect(answersOf(data)[0]!.text).not.toContain('told apart');
  });

  it('names the question, with the range of every axis', () => {
    expect(questionOf(surface((slip) => slip))).toBe(
      'Asked of the model model: the total return as skip (0 to 2) and slip (0 to 30) change. 12 cells, 1,000 permutations each.',
    );
  });

  it('of no cell is none', () => {
    expect(answersOf(reportData([]))).toEqual([]);
  });
});

describe('one picture of all cells', () => {
  it('has every cell once, an axis that is active under another within it', () => {
    const cells = [
      ...gridOf({ mode: ['none'], slip: [0, 1, 2] }),
      ...gridOf({ mode: ['block'], block: [5, 10], slip: [0, 1, 2] }).map((each) => ({
        ...each,
        cell_id: `b${each.cell_id}`,
      })),
    ];
    const { columns, rows, cells: placed } = stackingOf(cells)!;
    expect(placed.flat().filter((cell) => cell !== undefined)).toHaveLength(9);
    expect(columns.places.length * rows.places.length).toBe(9);
    const side = [columns, rows].find(({ axes }) => axes.some(({ name }) => name === 'mode'))!;
    expect(side.axes.map(({ name }) => name)).toEqual(['mode', 'block']);
  });

  it('colours the goal as the good side of it', () => {
    const high = rampAround(0, 'high', -10, 10);
    const low = rampAround(0, 'low', -10, 10);
    expect(high(10).fill).toBe(low(-10).fill);
    expect(high(-10).fill).toBe(low(10).fill);
    expect(high(10).fill).not.toBe(high(-10).fill);
  });
});

describe('courses', () => {
  it('become quantiles at each place, of those that are still there', () => {
    const course = (values: number[]) => ({ along: 'round', at: values.map((_, i) => i), values: { acc: values } });
    const [fan] = fanCourses([course([1, 2, 3]), course([3, 4]), course([2, 6, 9])], course([5, 5]));
    expect(fan!.at).toEqual([0, 1, 2]);
    expect(fan!.bands.p50).toEqual([2, 4, 6]);
    expect(fan!.bands.p05[2]).toBeCloseTo(3.3);
    expect(fan!.unperturbed).toEqual([5, 5, NaN]);
  });

  it('of very many places are drawn at some, both ends among them', () => {
    const values = Array.from({ length: 5000 }, (_, i) => i);
    const [fan] = fanCourses([{ along: 'tick', at: values, values: { queue: values } }], undefined);
    expect(fan!.at.length).toBeLessThan(300);
    expect([fan!.at[0], fan!.at.at(-1)]).toEqual([0, 4999]);
  });
});
