import { expect, test } from 'vitest';

import { FORMATS } from '../../../src/encoding/metrics-schema.ts';
import { formatOf } from '../../../src/store/formats/formats.ts';
import { storedFormatContract } from '../../contracts/stored-format.ts';

for (const format of FORMATS) storedFormatContract(format);

test('no two formats have one file', () => {
  const names = FORMATS.map((format) => formatOf({ format }).file_name);
  expect(new Set(names).size).toBe(FORMATS.length);
});
