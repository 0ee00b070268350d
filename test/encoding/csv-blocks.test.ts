import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvBlocksOf } from '../../src/encoding/csv-blocks.ts';
import { encodeCsvRows } from '../../src/encoding/csv-rows.ts';
import { crc32, crcGoingOn, saltOf } from '../../src/encoding/crc32.ts';
import type { MetricsSchema } from '../../src/encoding/metrics-schema.ts';

const EXPERIMENT = '0123456789abcdef'.repeat(4);
const salt = saltOf(EXPERIMENT);
const lines = (indices: number[]) =>
  encodeCsvRows({ perm_index: Uint32Array.from(indices), columns: [Float64Array.from(indices, (i) => i / 7)] });

test('the parts of any chunks, put together, are the checksums of whole blocks, missing permutations or not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 8 }),
      (batch_rows, there, cuts) => {
        const schema: MetricsSchema = {
          format: 'csv',
          model: 'm',
          cell_id: 'c',
          experiment: EXPERIMENT,
          metrics: ['x'],
          batch_rows,
        };
        const found = new Map<number, { rows: number; crc32: number; full: boolean }>();
        const indices = there.flatMap((is, index) => (is ? [index] : []));
        for (let from = 0, c = 0; from < indices.length; c += 1) {
          const chunk = indices.slice(from, from + (cuts[c] ?? 25));
          from += chunk.length;
          const bytes = lines(chunk);
          const parts = csvBlocksOf(schema, Uint32Array.from(chunk), bytes);
          expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes.length);
          for (const { block, rows, bytes: length, crc32: crc, full } of parts) {
            const before = found.get(block);
            found.set(block, {
              rows: (before?.rows ?? 0) + rows,
              crc32: before === undefined ? crc : crcGoingOn(crc, salt, before.crc32, length),
              full,
            });
          }
        }
        for (const [block, { rows, crc32: crc, full }] of found) {
          const own = indices.filter((index) => Math.floor(index / batch_rows) === block);
          expect(rows).toBe(own.length);
          expect(crc).toBe(crc32(lines(own), salt));
          expect(full).toBe(own.includes((block + 1) * batch_rows - 1));
        }
      },
    ),
  );
});
