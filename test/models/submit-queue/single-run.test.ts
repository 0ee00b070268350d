import { describe, expect, test } from 'vitest';

import { generateHistory, GENERATE_DEFAULTS } from '../../../src/models/submit-queue/generate-history.ts';
import type { Model } from '../../../src/model/model.ts';
import submitQueue from '../../../src/models/submit-queue/model.ts';
import { settingsOf } from '../../../src/models/submit-queue/parameters.ts';
import { readHistory } from '../../../src/models/submit-queue/read-history.ts';
import { createReplicate } from '../../../src/models/submit-queue/replicate.ts';
import { singleRun } from '../../../src/models/submit-queue/single-run.ts';
import { summaryText } from '../../../src/models/submit-queue/summary-text.ts';
import { streamOf } from './streams-of.ts';

/** As the engine has it: any parameters, any row. */
const model: Model = submitQueue;

const { csv } = generateHistory({ ...GENERATE_DEFAULTS, culprit_rate: 0.1 }, streamOf(5, 0));
const history = readHistory('generated.csv', new TextEncoder().encode(csv));
const settings = settingsOf({ mode: 'csv', corrected_priming_ticks: 84, flaketol: 0.01 });

describe('a single run', () => {
  const replicate = createReplicate(settings, history);
  const run = singleRun(replicate, streamOf(1, 0));

  test('has the row of the same permutation of a study', () => {
    const row: Record<string, number> = {};
    void model.simulate!(replicate, streamOf(1, 0), row);
    expect(run.row).toEqual(row);
  });

  test('shows the queue depth in 50 points and all waits in 8 bins', () => {
    expect(run.queue_depth).toHaveLength(50);
    expect(Math.max(...run.queue_depth)).toBeGreaterThan(0);
    expect(run.waits).toHaveLength(8);
    expect(run.waits.reduce((sum, { count }) => sum + count, 0)).toBe(run.row.landings);
  });

  test('names the demoted targets as the history does', () => {
    expect(run.demoted.length).toBe(run.tests - run.row.reference_active_tests);
    expect(run.demoted.length).toBeGreaterThan(0);
    for (const { test: name } of run.demoted) expect(history.targets).toContain(name);
  });

  test('is summed up in the groups culprit detection, queue health and test health', () => {
    const text = summaryText(run);
    expect(text.match(/^\S.*$/gm)).toEqual(['Culprit detection', 'Queue health', 'Test health']);
    expect(text).toContain(run.demoted[0]!.test);
    expect(text).not.toContain('NaN');
  });

  test('a trace has a line per tick and leaves the row as it is', () => {
    const before: Record<string, number> = {};
    const after: Record<string, number> = {};
    void model.simulate!(replicate, streamOf(1, 3), before);
    const lines = [...model.trace!(replicate, streamOf(1, 3))];
    void model.simulate!(replicate, streamOf(1, 3), after);
    expect(lines).toHaveLength(replicate.ticks);
    expect(lines[0]).toMatch(/^tick 0: /);
    expect(after).toEqual(before);
  });

  test('in which nothing happens is summed up, too', () => {
    const idle = createReplicate(
      settingsOf({ mode: 'random', traffic: 0, priming_ticks: 1, measure_ticks: 5 }),
      undefined,
    );
    const text = summaryText(singleRun(idle, streamOf(1, 0)));
    expect(text).toContain('undefined');
    expect(text).not.toMatch(/NaN|Infinity/);
  });
});
