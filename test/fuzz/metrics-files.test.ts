import { expect, describe, test, vi } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import { EngineError } from '../../src/errors.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { finish, schemaOf } from '../store/fixture.ts';
import { Chance, FULL, HANG_MS, inputs } from './random.ts';

/** Metrics files and sums as nobody wrote them: a refusal or exactly N rows, in bounded time, and no file touched but the cell's. */
// Hundreds of inputs each; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 120_000 });
const FOLDER = '/run/per_cell/cell_c1';
const N = 30;

const NASTY = [
  '\n',
  ',',
  '\0',
  '\r\n',
  '"',
  '\uFEFF',
  'perm_index,heads,longest_run,edge\n',
  '3,1,2,3\n',
  '4294967295,1,2,3\n',
  '1e999',
  'NaN',
  '-Infinity',
  '-0',
  '9'.repeat(400),
  ','.repeat(300),
  '\xff\xff\xff\xff',
  '\xff\xff\xff\xff\0\0\0\0',
  '\xff\xff\xff\x7f',
  '\0'.repeat(64),
  '../../../etc/passwd',
  '0,8,00000000,00000000\n',
];

async function golden(format: Format) {
  const place = { folder: FOLDER, schema: schemaOf(format) };
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, place, N);
  return { place, bytes: disk.read(metricsPath(FOLDER, format))!, sums: disk.read(sumsPath(FOLDER)) };
}

describe.each(['csv', 'arrow'] as const)('%s', async (format) => {
  const { place, bytes, sums } = await golden(format);

  test('any bytes end as a refusal or as a whole file, and nothing outside the cell is touched', async () => {
    let refused = 0;
    let slowest_ms = 0;
    const count = inputs(700, 20_000);
    for (let n = 0; n < count; n++) {
      const chance = new Chance(n + 1);
      const disk = new SimulatedDisk();
      disk.port.mkdir(FOLDER);
      disk.port.mkdir('/outside');
      disk.put('/outside/file', Buffer.from('mine'));
      disk.put(metricsPath(FOLDER, format), chance.spoilt(bytes, NASTY));
      if (sums !== undefined && chance.yes(0.7))
        disk.put(sumsPath(FOLDER), chance.yes(0.5) ? sums : chance.spoilt(sums, NASTY));
      disk.log.length = 0;
      const started = performance.now();
      try {
        for (const block of readRows(disk.port, place, N)) expect(block.columns).toHaveLength(3);
        await finish(disk.port, place, N);
        expect(scanCell(disk.port, place, N), `input ${n}`).toMatchObject({
          present: [{ from: 0, to: N }],
          canonical: true,
          sealed: true,
        });
      } catch (error) {
        if (!(error instanceof EngineError)) throw new Error(`input ${n}`, { cause: error });
        expect(error.message).not.toContain('\n    at ');
        refused++;
      }
      slowest_ms = Math.max(slowest_ms, performance.now() - started);
      expect(disk.log.filter((line) => line.includes('/') && !line.includes('/run/per_cell'))).toEqual([]);
      expect(disk.read('/outside/file')!.toString()).toBe('mine');
    }
    if (FULL)
      console.log(`${format} metrics files: ${count} inputs, ${refused} refused, slowest ${Math.round(slowest_ms)} ms`);
    expect(slowest_ms).toBeLessThan(HANG_MS);
  });
});
