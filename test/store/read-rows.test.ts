import { describe, expect, test } from 'vitest';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { encodeCsvRows } from '../../src/encoding/csv-rows.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { readRows, type Part } from '../../src/store/read-rows.ts';
import { readRowText } from '../../src/store/row-text.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { chunkOf, range, rowsOf, schemaOf } from './fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';

/** A finished cell of `target` rows, some of which failed, in blocks of `batch_rows`. */
async function cellOf(format: Format, target: number, batch_rows: number, failed: readonly number[] = []) {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  disk.settle();
  const place = { folder: FOLDER, schema: schemaOf(format, batch_rows) };
  const file = await openCell(disk.port, place, scanCell(disk.port, place, target), () => undefined);
  for (let at = 0; at < target; at += batch_rows)
    file.append(chunkOf(place.schema, at, Math.min(target, at + batch_rows), failed));
  await file.complete();
  file.close();
  const scan = scanCell(disk.port, place, target);
  expect(scan.canonical).toBe(true);
  return { disk, place, scan, path: `${FOLDER}/metrics_compact.${format}` };
}

const FAILED = [0, 7, 8, 9, 5000, 5999, 6000, 24_999];

describe.each(['csv', 'arrow'] as const)('%s', (format) => {
  test('rows come block by block, in order and with their values, however large the blocks are and whatever failed', async () => {
    for (const batch_rows of [1000, 3000, 9000]) {
      const { disk, place, scan } = await cellOf(format, 25_000, batch_rows, FAILED);
      const indices: number[] = [];
      for (const rows of readRows(disk.port, place, 25_000, { end: scan.end })) {
        const found = [...rows.perm_index];
        const blocks = new Set(found.map((index) => Math.floor(index / batch_rows)));
        expect(blocks.size).toBe(1);
        // A block is given in one piece, unless it is very large.
        const whole = indices.length === 0 || Math.floor(indices.at(-1)! / batch_rows) !== [...blocks][0];
        expect(whole || batch_rows > 8192).toBe(true);
        // As text: comparing typed arrays value by value takes seconds.
        expect(Buffer.from(encodeCsvRows(rows)).equals(encodeCsvRows(rowsOf(found)))).toBe(true);
        indices.push(...found);
      }
      expect(indices).toEqual(range(0, 25_000).filter((index) => !FAILED.includes(index)));
    }
  });

  test('the text of a cell is the same in one piece and by its sections', async () => {
    const { disk, place, scan } = await cellOf(format, 90_000, 1000, FAILED);
    const text = Buffer.concat(Array.from(readRowText(disk.port, place, scan), (piece) => Buffer.from(piece)));
    const expected = encodeCsvRows(rowsOf(range(0, 90_000).filter((index) => !FAILED.includes(index))));
    expect(text.equals(expected)).toBe(true);
    expect(scan.sections.length > 1).toBe(format === 'arrow');
    const parts = scan.sections.map((from, i): Part => ({ from, end: scan.sections[i + 1] ?? scan.end }));
    const pieces = parts.flatMap((part) =>
      Array.from(readRows(disk.port, place, 90_000, part), (rows) => encodeCsvRows(rows)),
    );
    if (format === 'arrow') expect(Buffer.concat(pieces).equals(expected)).toBe(true);
  });

  test('rows that vanish while they are read are an error, not an end', async () => {
    const { disk, place, scan, path } = await cellOf(format, 9000, 1000);
    disk.put(path, Buffer.from(disk.read(path)!.subarray(0, scan.end - 100)));
    const read = () => [...readRows(disk.port, place, 9000, { end: scan.end })];
    expect(read).toThrow(expect.objectContaining({ code: 'DISK', path }) as Error);
    // An Arrow file is looked through again for its text, if not read by its sections.
    if (format === 'csv') expect(() => [...readRowText(disk.port, place, scan)]).toThrow(/EIO/);
  });
});
