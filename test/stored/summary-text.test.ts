import { hash } from 'node:crypto';
import { expect, test } from 'vitest';

import { summarise } from '../../src/statistics/summarise.ts';
import { summaryText } from '../../src/stored/summaries.ts';

function summaryOf(values: readonly number[], thresholds: Readonly<Record<string, readonly number[]>>) {
  const column = Float64Array.from(values);
  const rows = { perm_index: Uint32Array.from(values, (_, i) => i), columns: [column, column] };
  return {
    cell_id: 'c',
    n_perms_target: values.length,
    n_perms_done: values.length,
    n_rows_raw: values.length,
    n_rows_deduped: values.length,
    n_duplicates_dropped: 0,
    n_conflicting_duplicates: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    resume_detected: false,
    params: { p: 0.5, list: [1, [2, 3]], text: 'a "quote",\nand a line' },
    seed: { global: 1 },
    baseline: null,
    rows_crc32: '00000000',
    thresholds,
    statistics: summarise(() => [rows], ['a', 'b'], { thresholds }),
  };
}

test.each([
  ['numbers', [1, 2, 3.5, -4], { a: [2] }],
  ['infinite and undefined values', [1, NaN, Infinity, -Infinity, 7], { b: [0] }],
  ['one row', [5], {}],
  ['no row', [], {}],
])(
  'the text of a summary of %s is put together as JSON writes it, and its digest is over all the rest',
  (_, values, thresholds) => {
    const text = summaryText(summaryOf(values, thresholds));
    const { digest, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(text).toBe(`${JSON.stringify({ ...rest, digest }, null, 1)}\n`);
    expect(digest).toBe(hash('sha256', JSON.stringify(rest)));
  },
);
