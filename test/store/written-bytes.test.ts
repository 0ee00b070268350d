import { describe, expect, test } from 'vitest';

import { keptIn, keptColumns } from '../../src/execute/kept-columns.ts';
import { summarise, summariseColumns } from '../../src/statistics/summarise.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { isAsWritten, scanCell } from '../../src/store/scan-cell.ts';
import { writeFully } from '../../src/files/write-fully.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { chunkOf, range, rowsOf, schemaOf } from './fixture.ts';

/** A file that one process wrote from its first byte to its last is proved by the checksum of what was written, and need not be decoded. */
const N = 5500;

describe.each(['csv', 'arrow'] as const)('%s', (format) => {
  const place = { folder: '/run/per_cell/cell_c1', schema: schemaOf(format, 1000) };
  const path = `${place.folder}/metrics_compact.${format}`;

  async function begun(rows: number) {
    const disk = new SimulatedDisk();
    disk.port.mkdir('/run/per_cell');
    const file = await openCell(disk.port, place, scanCell(disk.port, place, N), () => undefined);
    // As chunks come: of whole batches, the checksum within or made here.
    for (let at = 0; at < rows; at += 2000) file.append(chunkOf(place.schema, at, Math.min(rows, at + 2000)));
    return { port: disk.port, file };
  }

  test('what was written is proven, and sealed as if it had been read back', async () => {
    const [proved, read] = [await begun(N), await begun(N)];
    const { written } = proved.file;
    expect(isAsWritten(proved.port, place, written!)).toBe(true);
    const crc = await proved.file.complete(() => Promise.resolve('proven'));
    expect(crc).toBe(await read.file.complete());
    const scan = scanCell(proved.port, place, N);
    expect(scan).toEqual(scanCell(read.port, place, N));
    expect(scan).toMatchObject({ sealed: true, canonical: true, unprotected: [], rows_crc32: crc });
  });

  test('a changed byte, and a length that is not that of what was written, prove nothing', async () => {
    const { port, file } = await begun(N);
    const written = file.written!;
    const fd = port.open(path, 'r+');
    for (const at of [written.from, Math.floor((written.from + written.to) / 2), written.to - 1]) {
      const was = Buffer.alloc(1);
      port.pread(fd, was, at);
      writeFully(port, fd, Buffer.from([was[0]! ^ 1]), at);
      expect(isAsWritten(port, place, written), `byte ${at}`).toBe(false);
      writeFully(port, fd, was, at);
      expect(isAsWritten(port, place, written)).toBe(true);
    }
    writeFully(port, fd, Buffer.from('x'), written.to);
    expect(isAsWritten(port, place, written)).toBe(false);
    port.ftruncate(fd, written.to - 1);
    expect(isAsWritten(port, place, written)).toBe(false);
  });

  test('a file that was there, or got rows out of order, is not known byte by byte', async () => {
    const { port, file } = await begun(3000);
    await file.sync();
    file.close();
    const again = await openCell(port, place, scanCell(port, place, N), () => undefined);
    again.append(chunkOf(place.schema, 3000, N));
    expect(again.written).toBeUndefined();
    const { file: lowered } = await begun(N);
    lowered.lowerTarget(2000);
    expect(lowered.written).toBeUndefined();
  });

  test('statistics of kept values are those of the file, to the last bit', async () => {
    const { port, file } = await begun(N);
    await file.complete();
    const { metrics } = place.schema;
    const kept = { memory: new SharedArrayBuffer(metrics.length * N * 8), span: N };
    for (const at of [2000, 0, 4000])
      expect(keptIn(kept, rowsOf(range(at, Math.min(N, at + 2000))), Math.min(2000, N - at))).toEqual({ kept: true });
    const columns = keptColumns(kept, metrics.length, N);
    expect(summariseColumns(columns, metrics)).toEqual(summarise(() => readRows(port, place, N), metrics));
    // A chunk of which a permutation failed is not kept: its cell is not whole.
    expect(keptIn(kept, rowsOf([0, 2]), 3)).toEqual({});
    expect(keptIn(undefined, rowsOf([0, 1]), 2)).toEqual({});
  });
});
