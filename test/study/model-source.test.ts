import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { errorOf, errorRecord } from '../../src/model/error-record.ts';
import type { Model } from '../../src/model/model.ts';
import type { Rng } from '../../src/random/generator.ts';
import { moduleName, placeOf, readableStack } from '../../src/model/model-source.ts';
import { builtInModels } from '../../src/models/registry.ts';
import { bundle, importBundle, type Entry } from '../../src/study/bundle.ts';
import type { Bundle } from '../../src/study/bundle-cache.ts';
import { loadModel } from '../../src/study/load-model.ts';
import { moduleUrl } from '../../src/study/module-url.ts';
import { temporaryFolder } from '../temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function write(name: string, lines: readonly string[]): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), lines.join('\n'));
}

/** The model as the engine has it, and as a worker imports it from its code. */
async function load(
  reference: string,
): Promise<{ readonly model: Model; readonly inWorker: Model; readonly code: string }> {
  const { model, code } = await loadModel(reference, folder, builtInModels);
  const module = (await import(moduleUrl(code!))) as { readonly default: Model };
  return { model, inWorker: module.default, code: code! };
}

/** Draws are the same every time. */
function simulate(model: Model, state: unknown): void {
  void model.simulate?.(state, (() => 0.5) as unknown as Rng, { a: 0 });
}

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const MODEL = [
  "import { defineModel, normal } from 'permafrost';",
  "import { deep } from './lib/deep.ts';",
  'interface Shape { readonly value: number } // types are gone in the bundle',
  'export default defineModel({',
  "  name: 'm', version: '1', parameters: {}, metrics: { a: {} },",
  '  simulate: (_state, rng, row) => {',
  '    // the line of the next statement is 8',
  '    row.a = deep(rng() as unknown as Shape);',
  '  },',
  '});',
];

describe('an error in a bundled model', () => {
  test('is told in lines of the files that it was made from, though the bundle is one line without a map', async () => {
    write('models/m.ts', MODEL);
    write('models/lib/deep.ts', [
      '/** A comment. */',
      'export function deep(x: { readonly value: number }): number {',
      '  return (x as unknown as { none: { value: number } }).none.value;',
      '}',
    ]);
    const { inWorker, code } = await load('./models/m.ts');
    expect(code).not.toContain('sourceMapping');
    const error = thrownBy(() => {
      simulate(inWorker, {});
    });
    // What a stack may hold otherwise is the whole code in base64, in every line.
    expect(errorRecord(error).stack).not.toContain('data:');
    expect(placeOf(error)).toBe('models/lib/deep.ts:3');
    const frames = readableStack(error.stack!).split('\n').slice(0, 3);
    expect(frames[0]).toBe(`TypeError: ${error.message}`);
    expect(frames[1]).toContain(`${join(folder, 'models/lib/deep.ts')}:3:`);
    expect(frames[2]).toContain(`${join(folder, 'models/m.ts')}:8:`);
    // After it crossed, its stack is readable and its place known.
    const arrived = errorOf(errorRecord(error));
    expect(arrived.stack).toContain(`${join(folder, 'models/lib/deep.ts')}:3:`);
    expect(placeOf(arrived)).toBe('models/lib/deep.ts:3');
  });

  test('is told so, too, where the bundle was made by another process', async () => {
    write('m.ts', MODEL.join('\n').replace('./lib/deep.ts', './deep.ts').split('\n'));
    write('deep.ts', ["export function deep(): never { throw new RangeError('deep'); }"]);
    const entry: Entry = { file: join(folder, 'm.ts'), shown: './m.ts', code: 'MODEL' };
    const kept = JSON.parse(JSON.stringify(await bundle(entry))) as Bundle;
    const before = kept.code.slice(0, kept.code.indexOf('new RangeError("deep")')).split('\n');
    const error = new Error('x');
    error.stack = `Error: x\n    at f (${moduleName(kept.code)}:${before.length}:${before.at(-1)!.length + 1})`;
    expect(placeOf(error)).toBeUndefined();
    await importBundle(kept, entry);
    expect(placeOf(error)).toBe('deep.ts:1');
  });

  test('thrown by what it imports from permafrost, or a package, is told at the line that called it', async () => {
    write('m.ts', [
      "import { normal } from 'permafrost';",
      "import { fail } from 'broken';",
      "export default { name: 'm', version: '1', parameters: {}, metrics: { a: {} },",
      '  simulate: (state, rng, row) => {',
      '    row.a = state === 1 ? normal(undefined as never) : fail();',
      '  } };',
    ]);
    write('node_modules/broken/package.json', ['{ "name": "broken", "type": "module", "main": "index.js" }']);
    write('node_modules/broken/index.js', ["export function fail() { throw new Error('broken'); }"]);
    const { inWorker } = await load('./m.ts');
    for (const state of [1, 2]) {
      const error = thrownBy(() => {
        simulate(inWorker, state);
      });
      expect(placeOf(error)).toBe('./m.ts:5');
    }
  });

  test('of a model that is a package is told there', async () => {
    write('node_modules/dice/package.json', ['{ "name": "dice", "type": "module", "main": "index.js" }']);
    write('node_modules/dice/index.js', [
      "export default { name: 'dice', version: '1', parameters: {}, metrics: { a: {} },",
      "  simulate() { throw new Error('no dice'); } };",
    ]);
    const { inWorker } = await load('dice');
    const error = thrownBy(() => {
      simulate(inWorker, {});
    });
    expect(placeOf(error)).toBe('node_modules/dice/index.js:2');
  });

  test("that is none of the user's has no line; a stack of unknown code stays as it is", () => {
    expect(placeOf(new Error('ours'))).toBeUndefined();
    expect(placeOf('a text')).toBeUndefined();
    const unknown = 'Error: x\n    at f (permafrost-model/0123456789abcdef:1:2)';
    expect(readableStack(unknown)).toBe(unknown);
  });
});

describe('what the engine calls of a model in its own thread', () => {
  const model = (body: string): string[] => [
    "export default { name: 'm', version: '1', parameters: { p: { type: 'number', default: 1 } }, metrics: { a: {} },",
    '  simulate() {},',
    `  ${body} };`,
  ];

  test.each([
    ['load() {', 'load'],
    ['async load() {', 'load'],
    ['defaultsFrom() {', 'defaultsFrom'],
    ['checkInputs() {', 'checkInputs'],
    ['notes() {', 'notes'],
    ['shared() {', 'shared'],
    ['baseline() {', 'baseline'],
    ['check() {', 'check'],
  ] as const)('%s … that throws is an error of the model, with file and line', async (head, name) => {
    write('m.ts', model(`${head}\n    throw new TypeError('no luck');\n  }`));
    const { model: loaded } = await load('./m.ts');
    const thrown: unknown = await Promise.resolve()
      .then(() => Reflect.apply(Reflect.get(loaded, name) as () => unknown, loaded, []))
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(EngineError);
    expect(thrown).toMatchObject({
      code: 'MODEL',
      message: `./m.ts:4: ${name}() throws TypeError: no luck`,
      path: './m.ts:4',
    });
  });

  test('a rule of choices, too; and an EngineError that the model throws stays what it is', async () => {
    write('m.ts', [
      ...model('').slice(0, -1),
      "  choices: { mine: () => { throw new Error('none'); } },",
      "  load() { throw Object.assign(new Error('trades.csv:3: no price'), { name: 'EngineError', code: 'DATA' }); } };",
    ]);
    const { model: loaded } = await load('./m.ts');
    expect(thrownBy(() => loaded.choices?.['mine']?.([])).message).toBe('./m.ts:3: choices.mine() throws Error: none');
    expect(thrownBy(() => loaded.load?.({}))).toMatchObject({
      code: 'DATA',
      message: 'trades.csv:3: no price',
      exit: 2,
    });
  });

  test('methods of a class, too, and they keep their this', async () => {
    write('m.ts', [
      'class Mine {',
      "  name = 'm'; version = '1'; parameters = {}; metrics = { a: {} }; #offset = 7;",
      '  simulate() {}',
      '  load() { return this.#offset; }',
      '}',
      'export default new Mine();',
    ]);
    const { model: loaded } = await load('./m.ts');
    expect(loaded.load?.({})).toBe(7);
  });
});
