import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { plan as planStudy, type StudyPlan } from '../../dist/index.js';
import { digitsBelow } from '../../src/encoding/digits-below.ts';
import { forecastOf, type Rates, type Work } from '../../src/forecast/forecast.ts';
import { sampled } from '../../src/forecast/sample.ts';
import { SmallStudy } from './small-study.ts';

const RATES: Rates = {
  start_seconds: 2,
  prepare_ms: 10,
  compute_ms: 0.5,
  finish_ms: 0.25,
  row_bytes: 40,
  cell_bytes: 1000,
};
const WORK: Work = {
  format: 'arrow',
  batch_rows: 1000,
  computed: 8000,
  copied: 2000,
  cells: 4,
  new_cells: 4,
  rows_of_cells: 20_000,
  written: Array.from({ length: 4 }, () => [{ from: 2500, to: 5000 }]),
};

describe('the forecast', () => {
  it('shares what threads do among them', () => {
    const worked = 8000 * 0.5 + (2000 + 20_000) * 0.25;
    expect(forecastOf(WORK, RATES, 1).seconds).toBeCloseTo(2 + (worked + 40) / 1000, 9);
    expect(forecastOf(WORK, RATES, 4).seconds).toBeCloseTo(2 + (worked + 160) / 4 / 1000, 9);
    expect(forecastOf(WORK, RATES, 8).seconds).toBeCloseTo(2 + (worked + 320) / 8 / 1000, 9);
  });

  it('counts bytes by rows, and for csv the digits of every perm_index and a line for every block', () => {
    expect(forecastOf(WORK, RATES, 1).bytes).toBe(4 * 2500 * 40 + 4 * 1000);
    expect(forecastOf({ ...WORK, new_cells: 0 }, RATES, 1).bytes).toBe(4 * 2500 * 40);
    const csv = forecastOf({ ...WORK, format: 'csv' }, RATES, 1).bytes;
    const blocks = 4 * 3 * (20 + 4 + 4);
    expect(csv).toBe(4 * 2500 * (40 + 4) + 4 * 1000 + blocks);
  });

  it('knows how many digits there are', () => {
    for (const n of [0, 1, 2, 9, 10, 11, 99, 100, 101, 12_345]) {
      const counted = Array.from({ length: n }, (_, i) => String(i).length).reduce((sum, digits) => sum + digits, 0);
      expect(digitsBelow(n)).toBe(counted);
    }
  });

  it('samples every part of the cells once, and not one level of an axis only', () => {
    expect(sampled(3, 48).sort()).toEqual([0, 1, 2]);
    expect(sampled(0, 48)).toEqual([]);
    const places = sampled(144, 48);
    const parts = places.map((place) => Math.floor(place / 3));
    expect([...parts].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, i) => i));
    const first = parts.slice(0, 8).sort((a, b) => a - b);
    expect(Math.max(...first.map((part, i) => (first[i + 1] ?? 48) - part))).toBeLessThan(16);
    expect(new Set(places.map((place) => place % 3)).size).toBe(3);
  });
});

describe('the plan of a study', () => {
  const filesOf = (output: string): number =>
    readdirSync(join(output, 'per_cell'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const plan = (study: SmallStudy): Promise<StudyPlan> => planStudy(study.file);

  it.each(['', 'format: arrow\n'])('says the bytes that a run and an extension write, to 2 % (%j)', async (more) => {
    const parts = { p_skip: [0, 0.1, 0.4], more };
    const study = new SmallStudy({ ...parts, permutations: 20_000 });
    onTestFinished(() => {
      study.remove();
    });
    const first = await plan(study);
    expect(first.forecast!.seconds).toBeGreaterThan(0);
    await study.run();
    const written = filesOf(study.output);
    expect(Math.abs(first.forecast!.bytes / written - 1)).toBeLessThan(0.02);
    expect((await plan(study)).forecast).toBeUndefined();

    study.write({ ...parts, permutations: 50_000 });
    const more_rows = await plan(study);
    expect(more_rows.permutations_missing).toBe(3 * 30_000);
    await study.run();
    expect(Math.abs(more_rows.forecast!.bytes / (filesOf(study.output) - written) - 1)).toBeLessThan(0.02);
  });
});
