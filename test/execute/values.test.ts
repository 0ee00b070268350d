import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { verify as verifyRun } from '../../src/operations/verify.ts';
import { readFailures } from '../../src/store/failures.ts';
import { layoutOf } from '../../src/store/scan/layout.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** Every value of a row is a number, or its permutation has failed and says why. */

/** Permutation 1 of 3 sets what the cell is called after. */
const MODEL = `
const VALUES = {
  'null': null, 'empty text': '', 'text': '12', 'empty list': [], 'list': [1], 'true': true, 'undefined': undefined,
  'bigint': 3n, 'object': {}, 'function': () => 1, 'promise': Promise.resolve(1), 'date': new Date(0), 'NaN': NaN,
};
export default {
  name: 'values', version: '1',
  parameters: { value: { type: 'string', default: 'null' } },
  metrics: { x: {}, unstored: { stored: false } },
  prepare: ({ parameters }) => ({ value: parameters.value, n: 0 }),
  simulate: (state, rng, row) => {
    const second = state.n % 3 === 1;
    state.n += 1;
    row.unstored = second ? 5n : 1;
    row.x = second ? VALUES[state.value] : 7;
    if (state.value === 'async' && second) return Promise.reject(new Error('nobody hears of this'));
    if (state.value === 'async') row.x = 7;
  },
};
`;

const EXPECTED: Readonly<Record<string, RegExp>> = {
  null: /^NotANumber: metric x is null, not a number; an undefined value is NaN/,
  'empty text': /^NotANumber: metric x is an empty text, not a number/,
  text: /^NotANumber: metric x is the text "12", not a number/,
  'empty list': /^NotANumber: metric x is an empty list, not a number/,
  list: /^NotANumber: metric x is a list of 1, not a number/,
  true: /^NotANumber: metric x is true, not a number/,
  undefined: /^NotANumber: metric x is undefined, not a number/,
  bigint: /^NotANumber: metric x is the bigint 3n, not a number/,
  object: /^NotANumber: metric x is an object, not a number/,
  function: /^NotANumber: metric x is a function, not a number/,
  promise: /^NotANumber: metric x is a promise, not a number/,
  date: /^NotANumber: metric x is an object, not a number/,
  NaN: /^UndefinedMetric: metric x is NaN/,
  async: /^AsynchronousModel: simulate returned a promise: .* must be synchronous/,
};

let folder: string;
beforeAll(async () => {
  folder = newFolder();
  writeFileSync(join(folder, 'values.mjs'), MODEL);
  const cells = Object.keys(EXPECTED).map((value) => `  - { id: "${value}", value: "${value}" }`);
  const study = `model: ./values.mjs\ncells:\n${cells.join('\n')}\npermutations: 3\noutput: out\n`;
  writeFileSync(join(folder, 'study.yaml'), study);
  const options = { on_error: 'continue' as const };
  const result = await runStudy(join(folder, 'study.yaml'), options, HOST);
  expect(result).toMatchObject({ exit: 1, n_failures: Object.keys(EXPECTED).length });
});
afterAll(() => {
  removeFolder(folder);
});

test.each(Object.entries(EXPECTED))('%s', (value, message) => {
  const failures = readFailures(disk, layoutOf(join(folder, 'out')).cell(value).folder);
  expect(failures.map(({ perm_index }) => perm_index)).toEqual([1]);
  expect(`${failures[0]!.error_class}: ${failures[0]!.message}`).toMatch(message);
});

test('the permutations beside them have their rows', async () => {
  const { rows, problems } = await verifyRun(join(folder, 'out'), {}, HOST);
  expect(rows).toBe(2 * Object.keys(EXPECTED).length);
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['INCOMPLETE']));
});
