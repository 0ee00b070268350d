import { describe, expect, test, vi } from 'vitest';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { EngineError } from '../../src/errors.ts';
import { finish, rowsOf, schemaOf } from '../store/fixture.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/** Every truncation and every flipped bit of a golden file; the short form takes a sample. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 900_000 : 120_000 });
const FOLDER = '/run/per_cell/cell_c1';
const N = 30;

async function golden(format: Format) {
  const place = { folder: FOLDER, schema: schemaOf(format) };
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, place, N);
  const path = metricsPath(FOLDER, format);
  return { place, path, bytes: disk.read(path)!, sums: disk.read(sumsPath(FOLDER)) };
}

describe.each(['csv', 'arrow'] as const)('%s', async (format) => {
  const { place, path, bytes, sums } = await golden(format);

  /** Never a wrong row; then healed to the golden bytes, or refused. Returns whether it was refused. */
  async function judge(damaged: Buffer, withSums: boolean): Promise<boolean> {
    const disk = new SimulatedDisk();
    disk.port.mkdir(FOLDER);
    disk.put(path, damaged);
    if (withSums && sums !== undefined) disk.put(sumsPath(FOLDER), sums);
    try {
      scanCell(disk.port, place, N);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'IDENTITY') return true;
      throw error;
    }
    for (const block of readRows(disk.port, place, N)) expect(block).toEqual(rowsOf([...block.perm_index]));
    await finish(disk.port, place, N);
    expect(disk.read(path)!.equals(bytes)).toBe(true);
    return false;
  }

  test('every truncation length heals', async () => {
    for (let length = 0; length <= bytes.length; length += FULL ? 1 : 13) {
      expect(await judge(bytes.subarray(0, length), length % 2 === 0)).toBe(false);
    }
  });

  test('every flipped bit is found or harmless, never a wrong row', async () => {
    let refused = 0;
    for (let bit = 0; bit < bytes.length * 8; bit += FULL ? 1 : 37) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      if (await judge(damaged, true)) refused++;
    }
    expect(refused).toBe(0);
  });
});
