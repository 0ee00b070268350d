import { describe, expect, test } from 'vitest';

import {
  FLAKE_PATTERNS,
  generatedText,
  generateHistory,
  GENERATE_DEFAULTS,
} from '../../../src/models/submit-queue/generate-history.ts';
import { inspectHistory } from '../../../src/models/submit-queue/inspect.ts';
import { streamOf } from './streams-of.ts';

describe('a generated history', () => {
  test.each(FLAKE_PATTERNS)('with flake pattern %s reads back as the statistics say', (flake_pattern) => {
    const { csv, statistics } = generateHistory(
      { ...GENERATE_DEFAULTS, culprit_rate: 0.1, flake_pattern },
      streamOf(5, 0),
    );
    const { facts, problems, notes } = inspectHistory({
      path: 'generated.csv',
      bytes: new TextEncoder().encode(csv),
    });
    expect([...problems, ...notes]).toEqual([]);
    expect(facts).toMatchObject({
      rows: statistics.records,
      changes: 500,
      targets: 80,
      culprits: statistics.culprits,
      labelled_bad: statistics.culprits,
      row_success_rate: statistics.record_success_rate,
      first: statistics.first,
      last: statistics.last,
    });
    expect(statistics.flaky_records > 0).toBe(flake_pattern !== 'none');
    expect(Math.abs(statistics.culprits - 50)).toBeLessThan(4 * Math.sqrt(45));
    expect(facts.hours).toBeLessThanOrEqual(14 * 24);
  });

  test('is the same for the same seed and another for another', () => {
    const options = { ...GENERATE_DEFAULTS, changes: 50 };
    expect(generateHistory(options, streamOf(5, 1)).csv).toBe(generateHistory(options, streamOf(5, 1)).csv);
    expect(generateHistory(options, streamOf(5, 1)).csv).not.toBe(generateHistory(options, streamOf(5, 2)).csv);
  });

  test('is quiet at night and at weekends', () => {
    const { csv } = generateHistory({ ...GENERATE_DEFAULTS, changes: 2000, targets: 1 }, streamOf(5, 3));
    const times = csv
      .split('\n')
      .slice(1, -1)
      .map((line) => new Date(Number(line.split(',')[2])));
    const weekend = times.filter((time) => time.getUTCDay() % 6 === 0).length;
    const night = times.filter((time) => time.getUTCHours() < 6).length;
    expect(weekend / times.length).toBeLessThan(0.1);
    expect(night / times.length).toBeLessThan(0.1);
  });

  test('says records, culprits, success rates and time range at the end', () => {
    const { statistics } = generateHistory(GENERATE_DEFAULTS, streamOf(5, 4));
    const text = generatedText(statistics);
    for (const part of [
      `${statistics.records} `,
      '500 changes',
      'culprits',
      'success',
      statistics.first,
      statistics.last,
    ]) {
      expect(text).toContain(part);
    }
  });
});
