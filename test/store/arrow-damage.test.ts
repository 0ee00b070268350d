import { tableFromIPC as readByFlechette } from '@uwdata/flechette';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { formatOf } from '../../src/store/formats/formats.ts';
import type { CellPlace, CellScan } from '../../src/store/scan/cell-file.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { quarantineRecords } from '../../src/store/quarantine.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { noFile, scanCell } from '../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { chunkOf, finish, range, rowsOf, schemaOf } from './fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';
const PATH = `${FOLDER}/metrics_compact.arrow`;
const N = 30;
const place: CellPlace = { folder: FOLDER, schema: schemaOf('arrow') };

async function wholeCell(of = place, target = N): Promise<Buffer> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, of, target);
  return disk.read(PATH)!;
}
const whole = await wholeCell();
const END = Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]);
const batch = (indices: readonly number[]) => Buffer.from(formatOf(place.schema).encode(place.schema, rowsOf(indices)));
const batches = [range(0, 8), range(8, 16), range(16, 24), range(24, 30)].map(batch);
const header = whole.subarray(0, whole.length - batches.reduce((sum, { length }) => sum + length, 0) - 8);
const file = (...parts: readonly Uint8Array[]) => Buffer.concat([header, ...parts]);

async function healed(bytes: Buffer, scan: Partial<CellScan>, kinds: readonly string[] = []): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  disk.port.mkdir(FOLDER);
  disk.put(PATH, bytes);
  expect(scanCell(disk.port, place, N)).toMatchObject(scan);
  for (const block of readRows(disk.port, place, N)) expect(block).toEqual(rowsOf([...block.perm_index]));
  await finish(disk.port, place, N);
  expect(disk.read(PATH)!.equals(whole)).toBe(true);
  expect([...new Set(quarantineRecords(disk.port, FOLDER).map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  expect(scanCell(disk.port, place, N)).toMatchObject({ canonical: true, sealed: true, present: [{ from: 0, to: N }] });
  return disk;
}
async function heals(...args: Parameters<typeof healed>): Promise<void> {
  await healed(...args);
}

describe('an Arrow metrics file heals to the bytes of an undisturbed run:', () => {
  test('untouched', () => heals(file(...batches, END), { canonical: true, sealed: true }));
  test('without its end marker', () => heals(file(...batches), { canonical: true, sealed: false, n_findings: 0 }));
  test('identical duplicate batches', () =>
    heals(file(...batches, batches[1]!, END), { n_rows_raw: 38, n_duplicates: 8, n_conflicts: 0 }));
  test('the whole file twice', () =>
    heals(Buffer.concat([whole, whole]), { n_rows_raw: 60, n_duplicates: 30, present: [{ from: 0, to: N }] }, [
      'damaged',
    ]));
  test('a missing batch', () =>
    heals(file(batches[0]!, batches[2]!, batches[3]!), {
      canonical: true,
      present: [
        { from: 0, to: 8 },
        { from: 16, to: 30 },
      ],
    }));
  test('batches out of order', () =>
    heals(file(batches[2]!, batches[0]!, batches[3]!, batches[1]!), { canonical: false, n_findings: 0 }));
  test('a block in two batches', () =>
    heals(file(batches[0]!, batch(range(8, 11)), batch(range(11, 16)), batches[2]!), {
      canonical: false,
      present: [{ from: 0, to: 24 }],
    }));
  test('rows past the target', () =>
    heals(file(...batches.slice(0, 3), batch(range(24, 32)), batch(range(32, 40))), {
      n_rows_past_target: 10,
      n_rows_raw: 30,
    }));
  test.each([1, 7, 8, 9, 100, 400])('the last batch cut after %i bytes', (length) =>
    heals(file(batches[0]!, batches[1]!, batches[2]!.subarray(0, length)), {
      canonical: true,
      n_rows_damaged: 0,
      n_findings: 1,
      present: [{ from: 0, to: 16 }],
    }),
  );
  test('NULs at the end', () =>
    heals(file(...batches, Buffer.alloc(100_000)), {
      canonical: true,
      n_rows_damaged: 0,
      present: [{ from: 0, to: N }],
    }));
  test('an end marker with the rest of a torn batch behind it', () =>
    heals(file(batches[0]!, END, batches[1]!.subarray(8, 300)), {
      canonical: true,
      n_rows_damaged: 0,
      present: [{ from: 0, to: 8 }],
    }));
  test('an empty file', () => heals(Buffer.alloc(0), { canonical: true, present: [] }));
  test('a torn schema message', () =>
    heals(Buffer.from(header.subarray(0, 100)), { canonical: true, present: [], n_rows_damaged: 0 }));
  test('only NULs', () => heals(Buffer.alloc(300), { canonical: true, present: [], n_rows_damaged: 0 }));
  test('a flipped bit in the middle costs its batch', () => {
    const bytes = file(...batches, END);
    bytes[header.length + batches[0]!.length + 400]! ^= 4;
    return heals(
      bytes,
      {
        n_rows_damaged: 1,
        present: [
          { from: 0, to: 8 },
          { from: 16, to: 30 },
        ],
      },
      ['damaged'],
    );
  });
  test('garbage between batches', () =>
    heals(
      file(batches[0]!, Buffer.from('something else\xff\xff\xff\xff\x10\0\0\0', 'latin1'), ...batches.slice(1), END),
      { n_rows_damaged: 1, present: [{ from: 0, to: N }] },
      ['damaged'],
    ));
  test('a damaged schema message', () => {
    const bytes = file(...batches, END);
    bytes[60]! ^= 1;
    return heals(bytes, { n_rows_damaged: 0, present: [{ from: 0, to: N }] }, ['damaged']);
  });
  test('a binary file', async () => {
    const bytes = Buffer.from(range(0, 5000).map((i) => (i * 37 + (i >> 3)) & 255));
    const disk = await healed(bytes, { present: [] }, ['unreadable']);
    expect(disk.read(`${FOLDER}/quarantine/original_0001.arrow`)).toEqual(bytes);
  });
  test('batches of another experiment are never taken', () => {
    const other = { ...place.schema, experiment: 'cd'.repeat(32) };
    const strange = Buffer.from(formatOf(other).encode(other, rowsOf(range(8, 16))));
    return heals(
      file(batches[0]!, strange, batches[2]!),
      {
        n_rows_damaged: 1,
        present: [
          { from: 0, to: 8 },
          { from: 16, to: 24 },
        ],
      },
      ['damaged'],
    );
  });
  test('a target that is raised: the short last batch is replaced', async () => {
    const disk = new SimulatedDisk();
    disk.port.mkdir('/run/per_cell');
    for (const target of [3, 12, 28, N]) {
      await finish(disk.port, place, target);
      expect(disk.read(PATH)!.equals(await wholeCell(place, target))).toBe(true);
      expect(tableFromIPC(disk.read(PATH)).numRows).toBe(target);
    }
  });

  test('two readers that share no code read the same values at any moment: while it grows and when it is complete', async () => {
    const disk = new SimulatedDisk();
    disk.port.mkdir('/run/per_cell');
    const growing = await openCell(disk.port, place, noFile(N), () => undefined);
    const readAs = (rows: number): void => {
      const { perm_index, columns } = rowsOf(range(0, rows));
      const bytes = Uint8Array.from(disk.read(PATH)!);
      const names = ['perm_index', ...place.schema.metrics];
      const expected = [[...perm_index], ...columns.map((column) => [...column])];
      const one = tableFromIPC(bytes);
      expect(names.map((name) => Array.from(one.getChild(name)!.toArray() as ArrayLike<number>))).toEqual(expected);
      const other = readByFlechette(bytes);
      expect(names.map((name) => Array.from(other.getChild(name).toArray() as ArrayLike<number>))).toEqual(expected);
    };
    for (let at = 0; at < N; at += 8) {
      growing.append(chunkOf(place.schema, at, Math.min(N, at + 8)));
      readAs(Math.min(N, at + 8));
    }
    await growing.complete();
    growing.close();
    readAs(N);
  });
});

test('a row stored twice with different values is kept once, set aside as a line, and stays on record', async () => {
  const wrong = rowsOf(range(8, 16));
  wrong.columns[0]![2] = 7;
  wrong.columns[0]![5] = 8;
  const disk = await healed(
    file(...batches, Buffer.from(formatOf(place.schema).encode(place.schema, wrong))),
    { n_conflicts: 2, n_rows_raw: 38, n_duplicates: 8 },
    ['conflict'],
  );
  expect(scanCell(disk.port, place, N).n_conflicts).toBe(2);
  const records = quarantineRecords(disk.port, FOLDER);
  const bytes = disk.read(`${FOLDER}/quarantine/${records[0]!.file}`)!.toString();
  expect(bytes).toMatch(/^10,7,.*\n13,8,.*\n$/);
});

test('another experiment, cell or model is refused, both are named, and nothing is changed', async () => {
  for (const change of [
    { experiment: 'cd'.repeat(32) },
    { cell_id: 'c2' },
    { model: 'dice' },
    { metrics: ['a', 'b', 'c'] },
  ]) {
    const disk = new SimulatedDisk();
    disk.port.mkdir(FOLDER);
    disk.put(PATH, whole);
    const other = { folder: FOLDER, schema: { ...place.schema, ...change } };
    expect(() => scanCell(disk.port, other, N)).toThrow(expect.objectContaining({ code: 'IDENTITY', exit: 2 }));
    expect(() => scanCell(disk.port, other, N)).toThrow(/cell c1.*this run needs/);
    await expect(finish(disk.port, other, N)).rejects.toThrow();
    expect(disk.read(PATH)).toEqual(whole);
  }
});

test('failed permutations leave their places empty', async () => {
  for (const format of ['csv', 'arrow'] as const) {
    const schema = schemaOf(format);
    const disk = new SimulatedDisk();
    disk.port.mkdir('/run/per_cell');
    const at = { folder: FOLDER, schema };
    const cell = await openCell(disk.port, at, scanCell(disk.port, at, N), () => undefined);
    const failed = [0, 9, 15, 16, 29];
    for (const from of [0, 16]) {
      const indices = range(from, Math.min(N, from + 16)).filter((index) => !failed.includes(index));
      cell.append({
        first: from,
        count: Math.min(N, from + 16) - from,
        rows: indices.length,
        bytes: formatOf(schema).encode(schema, rowsOf(indices)),
      });
    }
    expect(cell.missing).toEqual([
      { from: 0, to: 1 },
      { from: 9, to: 10 },
      { from: 15, to: 17 },
      { from: 29, to: 30 },
    ]);
    await cell.complete();
    cell.close();
    expect(scanCell(disk.port, at, N)).toMatchObject({ canonical: true, sealed: true, n_rows_raw: 25 });
    // Tried again, they come out as if they had never failed.
    await finish(disk.port, at, N);
    const clean = new SimulatedDisk();
    clean.port.mkdir('/run/per_cell');
    await finish(clean.port, at, N);
    const path = `${FOLDER}/metrics_compact.${format}`;
    expect(disk.read(path)!.equals(clean.read(path)!)).toBe(true);
    if (format === 'csv')
      expect(disk.read(`${FOLDER}/metrics_compact.sums`)).toEqual(clean.read(`${FOLDER}/metrics_compact.sums`));
  }
});
