import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { studyJsonSchema } from '../../src/study/json-schema.ts';
import { exampleStudies } from '../example-studies.ts';
import { coin, kinds, standardSurface, study, trades } from './models.ts';

const validate = new Ajv({ allErrors: true }).compile(studyJsonSchema([coin, trades, kinds]));

const GOOD: object[] = [
  { model: 'coin', permutations: 10 },
  { ...standardSurface, permutations: 200000 },
  { model: 'coin', permutations: 1, $schema: 'x', grid: { p: { from: 0, to: 1, step: 0.5 }, flips: 3 } },
  { model: 'coin', permutations: 1, grid: { flips: [1, 2], p: { values: [0.1], when: { flips: [1] } } } },
  { model: 'coin', permutations: 1, cells: [{ id: 'a', p: 0.1 }, { parameters: { p: 0.2 } }], seed: { global: 3 } },
  {
    model: 'coin',
    permutations: 1,
    streams: { shared: 'g' },
    precision: [
      { metric: 'heads', half_width: 1, mean: true },
      { metric: 'longest_run', half_width: 1, threshold: 3 },
    ],
    thresholds: { heads: [1] },
  },
  {
    model: 'coin',
    permutations: 1,
    steps: { a: { grid: { p: [0.1] }, parameters: { flips: 3 } } },
    results: { key: ['p'] },
  },
  { model: 'kinds', permutations: 1, parameters: { rate: 1, bins: [[0, 1]], scheduler: 'dynamic_only' } },
  {
    model: 'coin',
    permutations: 1,
    settings: { chance: 0.5, most: 3 },
    grid: { p: [0.25, { setting: 'chance' }], flips: { values: [1, 2, 3], at_most: { setting: 'most' } } },
  },
  {
    model: 'coin',
    permutations: 1,
    settings: { most: 3 },
    steps: {
      a: { parameters: { flips: { setting: 'most' } }, grid: { p: { from: 0, to: 1, step: 0.5, at_most: 0.5 } } },
    },
  },
];
const BAD: [string, object][] = [
  ['an unknown key', { model: 'coin', permutations: 1, sed: {} }],
  ['no permutations', { model: 'coin' }],
  ['an unknown parameter', { model: 'coin', permutations: 1, parameters: { q: 1 } }],
  ['a value out of range', { model: 'coin', permutations: 1, grid: { p: [2] } }],
  ['an unknown parameter in a step', { model: 'coin', permutations: 1, steps: { a: { grid: { q: [2] } } } }],
  ['an unknown choice', { model: 'kinds', permutations: 1, parameters: { rate: 1, scheduler: 'lifo' } }],
  ['an unknown metric', { model: 'coin', permutations: 1, thresholds: { tails: 1 } }],
  [
    'the precision of an unknown metric',
    { model: 'coin', permutations: 1, precision: { metric: 'tails', half_width: 1 } },
  ],
  [
    'an unknown metric among several',
    { model: 'coin', permutations: 1, precision: [{ metric: 'tails', half_width: 1 }] },
  ],
];

describe('the JSON Schema for editors', () => {
  test.each(GOOD.map((one) => [JSON.stringify(one).slice(0, 90), one] as const))(
    'accepts what the engine accepts: %s',
    async (_, one) => {
      await expect(study(one)).resolves.toBeDefined();
      validate(one);
      expect(validate.errors).toBeNull();
    },
  );

  test.each(BAD)('marks %s, as the engine does', async (_, one) => {
    await expect(study({ permutations: undefined, ...one })).rejects.toThrow();
    expect(validate(one)).toBe(false);
  });

  it('as the build writes it accepts every study among the examples', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const written = new Ajv({ allErrors: true }).compile(
      JSON.parse(readFileSync(join(root, 'dist/study.schema.json'), 'utf8')) as object,
    );
    const files = exampleStudies();
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      written(parse(readFileSync(join(root, 'examples', file), 'utf8')));
      expect(written.errors, file).toBeNull();
    }
  });

  it("does not judge the parameters of a user's own model", () => {
    expect(validate({ model: './mine.ts', permutations: 1, parameters: { anything: 1 } })).toBe(true);
  });

  it('is complete without any model, too', () => {
    expect(new Ajv().compile(studyJsonSchema([]))({ model: 'x', permutations: 1 })).toBe(true);
  });
});
