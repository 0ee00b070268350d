import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { EngineError } from '../../src/errors.ts';
import { cellFolderName } from '../../src/study/cell-id.ts';
import { expandCells } from '../../src/study/cells.ts';
import { parseStudyText } from '../../src/study/source.ts';
import { studyOf } from '../../src/study/study.ts';
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

const p = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: anything },
);
const axis = fc.oneof(
  fc.array(p, { maxLength: 4 }),
  fc.record({ from: p, to: p, step: p }),
  fc.record(
    {
      values: fc.array(p, { maxLength: 3 }),
      when: fc.oneof(anything, fc.record({ flips: fc.constantFrom(1, 2, [1, 2]) })),
    },
    { requiredKeys: ['values'] },
  ),
);
const level = {
  parameters: fc.oneof(fc.record({ p }, { requiredKeys: [] }), anything),
  grid: fc.oneof(
    fc.record({ p: axis, flips: fc.constantFrom(1, [1, 2], { from: 1, to: 3, step: 1 }) }, { requiredKeys: [] }),
    fc.dictionary(word, axis, { maxKeys: 3 }),
  ),
  cells: fc.oneof(fc.array(fc.record({ id: word, p }, { requiredKeys: [] }), { maxLength: 3 }), anything),
};
/** Nearly a study: a good part of these are accepted. */
const nearly = fc.record(
  {
    model: fc.constantFrom('coin', 'coin', 'coin', 'kinds', 'trades'),
    permutations: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), scalar),
    name: word,
    output: word,
    cell_ids: fc.constantFrom('params', 'index'),
    ...level,
    steps: fc.dictionary(fc.oneof(fc.constantFrom('a', 'b'), word), fc.record(level, { requiredKeys: [] }), {
      maxKeys: 2,
    }),
    seed: anything,
    streams: fc.oneof(fc.constantFrom('independent', 'shared'), anything),
    precision: anything,
    thresholds: anything,
  },
  { requiredKeys: ['model', 'permutations'] },
);

/** Either a study, all of whose cells stay in their folder, or an EngineError with exit code 2. */
async function studyOrError(raw: unknown): Promise<'study' | 'error'> {
  try {
    const study = await studyOf(raw, '/studies', { models });
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
    expect(count.error).toBeGreaterThan(0);
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
