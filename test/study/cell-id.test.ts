import { resolve, sep } from 'node:path';
import { expect, it, test } from 'vitest';
import * as fc from 'fast-check';
import { canonicalJson } from '../../src/study/canonical-json.ts';
import { cellFolderName, cellIdOf, refusedId } from '../../src/study/cell-id.ts';

test('canonical JSON has keys in code-unit order and no spaces', () => {
  expect(canonicalJson({ b: [1, { z: 'ü', a: true }], B: null, a: undefined, '\u{1F600}': 1, '\uFF5E': 2 })).toBe(
    '{"B":null,"b":[1,{"a":true,"z":"ü"}],"\u{1F600}":1,"\uFF5E":2}',
  );
});

test.each([
  ['c9f3a0bd4f0f85ad', 'cell_c9f3a0bd4f0f85ad'],
  ['step_1.3_2_0', 'cell_step_1.3_2_0'],
  ['cell ü', 'cell_cell%20%C3%BC'],
  ['..', 'cell_..'],
  ['../../etc/passwd', 'cell_..%2F..%2Fetc%2Fpasswd'],
  ['日本', 'cell_%E6%97%A5%E6%9C%AC'],
  ['a%2F\\*', 'cell_a%252F%5C%2A'],
])('the folder of %s is %s', (id, name) => {
  expect(cellFolderName(id)).toBe(name);
});

test('the name of another folder is no id', () => {
  expect(cellIdOf('other')).toBeUndefined();
  expect(cellIdOf('cell_%zz')).toBeUndefined();
});

const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', ':', '\0', 'a', 'ü', 'u\u0308', '\ud800') }),
);

it('no id that is accepted leaves the folder of the cells, and two never meet in one', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      for (const one of [a, b]) {
        if (refusedId(one) !== undefined) return;
        const name = cellFolderName(one);
        expect(resolve('/out/per_cell', name)).toBe(`/out/per_cell${sep}${name}`);
        expect(name).toMatch(/^cell_[A-Za-z0-9._%-]+$/);
        expect(name.length).toBeLessThanOrEqual(255);
        expect(cellIdOf(name)).toBe(one);
      }
      if (a !== b) expect(cellFolderName(a)).not.toBe(cellFolderName(b));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['', 'a text of 1 to 64 characters'],
  ['a'.repeat(65), 'a text of 1 to 64 characters'],
  ['ü'.repeat(64), 'a shorter text: its folder name takes 389 bytes, at most 255'],
  ['u\u0308', 'a text in Unicode normal form NFC'],
  ['a\nb', 'a text without control characters'],
  ['\ud800', 'a text without control characters'],
  ['strategy A.', 'a text that does not end in a dot'],
])('%j is refused', (text, reason) => {
  expect(refusedId(text)).toContain(reason);
});

test('64 characters are accepted', () => {
  expect(refusedId('a'.repeat(64))).toBeUndefined();
  expect(refusedId('Zürich, schlimmster Fall')).toBeUndefined();
});
