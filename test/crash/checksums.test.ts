import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type * as arrowMessage from '../../src/encoding/arrow-message.ts';
import type * as crc from '../../src/encoding/crc32.ts';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/**
 * The seeded bugs that sit in the checksums, not at the disk: sums without the experiment's salt, and decoding before
 * anything is verified. Each must be caught by a check that the faithful store passes.
 */
const FOLDER = '/run/per_cell/cell_c1';
const N = 30;
const bug = { unsalted: false, unverified: false };

vi.mock('../../src/encoding/crc32.ts', async (importOriginal) => {
  const original = await importOriginal<typeof crc>();
  return { ...original, saltOf: (experiment: string) => (bug.unsalted ? 0 : original.saltOf(experiment)) };
});
vi.mock('../../src/encoding/arrow-message.ts', async (importOriginal) => {
  const original = await importOriginal<typeof arrowMessage>();
  return {
    ...original,
    verifies: (...args: Parameters<typeof original.verifies>) => bug.unverified || original.verifies(...args),
  };
});

const { readRows } = await import('../../src/store/read-rows.ts');
const { finish, rowsOf, schemaOf, range } = await import('../store/fixture.ts');
const { formatOf } = await import('../../src/store/formats/formats.ts');
const { sumLine } = await import('../../src/store/scan/sums.ts');
const { crc32, saltOf } = await import('../../src/encoding/crc32.ts');

beforeEach(() => {
  bug.unsalted = bug.unverified = false;
});
afterEach(() => {
  bug.unsalted = bug.unverified = false;
});

async function golden(format: Format): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, { folder: FOLDER, schema: schemaOf(format) }, N);
  return disk;
}

/** Whether a row that is read differs from the one that was computed. */
function wrongRow(disk: SimulatedDisk, format: Format): boolean {
  try {
    for (const block of readRows(disk.port, { folder: FOLDER, schema: schemaOf(format) }, N)) {
      if (JSON.stringify(block) !== JSON.stringify(rowsOf([...block.perm_index]))) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === 'EngineError') return false;
    return true; // a decoder fell over what should never have reached it
  }
}

/** A batch of another experiment, with its own checksum, where one of this cell's stood. */
async function foreignBatch(): Promise<SimulatedDisk> {
  const disk = await golden('arrow');
  const other = { ...schemaOf('arrow'), experiment: 'cd'.repeat(32) };
  const own = Buffer.from(formatOf({ format: 'arrow' }).encode(schemaOf('arrow'), rowsOf(range(8, 16))));
  const rows = rowsOf(range(8, 16));
  const foreign = Buffer.from(
    formatOf(other).encode(other, { ...rows, columns: rows.columns.map((column) => column.map(() => 7)) }),
  );
  const bytes = disk.read(metricsPath(FOLDER, 'arrow'))!;
  const at = bytes.indexOf(own);
  expect(at).toBeGreaterThan(0);
  disk.put(
    metricsPath(FOLDER, 'arrow'),
    Buffer.concat([bytes.subarray(0, at), foreign, bytes.subarray(at + own.length)]),
  );
  return disk;
}

describe('a row of another experiment that stands in the file with its own checksum', () => {
  test('is never believed', async () => {
    expect(wrongRow(await foreignBatch(), 'arrow')).toBe(false);
  });
  test('is what unsalted sums would let in', async () => {
    bug.unsalted = true;
    expect(wrongRow(await foreignBatch(), 'arrow')).toBe(true);
  });
});

/** A sum of another experiment says nothing about this one's rows: it must not cost them. */
async function foreignSum(): Promise<{ readonly before: number; readonly after: number }> {
  const disk = await golden('csv');
  const line = sumLine(
    1,
    { count: 8, crc32: crc32(Buffer.from('rows of another run'), saltOf('cd'.repeat(32))) },
    8,
    saltOf('cd'.repeat(32)),
  );
  disk.put(sumsPath(FOLDER), Buffer.concat([disk.read(sumsPath(FOLDER))!, Buffer.from(line)]));
  const place = { folder: FOLDER, schema: schemaOf('csv') };
  const after = [...readRows(disk.port, place, N)].reduce((sum, block) => sum + block.perm_index.length, 0);
  return { before: N, after };
}

describe('a sum of another experiment', () => {
  test('costs no row', async () => {
    const { before, after } = await foreignSum();
    expect(after).toBe(before);
  });
  test('is what unsalted sums would believe', async () => {
    bug.unsalted = true;
    const { before, after } = await foreignSum();
    expect(after).toBeLessThan(before);
  });
});

describe('a flipped bit in an Arrow file', () => {
  async function flips(): Promise<number> {
    const whole = (await golden('arrow')).read(metricsPath(FOLDER, 'arrow'))!;
    let wrong = 0;
    for (let bit = 0; bit < whole.length * 8; bit += 101) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const disk = new SimulatedDisk();
      disk.port.mkdir(FOLDER);
      disk.put(metricsPath(FOLDER, 'arrow'), bytes);
      if (wrongRow(disk, 'arrow')) wrong++;
    }
    return wrong;
  }
  test('never becomes a value', async () => {
    expect(await flips()).toBe(0);
  });
  test('would, were messages decoded before they are verified', async () => {
    bug.unverified = true;
    expect(await flips()).toBeGreaterThan(0);
  });
});
