import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EngineError, ERRORS, type ErrorCode } from '../../src/errors.ts';
import * as inABundle from '../../src/model/in-a-bundle.ts';
import * as kit from '../../src/model/kit.ts';
import { loadModel } from '../../src/study/load-model.ts';
import { moduleUrl } from '../../src/study/module-url.ts';
import { models } from './models.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

async function load(name: string, text: string): Promise<{ readonly version: string; readonly code: string }> {
  writeFileSync(join(folder, name), text);
  const { model, code } = await loadModel(`./${name}`, folder, models);
  return { version: model.version, code: code! };
}

const HEAD = "version: '1', parameters: {}, metrics: { x: {} },";

/** Models, and the versions that they had in 0.1.0: runs that hold them are resumed by every later engine. */
const ON_RECORD: readonly (readonly [name: string, version: string, text: string])[] = [
  [
    'coin.ts',
    '1+2e7769a6dccad547',
    `import { defineModel } from 'permafrost';
export default defineModel({
  name: 'coin',
  version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5, description: 'chance of heads' },
    flips: { type: 'integer', min: 1, default: 100 },
  },
  metrics: {
    heads: { unit: 'count' },
    longest_run: { unit: 'count', description: 'longest run of heads' },
  },
  prepare: ({ parameters }) => ({ p: Number(parameters['p']), flips: Number(parameters['flips']) }),
  simulate: ({ p, flips }, rng, row) => {
    let heads = 0;
    let run = 0;
    let longest_run = 0;
    for (let i = 0; i < flips; i++) {
      if (rng() < p) {
        heads++;
        run++;
        if (run > longest_run) longest_run = run;
      } else run = 0;
    }
    row['heads'] = heads;
    row['longest_run'] = longest_run;
  },
});`,
  ],
  [
    'draws.ts',
    '1+b88d7376ce5b2735',
    `import { defineModel, normal, exponential, gamma, lognormal, exp, log, pow, type Row } from 'permafrost';
export default defineModel({
  name: 'draws', version: '1', parameters: { shape: { type: 'number', default: 2 } }, metrics: { x: {}, y: {} },
  simulate: ({ parameters }, rng, row: Row) => {
    row.x = normal(rng) + exponential(rng, 2) + gamma(rng, Number(parameters['shape']), 1) + lognormal(rng, 1, 0.5);
    row.y = exp(rng()) + log(1 + rng()) + pow(rng(), 3);
  },
});`,
  ],
  [
    'plain.js',
    '1+aee59f7c0780c0eb',
    `import { normal as gauss } from 'permafrost';
export default { name: 'plain', ${HEAD} simulate(s, rng, row) { row.x = gauss(rng); } };`,
  ],
  // Names of its own that are those of the library and of its inside: what a model does not import must not even cost it a name.
  [
    'names.ts',
    '1+63a94f3b051369a9',
    `import { defineModel, normal } from 'permafrost';
import * as kit from 'permafrost';
function run(x: number): number { return x + 1; }
const plan = (x: number): number => 2 * x;
function verify(x: number): number { return x; }
const ERRORS = { a: 1 };
class EngineError extends Error {}
function log(x: number): number { return x * 3; }
const words = [1, 2];
function refuse(x: number): number { if (x > 1e9) throw new EngineError('x'); return x; }
function merge(x: number): number { return x; }
function generate(x: number): number { return kit.exp(x); }
const status = 1; const report = 2; const replay = 3; const inspect = 4; const bench = 5; const seeds = 6; const summarize = 7; const repair = 8; const openRun = 9; const exportRun = 10;
export default defineModel({
  name: 'names', ${HEAD}
  simulate: (_state, rng, row) => {
    row['x'] = run(plan(verify(normal(rng)))) + ERRORS.a + log(words[0]!) + refuse(merge(generate(1))) + status + report + replay + inspect + bench + seeds + summarize + repair + openRun + exportRun;
  },
});`,
  ],
];

describe("the identity of a user's model", () => {
  it.each(ON_RECORD)('%s is what it was: %s', async (name, version, text) => {
    expect((await load(name, text)).version).toBe(version);
  });

  it('does not hang on the list of error codes, which grows', async () => {
    const { code } = await load(
      'throws.ts',
      `import { defineModel, EngineError } from 'permafrost';
export default defineModel({ name: 'throws', ${HEAD} load: () => { throw new EngineError('DATA', 'no'); }, simulate: () => {} });`,
    );
    expect(code).toContain('DATA');
    expect(code).not.toContain('NOT_A_RUN');
  });
});

describe("what a model imports from 'permafrost'", () => {
  it('holds the same functions as a program has', () => {
    const own = Object.entries(kit).filter(([name]) => name !== 'EngineError');
    expect(inABundle).toMatchObject(Object.fromEntries(own));
  });

  it('has an EngineError that the engine knows as one, with code, exit code and details', async () => {
    const { code } = await load(
      'error.ts',
      `import { EngineError } from 'permafrost';
export class Own extends EngineError {}
export { EngineError };
export default { name: 'error', ${HEAD} simulate() { throw new Own('DATA', 'line 3: no number', { path: 'a.csv', cause: 7 }); } };`,
    );
    const module = (await import(moduleUrl(code))) as { default: { simulate: () => void } };
    let thrown: unknown;
    try {
      module.default.simulate();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EngineError);
    expect(thrown).toMatchObject({ code: 'DATA', exit: 2, path: 'a.csv', cause: 7, message: 'line 3: no number' });
    for (const each of Object.keys(ERRORS) as ErrorCode[])
      expect(new inABundle.EngineError(each, '').exit, each).toBe(ERRORS[each]);
    const ours = new EngineError('DATA', '');
    expect(ours).toBeInstanceOf(inABundle.EngineError);
    class Own extends inABundle.EngineError {}
    expect(ours).not.toBeInstanceOf(Own);
    expect(new Own('DATA', '')).toBeInstanceOf(Own);
    expect(new Error('plain')).not.toBeInstanceOf(EngineError);
    expect(undefined).not.toBeInstanceOf(EngineError);
  });

  it('has functions of programs that say where they belong, in a model and in what it shares with a program', async () => {
    writeFileSync(
      join(folder, 'both.ts'),
      `import { exp, run } from 'permafrost';
export const twice = (x: number) => 2 * exp(x);
export const main = () => run('study.yaml');`,
    );
    const shared = await load(
      'shares.ts',
      `import { twice } from './both.ts';
export default { name: 'shares', ${HEAD} simulate(s, rng, row) { row.x = twice(rng()); } };`,
    );
    expect(shared.code).not.toContain('study.yaml');
    const calling = loadModel(
      './calls.ts',
      (writeFileSync(join(folder, 'calls.ts'), "import { main } from './both.ts';\nawait main();\nexport default {};"),
      folder),
      models,
    );
    await expect(calling).rejects.toThrow(
      'both.ts:3: fails when it is loaded: EngineError: run() works on studies and runs',
    );
  });
});
