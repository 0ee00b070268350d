import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
    row.x = second && state.value in VALUES ? VALUES[state.value] : 7;
    if (state.value === 'async') return Promise.resolve().then(() => { if (second) throw new Error('thrown later'); });
    if (state.value === 'late NaN' && second) return Promise.resolve().then(() => { row.x = NaN; });
    if (state.value === 'late object' && second) return Promise.resolve({ x: 7 });
    if (state.value === 'returned' && second) return { x: 7 };
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
  promise: /^NotANumber: metric x is a promise \(await it\), not a number/,
  date: /^NotANumber: metric x is an object, not a number/,
  NaN: /^UndefinedMetric: metric x is NaN/,
  async: /^Error: thrown later/,
  'late NaN': /^UndefinedMetric: metric x is NaN/,
  'late object': /^ReturnedObject: simulate returned an object, which nobody reads: .* row\.x = …/,
  returned: /^ReturnedObject: simulate returned an object, which nobody reads: .* row\.x = …/,
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

test('a metric that nobody sets is told from one that is NaN', async () => {
  const model = `export default { name: 'unset', version: '1', parameters: {}, metrics: { x: {}, y: {} }, simulate: (s, rng, row) => { row.x = 1; } };`;
  writeFileSync(join(folder, 'unset.mjs'), model);
  writeFileSync(
    join(folder, 'unset.yaml'),
    'model: ./unset.mjs\ncells: [{ id: only }]\npermutations: 2\noutput: unset\n',
  );
  await runStudy(join(folder, 'unset.yaml'), { on_error: 'continue' }, HOST);
  const failures = readFailures(disk, layoutOf(join(folder, 'unset')).cell('only').folder);
  expect(failures.map(({ error_class, message }) => `${error_class}: ${message}`)).toEqual(
    Array<string>(2).fill('UnsetMetric: metric y was not set: simulate must give row.y a value in every permutation'),
  );
});

test('an async model gives the rows of its synchronous twin', async () => {
  const twin = (kind: string): string =>
    `export default { name: 'twin', version: '1', parameters: { k: { type: 'integer' } }, metrics: { x: {} }, simulate: ${kind} };`;
  writeFileSync(join(folder, 'now.mjs'), twin('({ parameters: { k } }, rng, row) => { row.x = k + rng(); }'));
  writeFileSync(
    join(folder, 'later.mjs'),
    twin('async ({ parameters: { k } }, rng, row) => { const u = rng(); await null; row.x = k + u; }'),
  );
  const rows = await Promise.all(
    ['now', 'later'].map(async (name) => {
      writeFileSync(
        join(folder, `${name}.yaml`),
        `model: ./${name}.mjs\ngrid: { k: [1, 2] }\npermutations: 40\noutput: ${name}\n`,
      );
      const result = await runStudy(join(folder, `${name}.yaml`), { chunk: 7 }, HOST);
      expect(result.exit).toBe(0);
      const cells = join(folder, name, 'per_cell');
      return readdirSync(cells).map((cell) => readFileSync(join(cells, cell, 'metrics_compact.csv'), 'utf8'));
    }),
  );
  expect(rows[0]).toHaveLength(2);
  expect(rows[1]).toEqual(rows[0]);
});
