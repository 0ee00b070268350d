import { expect, test } from 'vitest';

import type { ChunkResult } from '../../../src/execute/messages.ts';
import { batchRowsOf, chunksFor, schemasOf } from '../../../src/run/loop/chunk-bytes.ts';
import { schemaOf } from '../../store/fixture.ts';

const file = (format: 'csv' | 'arrow', batch_rows: number) => ({
  cell: { place: { folder: `/${format}-${batch_rows}`, schema: schemaOf(format, batch_rows) } },
});

const BLOCKS = [{ block: 0, rows: 8, bytes: 3, crc32: 1, full: true }];

function result(...more_bytes: Uint8Array[]): ChunkResult {
  const rows = { first: 0, count: 8, rows: 8, bytes: Uint8Array.of(1), blocks: BLOCKS };
  return { ...rows, ...(more_bytes.length > 0 && { more_bytes }), failures: [], compute_ms: 0 };
}

test('rows are encoded once for each kind of bytes: lines of CSV are the same whatever the blocks, batches of Arrow are not', () => {
  const files = [file('csv', 100), file('arrow', 100), file('csv', 64), file('arrow', 64), file('arrow', 100)];
  expect(schemasOf(files).map(({ format, batch_rows }) => [format, batch_rows])).toEqual([
    // The last of the lines' schemas, at the first one's place: the blocks are cut for the first file all the same.
    ['csv', expect.any(Number)],
    ['arrow', 100],
    ['arrow', 64],
  ]);
});

test('every file gets the bytes of its kind, and the checksums of its blocks where they were cut for it', () => {
  const files = [file('csv', 100), file('arrow', 100), file('csv', 64), file('csv', 100)];
  const arrow = Uint8Array.of(2);
  const chunks = chunksFor(files, result(arrow));
  expect(chunks.map(({ output_cell }) => output_cell)).toEqual(files);
  expect(chunks.map(({ chunk }) => chunk.bytes[0])).toEqual([1, 2, 1, 1]);
  expect(chunks.map(({ chunk }) => chunk.blocks)).toEqual([BLOCKS, undefined, undefined, BLOCKS]);
});

test('chunks are whole batches of every Arrow file, or of the largest where that would be too many', () => {
  expect(batchRowsOf([file('csv', 100)])).toBe(1);
  expect(batchRowsOf([file('csv', 100), file('arrow', 6), file('arrow', 4)])).toBe(12);
  expect(batchRowsOf([file('arrow', 65_535), file('arrow', 65_536)])).toBe(65_536);
});
