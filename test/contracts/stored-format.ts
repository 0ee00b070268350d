import { describe, expect, test } from 'vitest';

import type { Format, MetricsSchema, Rows } from '../../src/encoding/metrics-schema.ts';
import { encodeCsvRows } from '../../src/encoding/csv-rows.ts';
import { SMALLEST_BLOCK } from '../../src/encoding/metrics-schema.ts';
import { EngineError } from '../../src/errors.ts';
import { FileReader } from '../../src/files/file-reader.ts';
import { memoryFile } from '../../src/files/memory-file.ts';
import type { StoreFormat } from '../../src/store/formats/format.ts';
import { formatOf } from '../../src/store/formats/formats.ts';
import { cellLayout, sumsPath } from '../../src/store/scan/layout.ts';
import type { BlockSum, Sums } from '../../src/store/scan/sums.ts';
import { range, rowsOf, schemaOf } from '../store/fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';
const NO_SUMS: Sums = new Map();

/** Everything that the store, the loop and the forecast count on in a stored format. */
export function storedFormatContract(format: Format): void {
  const batch_rows = Math.max(8, SMALLEST_BLOCK[format]);
  const schema = schemaOf(format, batch_rows);
  const place = { folder: FOLDER, schema };
  const it: StoreFormat = formatOf(schema);
  const size = it.chunkRows(batch_rows);
  /** Two whole blocks, and a part of a third. */
  const n = 2 * batch_rows + Math.floor(batch_rows / 2) - 1;
  const header = Buffer.from(it.header(schema));

  const encoded = (indices: readonly number[], as: MetricsSchema = schema): Buffer =>
    Buffer.from(it.encode(as, rowsOf(indices)));
  const fileOf = (...pieces: readonly Uint8Array[]): Buffer => Buffer.concat([header, ...pieces]);
  const readerOf = (bytes: Buffer): FileReader => new FileReader(memoryFile(bytes), 0, bytes.length);
  const scan = (bytes: Buffer, sums: Sums = NO_SUMS, target = n) =>
    it.scanCanonical(readerOf(bytes), place, target, sums);
  const indicesIn = (blocks: Iterable<Rows>): number[] =>
    Array.from(blocks, ({ perm_index }) => [...perm_index]).flat();
  /** Faster than toEqual, which looks at each number. */
  const isRight = ({ perm_index, columns }: Rows): boolean => {
    const right = rowsOf([...perm_index]);
    return columns.every((column, m) =>
      Buffer.from(column.buffer, column.byteOffset, column.byteLength).equals(Buffer.from(right.columns[m]!.buffer)),
    );
  };
  const everything = encoded(range(0, n));
  const whole = fileOf(everything);
  const sums = scan(whole)!.sums;

  describe(`${format}:`, () => {
    test('its file has a name of its own in the cell', () => {
      expect(it.file_name).toMatch(/^metrics_compact\.[a-z]+$/);
      const { folder, ...others } = cellLayout(FOLDER);
      expect([...Object.values(others), sumsPath(folder)]).not.toContain(`${FOLDER}/${it.file_name}`);
    });

    describe('writing', () => {
      test('the same rows are the same bytes, by any kernel, in memory of its own or given', () => {
        const rows = rowsOf(range(0, n));
        for (const kernel of ['auto', 'wasm', 'typescript'] as const)
          expect(everything.equals(it.encode(schema, rows, kernel))).toBe(true);
        const room = new SharedArrayBuffer(everything.length + 100);
        const into = it.encode(schema, rows, 'auto', room);
        expect([into.buffer, into.byteOffset]).toEqual([room, 0]);
        expect(everything.equals(into)).toBe(true);
        const small = new SharedArrayBuffer(everything.length - 1);
        const elsewhere = it.encode(schema, rows, 'auto', small);
        expect(elsewhere.buffer).not.toBe(small);
        expect(elsewhere.byteOffset).toBe(0);
        expect(everything.equals(elsewhere)).toBe(true);
      });

      test('however they are cut into chunks of whole chunk rows', () => {
        for (const chunk of [1, 2, 3, 5, 1000].map((times) => times * size)) {
          const chunks: Buffer[] = [];
          for (let at = 0; at < n; at += chunk) chunks.push(encoded(range(at, Math.min(n, at + chunk))));
          expect(Buffer.concat(chunks).equals(everything)).toBe(true);
        }
      });

      test('of batch_rows only the chunk rows show in the bytes', () => {
        const other = { ...schema, batch_rows: 2 * batch_rows };
        if (it.chunkRows(other.batch_rows) === size) expect(encoded(range(0, n), other).equals(everything)).toBe(true);
        else expect(encoded(range(0, n), other).equals(everything)).toBe(false);
      });

      test('a chunk tells its rows, those of failed permutations missing', () => {
        const failed = new Set([0, 3, batch_rows - 1, batch_rows, n - 1]);
        for (const indices of [range(0, n), range(0, n).filter((index) => !failed.has(index)), [2 * batch_rows]])
          expect([...it.indicesOf(encoded(indices), indices.length, schema.metrics.length)]).toEqual(indices);
        expect(() => it.indicesOf(everything, n - 1, schema.metrics.length)).toThrow();
        expect(() => it.indicesOf(everything, n + 1, schema.metrics.length)).toThrow();
      });

      test('a whole chunk begins where it says', () => {
        const chunk = encoded(range(size, 2 * size));
        it.assertWhole(chunk, size, schema.metrics.length);
        expect(() => {
          it.assertWhole(chunk, size + 1, schema.metrics.length);
        }).toThrow();
      });

      test('bytes that are there because of perm_index are counted: the rest is the same for every row', () => {
        const rows = rowsOf(range(0, 12_345));
        const zeros = { ...rows, columns: rows.columns.map((column) => new Float64Array(column.length)) };
        const part = (from: number, to: number): Rows => ({
          perm_index: zeros.perm_index.slice(from, to),
          columns: zeros.columns.map((column) => column.slice(from, to)),
        });
        const bytes = (from: number, to: number): number =>
          it.encode(schema, part(from, to)).length - it.indexBytes(from, to);
        // Whole chunks are compared: of cut ones the frames differ.
        const first = bytes(0, size);
        for (const chunk of [1, 2, 9, 11].filter((k) => (k + 1) * size <= 12_345))
          expect(bytes(chunk * size, (chunk + 1) * size)).toBe(first);
        expect(it.indexBytes(10, 2000)).toBe(it.indexBytes(0, 2000) - it.indexBytes(0, 10));
      });

      test('sums beside the file cut a chunk at block borders, and are those that a scan finds', () => {
        const { blocksOf } = it;
        if (blocksOf === undefined) {
          expect(sums.size).toBe(0);
          return;
        }
        const perm_index = Uint32Array.from(range(0, n));
        const parts = blocksOf(schema, perm_index, everything);
        expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(everything.length);
        expect(parts.map(({ block, rows, full }) => [block, rows, full])).toEqual([
          [0, batch_rows, true],
          [1, batch_rows, true],
          [2, n - 2 * batch_rows, false],
        ]);
        const found = new Map(
          parts.map(({ block, rows, crc32 }): [number, BlockSum] => [block, { count: rows, crc32 }]),
        );
        expect(found).toEqual(new Map(sums));
      });
    });

    describe('a canonical file', () => {
      test('is seen as such, with or without its sums', () => {
        for (const known of [NO_SUMS, sums]) {
          const found = scan(whole, known)!.scan;
          expect(found).toMatchObject({ canonical: true, end: whole.length, n_rows_raw: n, n_findings: 0 });
          expect(found.present).toEqual([{ from: 0, to: n }]);
        }
      });

      test('gives its rows, block by block; and from each of its sections on', () => {
        const blocks = [...it.rowsOf(readerOf(whole), place, whole.length)];
        expect(blocks.map(({ perm_index }) => perm_index.length)).toEqual([batch_rows, batch_rows, n - 2 * batch_rows]);
        for (const block of blocks) expect(block).toEqual(rowsOf([...block.perm_index]));
        for (const from of scan(whole)!.scan.sections) {
          const rest = indicesIn(it.rowsOf(readerOf(whole), place, whole.length, from));
          expect(rest).toEqual(range(n - rest.length, n));
        }
      });

      test('gives its lines as they stand, or has to be decoded', () => {
        const lines =
          it.linesOf &&
          Buffer.concat(Array.from(it.linesOf(readerOf(whole), place, whole.length), (piece) => Buffer.from(piece)));
        if (lines !== undefined) expect(lines.equals(encodeCsvRows(rowsOf(range(0, n))))).toBe(true);
        else expect(everything.equals(encodeCsvRows(rowsOf(range(0, n))))).toBe(false);
      });

      test('is sealed by its end marker alone, where it has one; nothing stands behind that', () => {
        const sealed = scan(Buffer.concat([whole, it.end_marker]), sums)!.scan;
        expect(sealed).toMatchObject({ sealed: true, end: whole.length, n_rows_raw: n });
        if (it.end_marker.length > 0) expect(scan(whole, sums)!.scan.sealed).toBe(false);
      });

      test('has a checksum that any other row changes', () => {
        const rows = rowsOf(range(0, n));
        const { rows_crc32 } = scan(whole)!.scan;
        for (const i of [0, batch_rows, n - 1]) {
          const columns = rows.columns.map((column) => column.slice());
          columns[1]![i] = 0.123;
          const other = scan(fileOf(it.encode(schema, { ...rows, columns })))!.scan;
          expect(other.rows_crc32).not.toBe(rows_crc32);
        }
      });

      test('misses what failed, and says so', () => {
        const failed = [1, batch_rows, batch_rows + 1];
        const kept = range(0, n).filter((index) => !failed.includes(index));
        const found = scan(fileOf(encoded(kept)))!.scan;
        expect(found.present).toEqual([
          { from: 0, to: 1 },
          { from: 2, to: batch_rows },
          { from: batch_rows + 2, to: n },
        ]);
      });
    });

    describe('any other file', () => {
      test('torn at any length is a prefix: whole rows stay, what is torn is cut, nothing is damaged', () => {
        const stride = Math.max(1, Math.floor(whole.length / 400));
        for (let length = 0; length < whole.length; length += stride) {
          const found = scan(whole.subarray(0, length), sums);
          expect(found, `${length} of ${whole.length} bytes`).toBeDefined();
          const { present, end, n_rows_damaged } = found!.scan;
          expect([n_rows_damaged, end <= length]).toEqual([0, true]);
          const rows = present[0]?.to ?? 0;
          expect(present).toEqual(rows === 0 ? [] : [{ from: 0, to: rows }]);
          // The next row, or block, is not there as a whole.
          const next = encoded(range(0, Math.min(n, rows + size)));
          expect(length).toBeLessThan(header.length + next.length);
          expect(end === 0 || end === header.length + encoded(range(0, rows)).length).toBe(true);
        }
      });

      test('a flipped bit never becomes a row, where there are sums', () => {
        const stride = Math.max(1, Math.floor(whole.length / 100));
        for (let at = 0, bit = 0; at < whole.length; at += stride, bit = (bit + 3) % 8) {
          const spoilt = Buffer.from(whole);
          spoilt[at]! ^= 1 << bit;
          let rows: readonly Rows[];
          try {
            const canonical = scan(spoilt, sums);
            rows =
              canonical === undefined
                ? [...it.analyse(readerOf(spoilt), place, n, sums).kept()]
                : [...it.rowsOf(readerOf(spoilt), place, canonical.scan.end)];
          } catch (error) {
            // A header that names other columns, or another cell.
            expect(error).toMatchObject({ code: 'IDENTITY' });
            expect(at).toBeLessThan(header.length);
            continue;
          }
          expect(rows.every(isRight), `byte ${at}`).toBe(true);
        }
      });

      test('with rows twice, out of order and past the target is understood: each row once, in order', () => {
        const late = encoded(range(size, 2 * size));
        const early = encoded(range(0, size));
        const past = encoded(range(n, n + 3));
        const bytes = fileOf(late, early, late, past);
        expect(scan(bytes)).toBeUndefined();
        const analysis = it.analyse(readerOf(bytes), place, n, NO_SUMS);
        expect(analysis.scan).toMatchObject({
          n_duplicates: size,
          n_rows_past_target: 3,
          n_conflicts: 0,
          canonical: false,
        });
        expect(indicesIn(analysis.kept())).toEqual(range(0, 2 * size));
      });

      test('with a row in two versions keeps the first and sets the other aside', () => {
        const rows = rowsOf([0]);
        const other = it.encode(schema, { ...rows, columns: rows.columns.map((column) => column.map(() => 7)) });
        const bytes = fileOf(encoded([0]), other);
        const analysis = it.analyse(readerOf(bytes), place, n, NO_SUMS);
        expect(analysis.scan.n_conflicts).toBe(1);
        expect(analysis.set_aside).toMatchObject([{ kind: 'conflict', perm_index: 0 }]);
        expect([...analysis.kept()]).toEqual([rows]);
      });

      test('with damage in the middle keeps what is good before and behind, and sets the damage aside', () => {
        const parts = [encoded(range(0, batch_rows)), Buffer.from('!!!! no row !!!!\n'), encoded(range(batch_rows, n))];
        const bytes = fileOf(...parts);
        expect(scan(bytes, sums)).toBeUndefined();
        const analysis = it.analyse(readerOf(bytes), place, n, sums);
        expect(indicesIn(analysis.kept())).toEqual(range(0, n));
        expect(analysis.scan.n_rows_damaged).toBeGreaterThan(0);
        expect(analysis.set_aside.map(({ offset }) => offset)).toEqual([header.length + parts[0]!.length]);
      });

      test('of another model is refused, and named', () => {
        const other = { ...schema, model: 'dice', metrics: ['pips'] };
        const bytes = Buffer.concat([
          it.header(other),
          it.encode(other, { perm_index: Uint32Array.of(0), columns: [Float64Array.of(6)] }),
        ]);
        const refused = (): unknown => it.analyse(readerOf(bytes), place, n, NO_SUMS);
        expect(refused).toThrow(EngineError);
        expect(refused).toThrow(
          expect.objectContaining({ code: 'IDENTITY', path: `${FOLDER}/${it.file_name}` }) as Error,
        );
      });
    });
  });
}
