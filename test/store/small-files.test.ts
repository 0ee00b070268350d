import { expect, test } from 'vitest';
import { appendFailures, clearFailures, readFailures } from '../../src/store/failures.ts';
import { makeFolder } from '../../src/files/folder.ts';
import { readManifest, writeManifest } from '../../src/stored/manifest-file.ts';
import { writeSmallFile } from '../../src/files/small-file.ts';
import { Cut, POLICIES, SimulatedDisk, seededRandom } from '../crash/simulated-disk.ts';

const FAILURES = [
  { perm_index: 3, seed: '123', error_class: 'RangeError', message: 'bad, "very" bad\nand worse' },
  { perm_index: 1, seed: '7', error_class: 'Error', message: '' },
];
const READ = [FAILURES[1], { ...FAILURES[0], message: 'bad, "very" bad\\nand worse' }];

test('failures are read back in order, the last of each permutation, whatever tail a crash left', async () => {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  expect(readFailures(disk.port, '/run/per_cell/cell_a')).toEqual([]);
  await appendFailures(disk.port, '/run/per_cell/cell_a', FAILURES);
  expect(readFailures(disk.port, '/run/per_cell/cell_a')).toEqual(READ);
  const path = '/run/per_cell/cell_a/failures.csv';
  const whole = disk.read(path)!;
  const random = seededRandom(1);
  for (let length = 0; length <= whole.length; length++) {
    disk.put(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(Math.floor(random() * 3))]));
    expect(readFailures(disk.port, '/run/per_cell/cell_a').length).toBeLessThanOrEqual(2);
    await appendFailures(disk.port, '/run/per_cell/cell_a', FAILURES);
    expect(readFailures(disk.port, '/run/per_cell/cell_a')).toEqual(READ);
  }
  await clearFailures(disk.port, '/run/per_cell/cell_a');
  expect(readFailures(disk.port, '/run/per_cell/cell_a')).toEqual([]);
});

test('a manifest is whole or the one before, after a crash at any operation', async () => {
  for (let at = 0; at < 12; at++) {
    for (const policy of POLICIES) {
      const disk = new SimulatedDisk();
      await makeFolder(disk.port, '/runs/a');
      await writeManifest(disk.port, '/runs/a', { n: 1 });
      disk.operations = 0;
      disk.cutAt = at;
      let done = true;
      try {
        await writeManifest(disk.port, '/runs/a', { n: 2 });
      } catch (error) {
        if (!(error instanceof Cut)) throw error;
        done = false;
      }
      const after = disk.afterCut(policy, seededRandom(at));
      const { n } = readManifest(after.port, '/runs/a')!;
      expect(done ? [2] : [1, 2]).toContain(n);
    }
  }
});

test('a damaged manifest is refused and left alone; only "not there" means none', async () => {
  const disk = new SimulatedDisk();
  await makeFolder(disk.port, '/runs/a');
  expect(readManifest(disk.port, '/runs/a')).toBeUndefined();
  for (const text of ['', '[]', 'null', '{"a":', '\0\0']) {
    disk.put('/runs/a/run_manifest.json', Buffer.from(text));
    expect(() => readManifest(disk.port, '/runs/a')).toThrow(expect.objectContaining({ code: 'NOT_A_RUN' }));
  }
  disk.operations = 0;
  disk.fault = { at: 0, code: 'EIO', forGood: true };
  expect(() => readManifest(disk.port, '/runs/a')).toThrow(expect.objectContaining({ code: 'DISK' }));
});

test('a small file that cannot be written is a disk error of one line', async () => {
  const disk = new SimulatedDisk();
  await makeFolder(disk.port, '/runs');
  for (let at = 0; at < 5; at++) {
    disk.operations = 0;
    disk.fault = { at, code: 'ENOSPC', forGood: false };
    await expect(writeSmallFile(disk.port, '/runs/x.json', '{}')).rejects.toMatchObject({ code: 'DISK_FULL' });
  }
});
