import { describe, expect, test } from 'vitest';

import { appendRecords, recordsOf, wholeLines, writeRecordsAnew } from '../../src/files/append-records.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';

const PATH = '/run/records.csv';
const HEADER = 'name,value\n';
const HOLE = '\0'.repeat(8);

function diskWith(text: string): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run');
  disk.put(PATH, Buffer.from(text));
  disk.settle();
  return disk;
}

const textOf = (disk: SimulatedDisk): string => disk.read(PATH)!.toString();

describe.each([
  ['in its header', `${HOLE}me,value\na,1\nb,2\n`, `${HEADER}a,1\nb,2\n`],
  ['over the end of a line', `${HEADER}a,1\nb,${HOLE}c,3\nd,4\n`, `${HEADER}a,1\nd,4\n`],
  ['to its end', `${HEADER}a,1\n${HOLE}`, `${HEADER}a,1\n`],
  ['everywhere', `${HOLE}\n${HOLE}\n`, HEADER],
])('a file of records with a hole %s', (_, found, mended) => {
  test('has only whole lines when it has been written anew, and they are durable', async () => {
    const disk = diskWith(found);
    await writeRecordsAnew(disk.port, PATH, HEADER);
    expect(textOf(disk.afterCut('nothing', () => 0))).toBe(mended);
    expect(disk.files('/run')).toEqual(['records.csv']);
  });

  test('has them, and those that are appended', async () => {
    const disk = diskWith(found);
    await appendRecords(disk.port, PATH, HEADER, 'e,5\n');
    expect(textOf(disk.afterCut('nothing', () => 0))).toBe(`${mended}e,5\n`);
  });

  test('is read without them', () => {
    const named = recordsOf(wholeLines(Buffer.from(found))).map(([name]) => name);
    expect(named.filter((name) => name !== 'name').join('')).toBe(mended.replaceAll(/name,value\n|,\d\n/g, ''));
  });
});

test('one without holes is written where it is, its torn tail left for the next line', async () => {
  const disk = diskWith(`${HEADER}a,1\nb,`);
  await writeRecordsAnew(disk.port, PATH, HEADER);
  expect(textOf(disk)).toBe(`${HEADER}a,1\nb,`);
  await appendRecords(disk.port, PATH, HEADER, 'e,5\n');
  expect(textOf(disk)).toBe(`${HEADER}a,1\ne,5\n`);
});
