import { expect, test } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { noFile, scanCell } from '../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { chunkOf, fill, finish, schemaOf } from './fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';
const place = { folder: FOLDER, schema: schemaOf('csv') };
const PATH = `${FOLDER}/metrics_compact.csv`;

function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  disk.settle();
  return disk;
}

async function logOf(bytes: string, target = 30): Promise<string> {
  const disk = freshDisk();
  disk.port.mkdir(FOLDER);
  disk.put(PATH, Buffer.from(bytes));
  const lines: string[] = [];
  await finish(disk.port, place, target, (line) => lines.push(line));
  return lines.join('\n');
}

async function wholeText(): Promise<string> {
  const disk = freshDisk();
  await finish(disk.port, place, 30);
  return disk.read(PATH)!.toString();
}

test('a cell without a file costs no operation on the disk until its first append', async () => {
  const disk = freshDisk();
  disk.operations = 0;
  const cell = await openCell(disk.port, place, noFile(30), () => undefined);
  expect(cell.missing).toEqual([{ from: 0, to: 30 }]);
  cell.close();
  expect(disk.operations).toBe(0);
});

test('a scan changes nothing', async () => {
  const disk = freshDisk();
  await finish(disk.port, place, 30);
  disk.log.length = 0;
  scanCell(disk.port, place, 30);
  scanCell(disk.port, place, 7);
  expect(disk.log.filter((line) => !/^(stat|open|pread|readdir)/.test(line))).toEqual([]);
});

test('what is cut, dropped or set aside is logged; much damage and conflicts are logged loudly', async () => {
  const text = await wholeText();
  expect(await logOf(text)).toBe('cell c1: checksums were made for 30 rows without any');
  expect(await logOf(text.slice(0, -3))).toMatch(/^cell c1: \d+ bytes at byte \d+ cut: an incomplete row at the end/);
  const one = await logOf(text.replace('\n7,85', '\n7,85.0'));
  expect(one).toMatch(/set aside: a number in a form that this engine does not write/);
  expect(one).not.toMatch(/WARNING/);
  expect(await logOf(text.replaceAll(/\n(\d)\d,/g, '\n0$1,'))).toMatch(/WARNING: .*20 of 30 rows were damaged/);
  expect(await logOf(`${text}7,1,1,1\n`)).toMatch(/WARNING: .*1 row differs .*verify fails/);
  expect(await logOf(text.replaceAll('\n', '\r\n'))).toMatch(/WARNING: .*another program.*rounded/);
  expect(await logOf(`${text}7,85,0.32623790740035474,NaN\n30,1,1,1\n`)).toMatch(
    /1 duplicate row dropped\n.*1 row at or past the target of 30/,
  );
});

test('a failed sync is final: the file is cut back to what is durable, and nothing more is taken or acknowledged', async () => {
  for (const [code, expected] of [
    ['EIO', 'DISK'],
    ['ENOSPC', 'DISK_FULL'],
  ] as const) {
    const disk = freshDisk();
    const cell = await openCell(disk.port, place, noFile(30), () => undefined);
    cell.append(chunkOf(place.schema, 0, 8));
    await cell.sync();
    const durable = disk.read(PATH)!;
    cell.append(chunkOf(place.schema, 8, 16));
    const at = disk.log.length;
    disk.fault = { at: disk.operations, code, forGood: false };
    const both = await Promise.allSettled([cell.sync(), cell.sync()]);
    expect(disk.log[at]).toMatch(/^fsync/);
    for (const one of both) {
      expect(one.status).toBe('rejected');
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: expected, exit: 3 });
    }
    expect(disk.read(PATH)).toEqual(durable);
    expect(cell.n_rows_durable).toBe(8);
    expect(() => {
      cell.append(chunkOf(place.schema, 16, 24));
    }).toThrow(EngineError);
    await expect(cell.complete()).rejects.toThrow(/8 rows of this cell are safe/);
    cell.close();
    expect((await finish(disk.port, place, 30)).file.n_rows_raw).toBe(30);
  }
});

test('chunks of any size and any number of syncs leave the same bytes', async () => {
  for (const format of ['csv', 'arrow'] as const) {
    const at = { folder: FOLDER, schema: schemaOf(format) };
    const files = await Promise.all(
      [8, 16, 24, 32].flatMap((chunk) =>
        [1, 3, 100].map(async (syncEvery) => {
          const disk = freshDisk();
          const cell = await openCell(disk.port, at, noFile(30), () => undefined);
          await fill(cell, at.schema, chunk, syncEvery);
          const crc = await cell.complete();
          cell.close();
          const sums = disk.read(`${FOLDER}/metrics_compact.sums`)?.toString();
          return `${crc} ${disk.read(`${FOLDER}/metrics_compact.${format}`)!.toString('hex')} ${sums}`;
        }),
      ),
    );
    expect(new Set(files).size).toBe(1);
  }
});

test('chunks that are no whole blocks leave the same CSV bytes', async () => {
  const sizes = [1, 3, 5, 7, 11, 30];
  const files = await Promise.all(
    sizes.map(async (chunk) => {
      const disk = freshDisk();
      const cell = await openCell(disk.port, place, noFile(30), () => undefined);
      await fill(cell, place.schema, chunk, 2);
      await cell.complete();
      cell.close();
      return `${disk.read(PATH)!.toString()}${disk.read(`${FOLDER}/metrics_compact.sums`)!.toString()}`;
    }),
  );
  expect(new Set(files).size).toBe(1);
});

test('a chunk that holds rows already there, or past the target, is a programmer error', async () => {
  const disk = freshDisk();
  const cell = await openCell(disk.port, place, noFile(30), () => undefined);
  cell.append(chunkOf(place.schema, 0, 8));
  expect(() => {
    cell.append(chunkOf(place.schema, 7, 9));
  }).toThrow(/missing permutations/);
  expect(() => {
    cell.append(chunkOf(place.schema, 24, 32));
  }).toThrow(/below the target/);
  expect(() => {
    cell.append({ ...chunkOf(place.schema, 8, 16), first: 16 });
  }).toThrow(/first row/);
  cell.close();
});

test('a file that changes while it is written is not sealed', async () => {
  const disk = freshDisk();
  const cell = await openCell(disk.port, place, noFile(30), () => undefined);
  await fill(cell, place.schema);
  await cell.sync();
  const fd = disk.port.open(PATH, 'r+');
  disk.port.pwrite(fd, Buffer.from('9'), disk.read(PATH)!.indexOf('\n3,') + 3);
  await expect(cell.complete()).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining('does not read back') as string,
  });
  cell.close();
  const { scan } = await finish(disk.port, place, 30);
  expect(scan.n_rows_damaged).toBe(8);
});

test('a close that the disk refuses is an error of one line that names the file', async () => {
  const disk = freshDisk();
  const refused = () => {
    throw Object.assign(new Error('EIO: i/o error, close'), { code: 'EIO' });
  };
  const port = { ...disk.port };
  const cell = await openCell(port, place, noFile(30), () => undefined);
  await fill(cell, place.schema);
  await cell.complete();
  port.close = refused;
  expect(() => {
    cell.close();
  }).toThrow(expect.objectContaining({ code: 'DISK', message: expect.stringContaining(PATH) as string }));
});

test('what a failed fsync left in memory is written anew by the next process, so that it survives a power cut', async () => {
  const disk = freshDisk();
  const cell = await openCell(disk.port, place, noFile(30), () => undefined);
  cell.append(chunkOf(place.schema, 0, 8));
  disk.fault = { at: disk.operations, code: 'EIO', forGood: true }; // the fsync and the truncate behind it
  await expect(cell.sync()).rejects.toMatchObject({ code: 'DISK' });
  disk.fault = undefined;
  const healed = disk.afterCut('kill', () => 0);
  const next = await openCell(healed.port, place, scanCell(healed.port, place, 30), () => undefined);
  expect(next.n_rows_durable).toBe(8);
  const after = healed.afterCut('nothing', () => 0);
  expect(scanCell(after.port, place, 30).present).toEqual([{ from: 0, to: 8 }]);
});
