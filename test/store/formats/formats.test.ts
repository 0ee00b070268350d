import { expect, test } from 'vitest';

import { FORMATS } from '../../../src/encoding/metrics-schema.ts';
import { removeLeftOversOfCell } from '../../../src/store/left-overs.ts';
import { formatOf, metricsPath } from '../../../src/store/formats/formats.ts';
import { storedFormatContract } from '../../contracts/stored-format.ts';
import { SimulatedDisk } from '../../crash/simulated-disk.ts';

for (const format of FORMATS) storedFormatContract(format);

test('no two formats have one file', () => {
  const names = FORMATS.map((format) => formatOf({ format }).file_name);
  expect(new Set(names).size).toBe(FORMATS.length);
});

test.each(FORMATS)('what a killed run left of a new %s file is taken away, and nothing else', async (format) => {
  const disk = new SimulatedDisk();
  const folder = '/run/per_cell/cell_c1';
  const path = metricsPath(folder, format);
  for (const each of ['/run/per_cell', folder]) disk.port.mkdir(each);
  for (const name of [path, `${path}.tmp`, `${path}.1-2.tmp`, `${folder}/mine.tmp`]) disk.put(name, Buffer.from('1'));
  await removeLeftOversOfCell(disk.port, folder);
  expect([...disk.port.readdir(folder)].sort()).toEqual(['mine.tmp', formatOf({ format }).file_name].sort());
});
