import { expect, test } from 'vitest';
import { distrustUnprotected } from '../../src/store/distrust.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { noFile, scanCell } from '../../src/store/scan-cell.ts';
import type { CellPlace } from '../../src/store/scan/cell-file.ts';
import { countPermutations, intersectRanges, subtractRanges } from '../../src/study/permutation-range.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { chunkOf, finish, range, schemaOf } from './fixture.ts';

/** Every row of a CSV file has a checksum of its experiment, or counts as unprotected. */
const FOLDER = '/run/per_cell/cell_c1';
const PATH = `${FOLDER}/metrics_compact.csv`;
const SUMS = `${FOLDER}/metrics_compact.sums`;
const N = 30;
const place: CellPlace = { folder: FOLDER, schema: schemaOf('csv') };
const other: CellPlace = { folder: FOLDER, schema: { ...place.schema, experiment: 'cd'.repeat(32) } };
const FAILED = [3, 12, 25];

function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  disk.settle();
  return disk;
}

async function wholeCell(): Promise<SimulatedDisk> {
  const disk = freshDisk();
  await finish(disk.port, place, N);
  return disk;
}

/** A life of a cell whose failed permutations keep it from its seal: chunks of five rows, which no block border fits. */
async function incompleteLife(disk: SimulatedDisk): Promise<void> {
  const cell = await openCell(disk.port, place, scanCell(disk.port, place, N), () => undefined);
  for (let from = 0; from < N; from += 5) {
    cell.append(chunkOf(place.schema, from, from + 5, FAILED));
    await cell.sync();
  }
  cell.close();
}

test('checksums of another experiment: the rows beside them are refused, and nothing is changed', async () => {
  const disk = await wholeCell();
  disk.log.length = 0;
  expect(() => scanCell(disk.port, other, N)).toThrow(
    expect.objectContaining({ code: 'IDENTITY', path: PATH, message: expect.stringContaining(SUMS) as string }),
  );
  expect(disk.log.filter((line) => /^(pwrite|ftruncate|rename|unlink|mkdir)/.test(line))).toEqual([]);
});

test('of a torn file too, and of one that lost its first rows', async () => {
  for (const spoil of [(text: string) => text.slice(0, -9), (text: string) => text.replace(/\n0,.*\n1,.*\n/, '\n')]) {
    const disk = await wholeCell();
    disk.put(PATH, Buffer.from(spoil(disk.read(PATH)!.toString())));
    expect(() => scanCell(disk.port, other, N)).toThrow(expect.objectContaining({ code: 'IDENTITY' }));
  }
});

test('checksums whose lines are damaged and still fit their rows are this experiment’s', async () => {
  const disk = await wholeCell();
  const lines = disk.read(SUMS)!.toString();
  disk.put(SUMS, Buffer.from(lines.replaceAll(/[0-9a-f]{8}\n/g, '00000000\n')));
  const scan = scanCell(disk.port, place, N);
  expect(scan).toMatchObject({ canonical: true, sealed: false, unprotected: [{ from: 0, to: N }] });
  await finish(disk.port, place, N);
  expect(disk.read(SUMS)!.toString()).toBe(lines);
});

test('rows without a checksum are counted, and protected from then on', async () => {
  const disk = await wholeCell();
  const lines = disk.read(SUMS)!.toString().split('\n');
  disk.put(SUMS, Buffer.from(`${[lines[0], lines[2]].join('\n')}\n`));
  const scan = scanCell(disk.port, place, N);
  expect(scan.unprotected).toEqual([
    { from: 8, to: 16 },
    { from: 24, to: N },
  ]);
  const cell = await openCell(disk.port, place, scan, () => undefined);
  cell.close();
  expect(scanCell(disk.port, place, N).unprotected).toEqual([]);
});

test('a cell with failed permutations that was never sealed shows a row that changed', async () => {
  const disk = freshDisk();
  await incompleteLife(disk);
  const text = disk.read(PATH)!.toString();
  const present = scanCell(disk.port, place, N).present;
  expect(countPermutations(present)).toBe(N - FAILED.length);
  for (const index of range(0, N).filter((each) => !FAILED.includes(each))) {
    disk.put(PATH, Buffer.from(text.replace(new RegExp(`\n${index},(\\d+),`), `\n${index},9$1,`)));
    const scan = scanCell(disk.port, place, N);
    expect(scan.n_rows_damaged, `row ${index}`).toBeGreaterThan(0);
    expect(intersectRanges(scan.present, [{ from: index, to: index + 1 }])).toEqual([]);
  }
});

test('a kill at any operation leaves at most a chunk without checksums; every other row shows its change', async () => {
  const whole = freshDisk();
  whole.operations = 0;
  await incompleteLife(whole);
  expect(whole.operations).toBeGreaterThan(30);
  for (let at = 0; at <= whole.operations; at += 1) {
    const disk = freshDisk();
    disk.operations = 0;
    disk.cutAt = at;
    await incompleteLife(disk).catch(() => undefined);
    const after = disk.afterCut('kill', () => 0.5);
    const scan = scanCell(after.port, place, N);
    expect(countPermutations(scan.unprotected), `operation ${at}`).toBeLessThanOrEqual(5);
    const [sure] = subtractRanges(scan.present, scan.unprotected);
    if (sure !== undefined) {
      const text = after.read(PATH)!.toString();
      after.put(PATH, Buffer.from(text.replace(new RegExp(`\n${sure.to - 1},(\\d+),`), `\n${sure.to - 1},9$1,`)));
      expect(scanCell(after.port, place, N).n_rows_damaged, `operation ${at}`).toBeGreaterThan(0);
      after.put(PATH, Buffer.from(text));
    }
    (await openCell(after.port, place, scanCell(after.port, place, N), () => undefined)).close();
    expect(scanCell(after.port, place, N).unprotected, `operation ${at}`).toEqual([]);
  }
});

test('rows that are not to be trusted are set aside and computed again', async () => {
  const disk = await wholeCell();
  const sums = disk.read(SUMS)!.toString();
  const text = disk.read(PATH)!.toString();
  disk.put(SUMS, Buffer.from(`${sums.split('\n')[0]!}\n`));
  const scan = scanCell(disk.port, place, N);
  expect(scan.unprotected).toEqual([{ from: 8, to: N }]);
  await distrustUnprotected(disk.port, place, scan);
  expect(scanCell(disk.port, place, N)).toMatchObject({ n_rows_damaged: N - 8, present: [{ from: 0, to: 8 }] });
  await finish(disk.port, place, N);
  expect(disk.read(PATH)!.toString()).toBe(text);
  expect(disk.read(SUMS)!.toString()).toBe(sums);
});

test('a file that nobody has begun has nothing to protect', () => {
  expect(noFile(N).unprotected).toEqual([]);
});

test('of a block with two lines, the one that covers its rows protects them, before and after they were replaced by more', async () => {
  const disk = freshDisk();
  const few = 11;
  await finish(disk.port, place, few);
  const of_few = disk.read(SUMS)!.toString();
  const rows_of_few = disk.read(PATH)!;
  disk.port.unlink(SUMS);
  disk.port.unlink(PATH);
  await finish(disk.port, place, N);
  const of_all = disk.read(SUMS)!.toString();
  expect(of_few).not.toBe(of_all);
  disk.put(SUMS, Buffer.from(of_few + of_all));
  expect(scanCell(disk.port, place, N)).toMatchObject({
    unprotected: [],
    loose_blocks: [],
    sealed: false,
    n_findings: 0,
  });

  disk.put(PATH, rows_of_few);
  const before = scanCell(disk.port, place, N);
  expect(before).toMatchObject({ present: [{ from: 0, to: few }], unprotected: [], loose_blocks: [], n_findings: 0 });
  // With damage elsewhere it is read line by line, and judged in the same way.
  disk.put(PATH, Buffer.concat([rows_of_few, Buffer.from('???\n')]));
  expect(scanCell(disk.port, place, N)).toMatchObject({
    present: [{ from: 0, to: few }],
    unprotected: [],
    n_findings: 1,
  });

  // It vouches for the very rows that it was made of, and distrusts no others.
  const changed = rows_of_few
    .toString()
    .replace(/\n10,-?\d/, (start) => `${start.slice(0, -1)}${(Number(start.at(-1)) + 1) % 10}`);
  expect(changed).not.toBe(rows_of_few.toString());
  for (const rest of ['', '???\n']) {
    disk.put(PATH, Buffer.from(changed + rest));
    const scan = scanCell(disk.port, place, N);
    expect(scan).toMatchObject({ present: [{ from: 0, to: few }], n_rows_damaged: rest === '' ? 0 : 1 });
    expect(countPermutations(scan.unprotected)).toBe(few - 8);
  }
});
