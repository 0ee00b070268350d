import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import type { Model } from '../../src/model/model.ts';
import { notesOf } from '../../src/model/note.ts';
import { moduleUrl } from '../../src/study/module-url.ts';
import { checkModel } from '../../src/study/check-model.ts';
import { loadModel } from '../../src/study/load-model.ts';
import type { LoadedModel } from '../../src/study/load-model.ts';
import { StudyError } from '../../src/study/problem.ts';
import { coin, kinds, models, trades } from './models.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function load(name: string, text?: string): Promise<LoadedModel> {
  if (text !== undefined) write(name, text);
  return loadModel(`./${name}`, folder, models);
}

async function errorOf(loading: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw new Error(`no EngineError but ${String(error)}`);
}

const die = `
import { defineModel } from 'permafrost'
import type { Row } from 'permafrost'
import { cpus } from 'node:os'
import { sides } from './die-sides.ts'
// one die
export default defineModel({
  name: 'die', version: '3', parameters: {}, metrics: { eyes: {} },
  simulate: (_state: unknown, rng, row: Row) => { row.eyes = rng.index(sides) + Math.min(0, cpus().length) },
})`;

describe("a user's own model", () => {
  it('becomes one ESM text that a worker imports without a file', async () => {
    write('die-sides.ts', 'export const sides: number = 6');
    const { model, code } = await load('die.ts', die);
    const again = ((await import(moduleUrl(code!))) as { default: Model }).default;
    const row = { eyes: NaN };
    void again.simulate!(undefined, { index: (m: number) => m - 1 } as never, row);
    expect(row.eyes).toBe(5);
    expect(model.version).toMatch(/^3\+[0-9a-f]{16}$/);
    expect(again.version).toBe('3');
  });

  it('has the hash of its code in its version: comments, layout and file name do not count, code does', async () => {
    write('die-sides.ts', 'export const sides: number = 6');
    const version = async (name: string, text: string): Promise<string> => (await load(name, text)).model.version;
    const first = await version('die.ts', die);
    expect(await version('die.ts', die.replace('// one die', '/* another\n comment */\n\n'))).toBe(first);
    expect(await version('renamed.ts', die)).toBe(first);
    expect(await version('die.ts', die.replace('+ Math', '- Math'))).not.toBe(first);
    write('die-sides.ts', 'export const sides: number = 8');
    expect(await version('die.ts', die)).not.toBe(first);
  });

  it('may be an installed package, CommonJS included', async () => {
    write('node_modules/dice/package.json', '{"name":"dice","main":"index.js"}');
    write(
      'node_modules/dice/index.js',
      "const os = require('os'); module.exports = { name: 'dice', version: os.EOL ? '2' : '', parameters: {}, metrics: { eyes: {} }, simulate() {} }",
    );
    const { model } = await loadModel('dice', folder, models);
    expect(model.name).toBe('dice');
    expect(model.version).toMatch(/^2\+/);
  });

  it('is the same model wherever node_modules stand, and whichever package manager made them', async () => {
    const versions: string[] = [];
    for (const place of ['beside', 'above', 'store']) {
      const at = place === 'above' ? 'above/sub' : place;
      const store = 'store/node_modules/.pnpm/foo@1.0.0/node_modules/foo';
      const foo = { beside: 'beside/node_modules/foo', above: 'above/node_modules/foo', store }[place]!;
      write(`${foo}/package.json`, '{"name":"foo","version":"1.0.0","main":"index.js"}');
      write(`${foo}/index.js`, "exports.k = require('./three.js');");
      write(`${foo}/three.js`, 'module.exports = 3;');
      if (place === 'store') symlinkSync(join(folder, store), join(folder, 'store/node_modules/foo'), 'junction');
      write(
        `${at}/m.ts`,
        "import foo from 'foo'; export default { name: 'm', version: '1', parameters: {}, metrics: { x: {} }, simulate: (s, rng, row) => { row.x = rng() * foo.k } }",
      );
      versions.push((await loadModel('./m.ts', join(folder, at), models)).model.version);
    }
    expect(new Set(versions).size).toBe(1);
    write('beside/node_modules/foo/three.js', 'module.exports = 4;');
    expect((await loadModel('./m.ts', join(folder, 'beside'), models)).model.version).not.toBe(versions[0]);
  });

  it('is found by its built-in name first', async () => {
    expect(await loadModel('coin', folder, models)).toEqual({ model: coin, code: undefined });
  });
});

describe('a model that cannot be loaded gives one message with file and line', () => {
  test.each([
    ['syntax', 'const a = 1\nexport default {{\n', './x.ts:2:17: Expected identifier but found "{"'],
    [
      'an exception',
      "const a: number = 1\n\nif (a) throw new TypeError('no luck')\nexport default {}",
      './x.ts:3: fails when it is loaded: TypeError: no luck',
    ],
    ['a missing import', "import './nowhere.ts'\nexport default {}", './x.ts:1:8: Could not resolve "./nowhere.ts"'],
    [
      'an unknown import of ours',
      "import { nomal } from 'permafrost'\nexport default nomal",
      './x.ts:1:10: permafrost has no export "nomal"; did you mean normal?',
    ],
    [
      'no default export',
      'export const model = {}',
      './x.ts: has no default export; write: export default defineModel({ ... })',
    ],
  ])('%s', async (_, text, expected) => {
    const error = await errorOf(load('x.ts', text));
    expect(error).toMatchObject({ code: 'MODEL', exit: 2 });
    expect(error.message).toContain(expected);
    expect(error.message).not.toContain('\n');
  });

  it('an exception in a file that the model imports names that file', async () => {
    write('lib/deep.ts', '\nexport const x = (undefined as unknown as { y: number }).y');
    const error = await errorOf(load('x.ts', "import { x } from './lib/deep.ts'\nexport default { x }"));
    expect(error.message).toContain('lib/deep.ts:2: fails when it is loaded: TypeError');
  });

  it('no such file, another kind of file, no such package', async () => {
    expect((await errorOf(load('none.ts'))).message).toBe('./none.ts: there is no such file');
    expect((await errorOf(load('model.py', 'x'))).message).toContain('allowed: .ts, .mts, .js, .mjs');
    write('dice.ts', die);
    expect((await errorOf(loadModel('dice.ts', folder, models))).message).toContain('did you mean ./dice.ts?');
    expect((await errorOf(loadModel('coins', folder, models))).message).toContain('did you mean coin?');
  });
});

describe('checkModel', () => {
  it('takes models that follow the interface as they are', () => {
    for (const model of [coin, kinds, trades]) expect(checkModel(model, 'm')).toBe(model);
  });

  it('finds everything wrong at once', () => {
    const bad = {
      name: 'my model',
      simulateChunks: () => undefined,
      prepare: 5,
      parameters: {
        pSkip: { type: 'number' },
        cell_id: { type: 'number' },
        a: { type: 'float' },
        b: { type: 'integer', min: 3, default: 2 },
        c: { type: 'choice', values: [], default: 'x' },
        d: { type: 'choice', values: ['x'], aliases: { y: 'z' } },
        e: { type: 'list' },
      },
      metrics: { perm_index: {}, 'a b': {}, b: {} },
    };
    let found: readonly string[] = [];
    try {
      checkModel(bad, './bad.ts');
    } catch (error) {
      expect(error).toMatchObject({ code: 'MODEL', exit: 2 });
      if (error instanceof StudyError) found = error.problems.map((problem) => problem.path);
    }
    expect(found).toEqual([
      'name',
      'version',
      'simulateChunks',
      'parameters.pSkip',
      'parameters.cell_id',
      'parameters.a.type',
      'parameters.b.default',
      'parameters.c.values',
      'parameters.d.aliases.y',
      'parameters.e.items',
      'metrics.perm_index',
      'metrics["a b"]',
      'metrics.b',
      'prepare',
      'simulate',
    ]);
  });

  test.each([
    [
      'another parameter that is not there',
      { a: { type: 'number', default: 0, active_when: [{ nope: 1 }] } },
      'no such parameter',
    ],
    [
      'a value that is not allowed',
      { a: { type: 'number', default: 0, active_when: [{ b: 5 }] }, b: { type: 'boolean', default: true } },
      'found 5; allowed: true or false',
    ],
    [
      'a circle',
      { a: { type: 'number', active_when: [{ b: 1 }] }, b: { type: 'number', active_when: [{ a: 1 }] } },
      'depends on itself: a -> b -> a',
    ],
    ['an input that is not there', { a: { type: 'number', default_from: 'x' } }, 'unknown input "x"'],
  ])('refuses a parameter that depends on %s', (_, parameters, expected) => {
    const model = { ...coin, parameters };
    expect(() => checkModel(model, 'm')).toThrow(expected);
  });

  test.each([
    ['ranking by a metric that is not there', { ranking: { metric: 'headz', best: 'highest' } }, 'did you mean heads'],
    ['ranking without a direction', { ranking: { metric: 'heads', best: 'most' } }, 'highest or lowest'],
    ['ranking that is a word', { ranking: 'heads' }, "{ metric: 'score'"],
    ['a rate of what is not there', { metrics: { a: { rate_of: { cases: ['b'], of: ['a'] } } } }, 'metrics.a.rate_of'],
    ['open above what is not there', { metrics: { a: { open_above: 'b' } } }, 'metrics.a.open_above'],
    ['open above what is never infinite', { metrics: { a: { open_above: 'b' }, b: {} } }, 'infinite: true'],
    ['a rate of no lists', { metrics: { a: { rate_of: { cases: 'a' } } } }, "{ cases: ['tp']"],
  ])('refuses %s', (_, wrong, expected) => {
    expect(() => checkModel({ ...coin, ...wrong }, 'm')).toThrow(expected);
    expect(checkModel({ ...coin, ranking: { metric: 'heads', best: 'lowest' } }, 'm')).toBeDefined();
  });

  test.each([
    ['parameters', { parameters: { p: { type: 'number', minn: 0 } } }, 'parameters.p.minn: unknown key "minn"', 'min'],
    ['a choice', { parameters: { p: { type: 'choice', values: ['a'], alias: {} } } }, 'parameters.p.alias', 'aliases'],
    ['metrics', { metrics: { a: { mising: true } } }, 'metrics.a.mising: unknown key "mising"', 'missing'],
    ['inputs', { inputs: { f: { description: 'a', requird: true } } }, 'inputs.f.requird', 'required'],
    ['ranking', { ranking: { metric: 'heads', best: 'lowest', metrics: [] } }, 'ranking.metrics', 'metric'],
    ['views', { views: [{ title: 't', x: 'p', y: 'heads', serie: 'p' }] }, 'views[0].serie', 'series'],
  ])('a misspelt key among %s is named, with the nearest that there is', (_, wrong, expected, nearest) => {
    const check = () => checkModel({ ...coin, ...wrong }, 'm');
    expect(check).toThrow(expected);
    expect(check).toThrow(`did you mean ${nearest}?`);
  });

  test.each([
    ['bounds that cross', { parameters: { p: { type: 'number', min: 3, max: 2 } } }, 'no value is between 3 and 2'],
    ['bounds without room', { parameters: { p: { type: 'number', min: 3, below: 3 } } }, 'no value is between 3 and 3'],
    ['a unit that is no text', { metrics: { a: { unit: 3 } } }, 'metrics.a.unit'],
    ['a description that is no text', { parameters: { p: { type: 'number', description: ['a'] } } }, 'a text'],
    ['a cap that is no parameter', { metrics: { a: { cap: 'q' } } }, 'unknown parameter "q"'],
    ['inputs that are a list', { inputs: ['trades'] }, 'a map from names to { description, required }'],
    ['an input that is a word', { inputs: { f: 'prices' } }, 'inputs.f'],
    ['an input that is required by a word', { inputs: { f: { description: 'a', required: 'yes' } } }, 'true or false'],
  ])('refuses %s', (_, wrong, expected) => {
    expect(() => checkModel({ ...coin, ...wrong }, 'm')).toThrow(expected);
  });

  it('takes bounds that leave one value', () => {
    const parameters = { p: { type: 'integer', min: 3, max: 3 }, q: { type: 'number', above: 0, max: 1 } };
    expect(() => checkModel({ ...coin, parameters }, 'm')).not.toThrow();
  });

  test.each([
    [['step', 'p', { title: 'top', of: 'heads', inactive: 1 }, 'config_id'], undefined],
    [['step', 'head'], 'results_columns[1]: unknown column "head"'],
    [[{ of: 'heads' }], 'results_columns[0]: found {"of":"heads"}'],
    [{}, 'a list of columns: names, or { title, of, inactive }'],
  ])('looks at the columns of tables: %j', (results_columns, problem) => {
    const check = () => checkModel({ ...coin, results_columns }, 'm');
    if (problem === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(problem);
  });

  it('refuses what is no map', () => {
    for (const value of [undefined, null, 3, [], () => 3])
      expect(() => checkModel(value, 'm')).toThrow('a model: export default');
  });
});

it('is looked through for what makes its rows uncertain: each with its line, its own notes after it', async () => {
  const { model } = await load(
    'uncertain.ts',
    `import { pow } from 'permafrost'
export default {
  name: 'u', version: '1', parameters: {}, metrics: { x: {} },
  notes: () => ['its own'],
  simulate(_: unknown, rng: () => number, row: { x: number }) {
    row.x = rng() ** 2 + pow(rng(), 2) // ** in a comment
    row.x += Math.random()
  },
}`,
  );
  const notes = notesOf(model.notes!(undefined, [], {} as never));
  expect(notes.map(({ code }) => code)).toEqual(['UNCERTAIN_MATH', 'NOT_REPRODUCIBLE', 'NOTE']);
  expect(notes[0]!.message).toMatch(/^\.\/uncertain\.ts:6: \*\* can differ/);
  expect(notes[1]!.message).toMatch(/^\.\/uncertain\.ts:7: Math\.random draws/);
  expect(
    Object.hasOwn(
      (
        await load(
          'certain.ts',
          'export default { name: "c", version: "1", metrics: { x: {} }, parameters: {}, simulate() {} }',
        )
      ).model,
      'notes',
    ),
  ).toBe(false);
});
