import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disk } from '../../src/store/disk.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { finish, schemaOf } from './fixture.ts';

test('a fresh cell is written, sealed and scanned', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'pf-')), 'per_cell', 'cell_c1');
  const place = { folder, schema: schemaOf('csv') };
  const { crc } = await finish(disk, place, 20);
  console.log(readFileSync(join(folder, 'metrics_compact.csv'), 'utf8'), readFileSync(join(folder, 'metrics_compact.sums'), 'utf8'));
  const scan = scanCell(disk, place, 20);
  expect(scan).toMatchObject({ canonical: true, sealed: true, rows_crc32: crc, present: [{ from: 0, to: 20 }] });
  const more = await finish(disk, place, 40);
  expect(more.file.n_rows_raw).toBe(40);
  console.log(readFileSync(join(folder, 'metrics_compact.sums'), 'utf8'));
  expect(scanCell(disk, place, 40).sealed).toBe(true);
});
