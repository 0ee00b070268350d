import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { EngineError } from '../../src/errors.ts';
import { cellFolderName } from '../../src/study/cell-id.ts';
import { expandCells } from '../../src/study/cells.ts';
import { parseStudyText } from '../../src/study/source.ts';
import { loadStudy } from '../../src/study/study.ts';
import { models } from './models.ts';

const NASTY = [
  '..',
  '../x',
  '/etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  'a\0b',
  'ü',
  'u\u0308',
  '\ud800',
  'id',
  'p',
  'flips',
  'from',
  'values',
  'when',
  'shared',
];
const KEYS = [
  'name',
  'model',
  'inputs',
  'parameters',
  'grid',
  'cells',
  'permutations',
  'seed',
  'streams',
  'cell_ids',
  'format',
  'batch_rows',
  'precision',
  'thresholds',
  'steps',
  'results',
  'output',
];

const word = fc.oneof(fc.constantFrom(...NASTY, ...KEYS), fc.string());
const scalar = fc.oneof(
  word,
  fc.double(),
  fc.integer({ min: -3, max: 300 }),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
);
const anything = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(word, tie('any'), { maxKeys: 4 }),
  ),
})).any;

/** Mostly what is right, now and then something else. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: anything });

const p = mostly(fc.double({ min: 0, max: 1, noNaN: true }));
const flips = mostly(fc.constantFrom(1, [1, 2], { from: 1, to: 3, step: 1 }));
const axis = mostly(
  fc.oneof(
    fc.array(p, { minLength: 1, maxLength: 4 }),
    fc.constant({ from: 0, to: 1, step: 0.25 }),
    fc.record(
      {
        values: fc.array(p, { minLength: 1, maxLength: 3 }),
        when: mostly(fc.constantFrom({ flips: 1 }, { flips: [1, 2] })),
      },
      { requiredKeys: ['values'] },
    ),
  ),
);
const level = {
  parameters: mostly(fc.constantFrom({}, { flips: 3 })),
  grid: mostly(fc.oneof(fc.record({ p: axis }), fc.record({ p: axis, flips }))),
  cells: mostly(
    fc.array(
      fc.record({ id: mostly(fc.constantFrom('a', '..', '../x', 'ü/é', '0', 'cells_0')), p }, { requiredKeys: [] }),
      { maxLength: 3 },
    ),
  ),
};
/** Nearly a study: a good part of these are accepted. */
const nearly = fc.record(
  {
    model: fc.constant('coin'),
    permutations: mostly(fc.integer({ min: 1, max: 1000 })),
    name: mostly(fc.constant('n')),
    output: mostly(fc.constantFrom('..', '/x')),
    cell_ids: fc.constantFrom('params', 'index'),
    ...level,
    parameters: mostly(fc.constant({})),
    steps: fc.dictionary(
      fc.oneof({ weight: 20, arbitrary: fc.constantFrom('a', 'b') }, { weight: 1, arbitrary: word }),
      fc.record({ ...level, parameters: mostly(fc.constant({})) }, { requiredKeys: [] }),
      { maxKeys: 2 },
    ),
    seed: mostly(fc.constantFrom({}, { scheme: 'philox' }, { global: 4 })),
    streams: mostly(fc.constantFrom('independent', 'shared')),
    precision: mostly(fc.constant({ metric: 'heads', half_width: 1 })),
    thresholds: mostly(fc.constant({ heads: 1 })),
  },
  { requiredKeys: ['model', 'permutations'] },
);

/** Either a study, all of whose cells stay in their folder, or an EngineError with exit code 2. */
async function studyOrError(raw: unknown): Promise<'study' | 'error'> {
  try {
    const study = await loadStudy({ study: raw, folder: '/studies' }, { models });
    const ids = [...expandCells(study)].map((cell) => cell.cell_id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(cellFolderName(id)).toMatch(/^cell_[A-Za-z0-9._%-]{1,250}$/);
    return 'study';
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(error.exit).toBe(2);
    expect(error.message).not.toBe('');
    JSON.stringify({ path: error.path, value: error.value, allowed: error.allowed });
    return 'error';
  }
}

describe('whatever a study holds, there is a study or an EngineError', () => {
  it('any object', async () => {
    // Any model name but a built-in one would start the bundler for each.
    const withoutModel = anything.map((raw) =>
      typeof raw === 'object' && raw !== null && 'model' in raw ? { ...raw, model: 'coin' } : raw,
    );
    await fc.assert(
      fc.asyncProperty(withoutModel, async (raw) => {
        await studyOrError(raw);
      }),
      { numRuns: 300 },
    );
  });

  it('anything that is nearly a study', async () => {
    const count = { study: 0, error: 0 };
    await fc.assert(
      fc.asyncProperty(nearly, async (raw) => {
        count[await studyOrError(raw)]++;
      }),
      { numRuns: 600 },
    );
    expect(count.study).toBeGreaterThan(50);
    expect(count.error).toBeGreaterThan(50);
  });

  it('any text as YAML', () => {
    const token = fc.oneof(
      fc.constantFrom(
        ': ',
        '\n',
        '- ',
        '  ',
        '{',
        '}',
        '[',
        ']',
        '&a ',
        '*a',
        '!!set ',
        '? ',
        '| ',
        '> ',
        '"',
        "'",
        '#',
        '---\n',
        '<<',
        '1e400',
        '.nan',
        '\t',
        '%',
      ),
      word,
    );
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 30 }).map((parts) => parts.join('')),
        (text) => {
          try {
            const { locate } = parseStudyText(text, 'x.yaml');
            locate(['grid', 'p', 3]);
          } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            expect(error.exit).toBe(2);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
