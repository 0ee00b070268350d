import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { StudyError } from '../../src/study/problem.ts';
import { loadStudy } from '../../src/study/study.ts';
import type { Study } from '../../src/study/study.ts';
import { models } from './models.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function errorOf(path: string): Promise<EngineError> {
  try {
    await loadStudy(path, { models });
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('accepted');
}

/** The problems of a YAML study as `line:column message`. */
async function problemsOf(text: string): Promise<string[]> {
  const error = await errorOf(file('bad.yaml', text));
  expect(error.exit).toBe(2);
  if (!(error instanceof StudyError)) return [error.message];
  return error.problems.map(({ line, column, message }) =>
    line === undefined ? message : `${line}:${column!} ${message}`,
  );
}

const load = (text: string): Promise<Study> => loadStudy(file('good.yaml', text), { models });
const coin = 'model: coin\npermutations: 10\n';

describe('a complete study', () => {
  it('takes its name, output and everything left out from defaults', async () => {
    const study = await load(coin);
    expect(study).toMatchObject({
      name: 'good',
      text: coin,
      permutations: 10,
      seed: { global: 1337, stride: 0, scheme: 'sha256-32', generator: 'alea', namespace: '' },
      streams: { sharing: 'independent' },
      cell_ids: 'params',
      format: 'csv',
      batch_rows: 2000,
      precision: [],
      thresholds: {},
      results: undefined,
      model_code: undefined,
      output: join(folder, 'runs/good'),
    });
  });

  it('finds inputs and output beside the study file, from any folder', async () => {
    const study = await load(
      'name: n\nmodel: trades\npermutations: 1\ninputs: { trades: data/t.csv, ohlc: /abs/o.csv }\noutput: out/x\n',
    );
    expect(study.inputs).toEqual({
      trades: { path: 'data/t.csv', file: join(folder, 'data/t.csv'), named_by: 'study' },
      ohlc: { path: '/abs/o.csv', file: '/abs/o.csv', named_by: 'study' },
    });
    expect(study.output).toBe(join(folder, 'out/x'));
  });

  it('takes inputs that the command line names over its own, relative to the working directory', async () => {
    const text = 'model: trades\npermutations: 1\ninputs: { trades: t.csv, ohlc: o.csv }\n';
    const overrides = { inputs: { ohlc: 'other/o.csv', equity_curve: '/abs/e.csv' } };
    const { inputs } = await loadStudy(file('inputs.yaml', text), { models, overrides });
    expect(inputs).toEqual({
      trades: { path: 't.csv', file: join(folder, 't.csv'), named_by: 'study' },
      ohlc: { path: 'other/o.csv', file: resolve('other/o.csv'), named_by: 'command line' },
      equity_curve: { path: '/abs/e.csv', file: '/abs/e.csv', named_by: 'command line' },
    });
    const wrong = loadStudy(file('inputs.yaml', text), { models, overrides: { inputs: { olhc: 'o.csv' } } });
    await expect(wrong).rejects.toThrow('--input.olhc: unknown input of model trades "olhc"');
    await expect(wrong).rejects.toThrow('did you mean ohlc?');
  });

  it('reads every key of the contract', async () => {
    const study = await load(`
name: all
model: coin
parameters: { flips: 7 }
grid: { p: { from: 0, to: 1, step: 0.25 } }
cells: []
permutations: 200000
seed: { global: 1, scheme: philox, generator: philox, namespace: demo }
streams: { shared: pair }
cell_ids: index
format: arrow
batch_rows: 1000
precision: [{ metric: heads, quantile: 0.5, half_width: 0.01, relative: true, min: 500 }, { metric: heads, half_width: 1 }]
thresholds: { heads: [3, 4], longest_run: 2 }
steps: { a: { grid: { p: 0.1 } } }
results: { key: [p, flips], keep: last }
output: runs/all
`);
    expect(study).toMatchObject({
      seed: { global: 1, stride: 0, scheme: 'philox', generator: 'philox', namespace: 'demo' },
      streams: { sharing: 'shared', group: 'pair' },
      precision: [
        { quantile: 0.5, relative: true, min: 500 },
        { half_width: 1, relative: false, min: 1000 },
      ],
      thresholds: { heads: [3, 4], longest_run: [2] },
      results: { key: ['p', 'flips'], keep: 'last' },
    });
    expect(study.surface.blocks[0]!.axes[0]!.values).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('streams: shared is the group *crn*; a map says antithetic as well', async () => {
    expect((await load(`${coin}streams: shared`)).streams).toEqual({ sharing: 'shared', group: '*crn*' });
    expect((await load(`${coin}streams: { shared: true, antithetic: true }`)).streams).toEqual({
      sharing: 'shared',
      group: '*crn*',
      antithetic: true,
    });
    // Without pairs nothing is said of them: the identity is that of before there were any.
    expect((await load(`${coin}streams: { antithetic: false }`)).streams).toEqual({ sharing: 'independent' });
  });

  it('JSON is read as well, a byte order mark, tabs and all', async () => {
    const path = file('s.json', '\ufeff{\n\t"model": "coin",\n\t"$schema": "x",\n\t"permutations": 5\n}');
    expect((await loadStudy(path, { models })).permutations).toBe(5);
  });

  it('the command line goes before the study', async () => {
    const overrides = { permutations: 3, format: 'arrow', output: '/elsewhere' } as const;
    const study = await loadStudy(file('o.yaml', 'model: coin\n'), { models, overrides });
    expect(study).toMatchObject(overrides);
  });
});

describe('problems', () => {
  it('come all at once, each with line and column, path, value, what is allowed and the nearest name', async () => {
    const error = await errorOf(
      file(
        'many.yaml',
        `model: coin
permutations: 0
permutaions: 10
grid:
  p: [0, 0.5, 0.9, 1.5]
  flip: [1]
  flips: { from: 1, to: 10, step: 2 }
parameters: { p: 0.5 }
format: cvs
thresholds: { head: 3 }
`,
      ),
    );
    expect(error).toBeInstanceOf(StudyError);
    expect(error.code).toBe('STUDY');
    const path = join(folder, 'many.yaml');
    expect(error.message.split('\n')).toEqual([
      `${path}: 8 problems`,
      `${path}:2:1: permutations: found 0; allowed: an integer from 1 to 4294967296`,
      `${path}:3:1: permutaions: unknown key "permutaions"; allowed: $schema, name, model, command, inputs, settings, parameters, grid, cells, permutations, seed, streams, cell_ids, metrics, format, batch_rows, precision, thresholds, steps, results, output; did you mean permutations?`,
      `${path}:5:3: grid.p: is also given in parameters; give it once`,
      `${path}:5:20: grid.p[3]: found 1.5; allowed: a number from 0 to 1`,
      `${path}:6:3: grid.flip: unknown parameter of model coin "flip"; allowed: p, flips; did you mean flips?`,
      `${path}:7:21: grid.flips.to: found 10; allowed: a value that the range hits: 9 or 11`,
      `${path}:9:1: format: found "cvs"; allowed: csv or arrow`,
      `${path}:10:15: thresholds.head: unknown metric of model coin "head"; allowed: heads, longest_run; did you mean heads?`,
    ]);
  });

  it('the first one fills the fields of the error, for --json', async () => {
    const error = await errorOf(file('one.yaml', `${coin}seed: { global: -1 }`));
    expect(error).toMatchObject({ path: 'seed.global', value: -1, allowed: 'an integer from 0 to 4294967295' });
  });

  test.each([
    [
      'not a number',
      `${coin}grid: { p: .nan }`,
      '3:9 grid.p: found NaN; allowed: a value, a list of values, { from, to, step }, or { values, when, at_most }',
    ],
    [
      '1e400 is Infinity',
      `${coin}parameters: { p: 1e400 }`,
      '3:15 parameters.p: found Infinity; allowed: a finite number, a text, true, false, or a list of numbers',
    ],
    [
      'a text for a number',
      `${coin}parameters: { flips: "8" }`,
      '3:15 parameters.flips: found "8"; allowed: an integer at least 1',
    ],
    [
      'a fraction for an integer',
      `${coin}grid: { flips: [8.5] }`,
      '3:17 grid.flips[0]: found 8.5; allowed: an integer at least 1',
    ],
    [
      'an integer that a double cannot hold',
      `${coin}parameters: { flips: 9007199254740993 }`,
      '3:15 parameters.flips: found 9007199254740992; allowed: an integer at least 1',
    ],
    ['an empty axis', `${coin}grid: { p: [] }`, '3:9 grid.p: found an empty list; allowed: at least one value'],
    [
      'values of an axis',
      `${coin}grid: { p: { values: [0.5, 2] } }`,
      '3:28 grid.p.values[1]: found 2; allowed: a number from 0 to 1',
    ],
    [
      'a range out of bounds',
      `${coin}grid: { p: { from: 0.5, to: 1.5, step: 0.5 } }`,
      '3:25 grid.p.to: value 2 of the range is 1.5; allowed: a number from 0 to 1',
    ],
    [
      'a step of 0',
      `${coin}grid: { p: { from: 0, to: 1, step: 0 } }`,
      '3:30 grid.p.step: found 0; allowed: a number other than 0',
    ],
    [
      'an unknown condition',
      `${coin}grid: { p: { values: [1], when: { flop: 1 } } }`,
      '3:35 grid.p.when.flop: unknown parameter of model coin "flop"; allowed: p, flips; did you mean flips?',
    ],
    [
      'an axis that depends on itself',
      `${coin}grid: { p: { values: [1], when: { p: 1 } } }`,
      '3:35 grid.p.when.p: an axis cannot depend on itself',
    ],
    [
      'axes in a circle',
      `${coin}grid: { p: { values: [1], when: { flips: 1 } }, flips: { values: [1], when: { p: 1 } } }`,
      '3:27 grid.p.when: depends on itself: p -> flips -> p',
    ],
    [
      'an unknown step key',
      `${coin}steps: { a: { gird: {} } }`,
      '3:15 steps.a.gird: unknown key "gird"; allowed: grid, parameters, cells; did you mean grid?',
    ],
    [
      'a step that is no file name',
      `${coin}steps: { ../up: {} }`,
      '3:10 steps["../up"]: cannot be the name of a step: allowed are 1 to 40 letters, digits, _ and -',
    ],
    [
      'an id that is a number',
      `${coin}cells: [{ id: 5 }]`,
      '3:11 cells[0].id: found 5; allowed: a text (in quotes, where it looks like a number)',
    ],
    [
      'an id that is not NFC',
      `${coin}cells: [{ id: "u\u0308" }]`,
      '3:11 cells[0].id: found "u\u0308"; allowed: a text in Unicode normal form NFC (this one is not: type it again, or write it with other characters)',
    ],
    ['an empty id', `${coin}cells: [{ id: "" }]`, '3:11 cells[0].id: found ""; allowed: a text of 1 to 64 characters'],
    [
      'small Arrow batches',
      `${coin}format: arrow\nbatch_rows: 999`,
      '4:1 batch_rows: found 999; allowed: an integer from 1000 to 1000000 (format arrow)',
    ],
    [
      'too many permutations',
      'model: coin\npermutations: 4294967297',
      '2:1 permutations: found 4294967297; allowed: an integer from 1 to 4294967296',
    ],
    [
      'a scheme without its generator',
      `${coin}seed: { scheme: philox, generator: alea }`,
      '3:25 seed.generator: found "alea"; allowed: philox (scheme philox)',
    ],
    [
      'a generator without its scheme',
      `${coin}seed: { generator: philox }`,
      '3:9 seed.generator: philox needs seed.scheme: philox',
    ],
    [
      'a generator unfit for arithmetic seeds',
      `${coin}seed: { generator: xor128 }`,
      '3:9 seed.generator: xor128 is refused: with arithmetic seeds its permutations are correlated, and with seed 0 it returns only zeros; allowed: alea, tychei, arc4, xor4096, sfc32, philox',
    ],
    [
      'another one',
      `${coin}seed: { generator: xorwow }`,
      '3:9 seed.generator: xorwow is refused: with arithmetic seeds its permutations are correlated; allowed: alea, tychei, arc4, xor4096, sfc32, philox',
    ],
    [
      'a third one',
      `${coin}seed: { generator: xorshift7 }`,
      '3:9 seed.generator: xorshift7 is refused: with arithmetic seeds its permutations are correlated: 1,000 distinct streams for all seeds from 2^31; allowed: alea, tychei, arc4, xor4096, sfc32, philox',
    ],
    [
      'a namespace without philox',
      `${coin}seed: { namespace: a }`,
      '3:9 seed.namespace: found "a"; allowed: none: only the scheme philox has namespaces',
    ],
    [
      'a stride with philox',
      `${coin}seed: { scheme: philox, stride: 5 }`,
      '3:25 seed.stride: found 5; allowed: 0: the scheme philox has no stride',
    ],
    [
      'streams',
      `${coin}streams: shred`,
      '3:1 streams: found "shred"; allowed: independent, shared, or { shared: true or the name of the group, antithetic: true }',
    ],
    [
      'a result key',
      `${coin}results: { key: [q] }`,
      '3:18 results.key[0]: unknown parameter of model coin "q"; allowed: p, flips; did you mean p?',
    ],
    [
      'a precision of two kinds',
      `${coin}precision: { metric: heads, half_width: 1, quantile: 0.5, threshold: 1 }`,
      '3:59 precision.threshold: a quantile is given as well; give one of them, or none for the mean',
    ],
    [
      'a precision of a mean and a quantile',
      `${coin}precision: { metric: heads, half_width: 1, mean: true, quantile: 0.5 }`,
      '3:44 precision.mean: a quantile is given as well; give one of them, or none for the mean',
    ],
    [
      'a precision of an unknown metric',
      `${coin}precision: [{ metric: head, half_width: 1 }]`,
      '3:15 precision[0].metric: unknown metric of model coin "head"; allowed: heads, longest_run; did you mean heads?',
    ],
    ['a missing input', 'model: trades\npermutations: 1', 'inputs.trades: missing; allowed: a file: the trade list'],
    [
      'an unknown input',
      'model: trades\npermutations: 1\ninputs: { trades: t, olhc: o }',
      '3:22 inputs.olhc: unknown input of model trades "olhc"; allowed: trades, ohlc, equity_curve; did you mean ohlc?',
    ],
    [
      'a choice',
      'model: trades\npermutations: 1\ninputs: { trades: t }\ngrid: { shuffle_mode: [none, permut] }',
      '4:30 grid.shuffle_mode[1]: unknown value "permut"; allowed: none, permute, block_permute; did you mean permute?',
    ],
    [
      'an unknown model',
      'model: coyn\npermutations: 1',
      '1:1 model: there is no model "coyn"; allowed: coin, trades, kinds, ./file.ts, or an installed package; did you mean coin?',
    ],
    [
      'a parameter without default',
      'model: kinds\npermutations: 1',
      'parameters.rate: missing; allowed: a number above 0 and below 10 (model kinds has no default for "rate")',
    ],
    [
      'a list of numbers',
      'model: kinds\npermutations: 1\nparameters: { rate: 1, bounds: [a] }',
      '3:24 parameters.bounds: found ["a"]; allowed: a list of numbers',
    ],
    [
      'too many points',
      `${coin}grid: { p: { from: 0, to: 1, step: 0.00001 }, flips: { from: 1, to: 1000, step: 1 } }`,
      '3:1 grid: 100001000 grid points; allowed: at most 10000000',
    ],
    [
      'an endless axis',
      `${coin}grid: { p: { from: 0, to: 1, step: 1e-300 } }`,
      '3:30 grid.p.step: found 1e-300; allowed: at most 1000000 values on an axis, so a larger step',
    ],
    [
      'a step away from the end',
      `${coin}grid: { p: { from: 0, to: 1, step: -0.5 } }`,
      '3:30 grid.p.step: found -0.5; allowed: a step that leads from 0 to 1: above 0',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await problemsOf(text)).toEqual([expected]);
  });
});

describe('files that are no study', () => {
  const messageOf = async (name: string, text: string | Uint8Array): Promise<string> => {
    const error = await errorOf(file(name, text));
    expect(error).toMatchObject({ code: 'STUDY', exit: 2 });
    return error.message.replace(`${folder}/`, '');
  };
  test.each([
    ['an empty file', '', 'x.yaml: empty; a study names at least a model and permutations'],
    ['only comments', '# nothing\n', 'x.yaml: found null; allowed: a map that names at least model and permutations'],
    [
      'a list',
      '- model: coin\n',
      'x.yaml: found [{"model":"coin"}]; allowed: a map that names at least model and permutations',
    ],
    ['a text', 'hello', 'x.yaml: found "hello"; allowed: a map that names at least model and permutations'],
    [
      'a syntax error',
      'model: [coin\n',
      'x.yaml:2:1: cannot be read as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a key twice', 'model: coin\npermutations: 1\nmodel: coin\n', 'x.yaml:3:1: the key model appears twice; keep one'],
    ['an unknown tag', 'model: !foo coin\n', 'x.yaml:1:8: cannot be read as YAML: Unresolved tag: !foo'],
    [
      'an unknown alias',
      'model: *x\n',
      'x.yaml: cannot be read as YAML: Unresolved alias (the anchor must be set before the alias): x',
    ],
    ['a circle', 'grid: &x { p: *x }\n', 'x.yaml: grid.p.p: nested too deeply, or in a circle'],
    [
      'two documents',
      'model: coin\n---\nmodel: coin\n',
      'x.yaml:2:1: a second YAML document begins here (---); a study is a single document',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await messageOf('x.yaml', text)).toBe(expected);
  });

  it('many aliases of aliases do not fill the memory', async () => {
    const layers = Array.from({ length: 9 }, (_, i) => `k${i + 1}: &k${i + 1} [${`*k${i},`.repeat(9)}]`);
    expect(await messageOf('x.yaml', `k0: &k0 [1]\n${layers.join('\n')}\n`)).toContain('alias');
  });
  it('bytes that are no UTF-8', async () => {
    expect(await messageOf('x.yaml', Uint8Array.of(0x61, 0xff))).toBe(
      'x.yaml: not UTF-8 text; save the study as UTF-8',
    );
  });
  it('another kind of file', async () => {
    expect(await messageOf('x.csv', 'a,b')).toBe(
      'x.csv: not a kind of study file: found ".csv"; allowed: .yaml, .yml, .json, .ts, .js, .mjs',
    );
  });
  it('a folder, and nothing at all', async () => {
    mkdirSync(join(folder, 'd.yaml'));
    expect((await errorOf(join(folder, 'd.yaml'))).message).toContain('a folder, not a study file');
    expect(await errorOf(join(folder, 'none.yaml'))).toMatchObject({ exit: 2 });
    expect((await errorOf(join(folder, 'none.yaml'))).message).toContain('there is no such study file');
  });
});

describe('a study as a module', () => {
  it('is the object that it exports, TypeScript or not', async () => {
    file('part.ts', 'export const flips: number[] = [1, 2, 3].map((n) => n * 10)');
    const path = file(
      'm.ts',
      "import { flips } from './part.ts'\nexport default { model: 'coin', permutations: 4 as number, grid: { flips } }",
    );
    expect((await loadStudy(path, { models })).surface.blocks[0]!.axes[0]!.values).toEqual([10, 20, 30]);
    const js = file('m.mjs', "export default { model: 'coin', permutations: 4 }");
    expect(await loadStudy(js, { models })).toMatchObject({ name: 'm', permutations: 4 });
  });

  it('holds plain data only', async () => {
    const path = file('f.mjs', "export default { model: 'coin', permutations: () => 4, name: new Date(0) }");
    expect(
      (await errorOf(path)).message
        .split('\n')
        .slice(1)
        .map((line) => line.replace(path, '')),
    ).toEqual([
      ': permutations: found a function; allowed: plain data: maps, lists, texts, numbers, true, false',
      ': name: found {}; allowed: plain data: maps, lists, texts, numbers, true, false',
    ]);
  });

  test.each([
    [
      'throws',
      "const a = 1\nthrow new RangeError('boom')\nexport default {}",
      ':2: fails when it is loaded: RangeError: boom',
    ],
    ['has a syntax error', 'export default {\n  model coin\n}', ':2:9: Expected "}" but found "coin"'],
    [
      'exports nothing',
      'export const study = {}',
      ': has no default export; write: export default { model: ..., ... }',
    ],
  ])('that %s gives one message with file and line', async (_, text, expected) => {
    const path = file('bad.ts', text);
    expect((await errorOf(path)).message).toBe(`${path}${expected}`);
  });
});
