import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apacheBatch, encodeArrowRows } from '../../src/encoding/arrow-batch.ts';
import { framingOf, metricOf, permIndicesOf, shapeOf, verifies } from '../../src/encoding/arrow-message.ts';
import { END_MARKER, arrowHeader } from '../../src/encoding/arrow-schema.ts';
import { canonicalise } from '#native-free/columns/columns';
import { saltOf } from '../../src/encoding/crc32.ts';
import type { MetricsSchema, Rows } from '../../src/encoding/metrics-schema.ts';

const EXPERIMENT = '0123456789abcdef'.repeat(4);
const schemaOf = (n_metrics: number, batch_rows = 1000): MetricsSchema => ({
  format: 'arrow',
  model: 'coin',
  cell_id: '00000000',
  experiment: EXPERIMENT,
  metrics: Array.from({ length: n_metrics }, (_, m) => `metric_${m}`),
  batch_rows,
});

function randomRows(first: number, count: number, n_metrics: number, seed: number): Rows {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const columns = Array.from({ length: n_metrics }, () =>
    Float64Array.from({ length: count }, () => next() / 65536 - 100),
  );
  return { perm_index: Uint32Array.from({ length: count }, (_, i) => first + i), columns };
}

test('a batch is byte for byte what the apache-arrow package writes, whatever its rows and columns', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer(),
      (count, n_metrics, seed) => {
        const schema = schemaOf(n_metrics);
        const rows = randomRows(3000, count, n_metrics, seed);
        const mine = Buffer.from(encodeArrowRows(schema, rows));
        const framing = framingOf(mine, mine.length);
        if (framing.kind !== 'message') throw new Error('no message');
        expect(framing.length).toBe(mine.length);
        expect(verifies(mine, framing.headLength, saltOf(EXPERIMENT))).toBe(true);
        expect(verifies(mine, framing.headLength, saltOf(EXPERIMENT.replace('0', '1')))).toBe(false);
        const digits = /crc32/.exec(mine.toString('latin1')) === null ? '' : digitsOf(mine);
        expect(mine.equals(apacheBatch(schema.metrics, rows, digits))).toBe(true);
        const shape = shapeOf(mine, framing.headLength, n_metrics)!;
        expect(permIndicesOf(mine, shape)).toEqual(rows.perm_index);
        rows.columns.forEach((column, m) => {
          expect(metricOf(mine, shape, m)).toEqual(column);
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('a buffer that was used before takes the batches, and changes no byte', () => {
  // Odd numbers of rows: their padding must be written, too.
  for (const count of [1, 7, 2001]) {
    const rows = randomRows(500, count, 3, 5);
    const expected = encodeArrowRows(schemaOf(3), rows);
    for (const length of [expected.length - 1, expected.length, 1_000_000]) {
      const spare = new ArrayBuffer(length);
      new Uint8Array(spare).fill(255);
      const bytes = encodeArrowRows(schemaOf(3), rows, spare);
      expect(Buffer.from(bytes).equals(expected)).toBe(true);
      expect(bytes.buffer === spare).toBe(length >= expected.length);
    }
  }
});

function digitsOf(message: Buffer): string {
  const text = message.toString('latin1');
  return /\x08\0\0\0([0-9a-f]{8})\0/.exec(text)![1]!; // eslint-disable-line no-control-regex -- bytes
}

test('rows of several blocks become one batch per aligned block', () => {
  const schema = schemaOf(2, 10);
  const rows = randomRows(15, 20, 2, 7);
  const bytes = encodeArrowRows(schema, rows);
  const stream = Buffer.concat([arrowHeader(schema), bytes, END_MARKER]);
  const table = tableFromIPC(stream);
  expect(table.batches.map(({ numRows }) => numRows)).toEqual([5, 10, 5]);
});

test('the apache-arrow reader reads the stream with and without its end marker', () => {
  const schema = schemaOf(3);
  const rows = randomRows(0, 500, 3, 1);
  const [values] = rows.columns;
  values!.set([-0, NaN, Infinity, -Infinity, 5e-324]);
  for (const column of rows.columns) canonicalise(column);
  for (const end of [END_MARKER, new Uint8Array(0)]) {
    const table = tableFromIPC(Buffer.concat([arrowHeader(schema), encodeArrowRows(schema, rows), end]));
    expect(table.numRows).toBe(500);
    expect(table.schema.metadata.get('cell_id')).toBe('00000000');
    expect(table.schema.metadata.get('experiment')).toBe(EXPERIMENT);
    expect(table.getChild('perm_index')!.toArray()).toEqual(rows.perm_index);
    schema.metrics.forEach((name, m) => {
      expect(table.getChild(name)!.toArray()).toEqual(rows.columns[m]);
    });
    expect(Object.is(rows.columns[0]![0], 0)).toBe(true);
  }
});
