import { describe, expect, test } from 'vitest';
import { HeldFile } from '../../src/files/held.ts';
import type { FilePort } from '../../src/files/port.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { quarantineRecords } from '../../src/store/quarantine.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { Cut, SimulatedDisk } from '../crash/simulated-disk.ts';
import { withoutLinks } from '../ports/without-links.ts';
import { Windows } from '../ports/windows.ts';
import { chunkOf, finish, schemaOf } from './fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';
const CSV = `${FOLDER}/metrics_compact.csv`;
const QUARANTINE = `${FOLDER}/quarantine`;
const place = { folder: FOLDER, schema: schemaOf('csv') };
const N = 30;

async function wholeCell(): Promise<{ disk: SimulatedDisk; text: string }> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, place, N);
  return { disk, text: disk.read(CSV)!.toString() };
}

/** What a person or a disk does to a file. */
const SPOILT: Readonly<Record<string, (text: string) => string>> = {
  damage: (text) => text.replace('\n10,6,', '\n10,7,'),
  gap: (text) => text.replace(/\n10,.*/, ''),
  foreign: (text) => text.replaceAll('\n', '\r\n'),
  unreadable: () => 'no table at all\n'.repeat(50),
};

describe.each(Object.keys(SPOILT))('on Windows: %s', (what) => {
  test('is repaired and completed', async () => {
    const { disk, text } = await wholeCell();
    disk.put(CSV, Buffer.from(SPOILT[what]!(text)));
    await finish(new Windows(disk.port).port, place, N);
    expect(disk.read(CSV)!.toString()).toBe(text);
  });

  test('in a file that another program has open stays, and each try adds nothing to quarantine/', async () => {
    const { disk, text } = await wholeCell();
    const spoilt = SPOILT[what]!(text);
    disk.put(CSV, Buffer.from(spoilt));
    const windows = new Windows(disk.port);
    windows.hold(CSV);
    let left: readonly string[] = [];
    for (let tries = 0; tries < 3; tries++) {
      await expect(finish(windows.port, place, N)).rejects.toBeInstanceOf(HeldFile);
      const names = filesIn(disk.port, QUARANTINE);
      if (tries > 0) expect(names).toEqual(left);
      left = names;
    }
    // Rows that were computed meanwhile are kept; what stood there before still does.
    expect(disk.read(CSV)!.toString().startsWith(spoilt)).toBe(true);
    windows.letGo(CSV);
    await finish(windows.port, place, N);
    expect(disk.read(CSV)!.toString()).toBe(text);
    expect(filesIn(disk.port, QUARANTINE)).toEqual(left);
  });
});

function filesIn(port: FilePort, folder: string): string[] {
  return port.stat(folder) === undefined ? [] : [...port.readdir(folder)].sort();
}

test('a summary that another program has open does not keep the rows from being repaired', async () => {
  const { disk, text } = await wholeCell();
  disk.put(CSV, Buffer.from(SPOILT['damage']!(text)));
  disk.put(`${FOLDER}/summary.json`, Buffer.from('{}'));
  const windows = new Windows(disk.port);
  windows.hold(`${FOLDER}/summary.json`);
  const lines: string[] = [];
  await finish(windows.port, place, N, (line) => lines.push(line));
  expect(disk.read(CSV)!.toString()).toBe(text);
  expect(lines.join('\n')).toMatch(/cannot remove .*summary\.json: EBUSY, another program has it open/);
});

test('a cell whose file cannot be put in order now keeps all its rows for the next run', async () => {
  const { disk, text } = await wholeCell();
  disk.put(CSV, Buffer.from(SPOILT['gap']!(text)));
  const windows = new Windows(disk.port);
  const file = await openCell(windows.port, place, scanCell(windows.port, place, N), () => undefined);
  file.append(chunkOf(place.schema, 10, 11));
  windows.hold(CSV);
  await expect(file.complete()).rejects.toBeInstanceOf(HeldFile);
  file.close();
  expect(windows.openFiles).toEqual([]);
  expect(scanCell(disk.port, place, N).present).toEqual([{ from: 0, to: N }]);
  windows.letGo(CSV);
  await finish(windows.port, place, N);
  expect(disk.read(CSV)!.toString()).toBe(text);
});

describe.each([
  ['with links', (port: FilePort) => port],
  ['without links', (port: FilePort) => withoutLinks(port)],
])('a repair killed at any operation, %s', (_, over) => {
  test.each(['damage', 'foreign', 'unreadable'])(
    'copies nothing twice and leaves no temporary file: %s',
    async (what) => {
      let ended = false;
      for (let at = 0; !ended; at++) {
        const { disk, text } = await wholeCell();
        disk.put(CSV, Buffer.from(SPOILT[what]!(text)));
        disk.settle();
        disk.operations = 0;
        disk.cutAt = at;
        ended = await finish(over(disk.port), place, N).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof Cut)) throw error;
            return false;
          },
        );
        const after = disk.afterCut('kill', () => 0);
        await finish(over(after.port), place, N);
        expect(after.read(CSV)!.toString()).toBe(text);
        const names = filesIn(after.port, QUARANTINE);
        const copies = names.filter((name) => !name.startsWith('index_'));
        expect(copies, `killed before operation ${at}: ${names.join(' ')}`).toHaveLength(1);
        expect(quarantineRecords(after.port, FOLDER)).toHaveLength(1);
        expect([...names, ...after.port.readdir(FOLDER)].filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }
    },
  );
});
