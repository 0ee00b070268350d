import * as z from 'zod';
import { FORMATS } from '../encoding/metrics-schema.ts';
import { GENERATORS } from '../random/generator.ts';
import { MAX_PERMUTATIONS, SCHEMES } from '../random/seeding.ts';

/**
 * The shape of a study file. Every error text here is what is *allowed*: shape.ts makes the sentence around it. What depends on the
 * model (parameter names and ranges, metric names) is checked in surface.ts and study.ts.
 */

/** Neither lone surrogates, which have no UTF-8, nor control characters, which belong in no name and no path. */
const isPlainText = (value: string): boolean => !/[\p{Surrogate}\p{Control}]/u.test(value);

const plainText = (allowed: string) =>
  z.string({ error: allowed }).refine(isPlainText, { error: `${allowed}, without control characters` });
const text = (allowed: string) => plainText(allowed).min(1, { error: allowed });

function integer(min: number, max: number) {
  const error = max === Number.MAX_SAFE_INTEGER ? `an integer, at least ${min}` : `an integer from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

const choice = <const T extends readonly string[]>(values: T) => z.enum(values, { error: values.join(' or ') });

/** The keys an unknown-key problem lists: shape.ts splits them again. */
export const KEY_SEPARATOR = ', ';

/** A map with these keys and no others. */
function map<const S extends z.ZodRawShape>(
  shape: S,
  what = `a map with the keys ${Object.keys(shape).join(KEY_SEPARATOR)}`,
) {
  const keys = Object.keys(shape).join(KEY_SEPARATOR);
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? keys : what) });
}

const named = <T extends z.ZodType>(value: T, what: string) => z.record(z.string(), value, { error: `a map ${what}` });

const finite = z.number({ error: 'a finite number' });
const scalar = z.union([finite, z.string(), z.boolean()], { error: 'a finite number, a text, true or false' });
const list = z.array(z.union([scalar, z.array(scalar)], { error: 'numbers, or pairs of numbers' }), {
  error: 'a list',
});
const value = z.union([scalar, list], { error: 'a finite number, a text, true, false, or a list of numbers' });

const condition = named(
  z.union([scalar, z.array(scalar).min(1, { error: 'at least one value' })], { error: 'a value or a list of values' }),
  'from parameters to the values where the axis applies',
).describe('The axis applies only where these parameters have one of these values');
const range = {
  from: finite.describe('First value'),
  to: finite.describe('Last value: must be hit exactly'),
  step: finite
    .refine((step) => step !== 0, { error: 'a number other than 0' })
    .describe('Exact on the decimals as written'),
};
const bound = finite.describe('Values of the axis above this are left out');
const AXIS = 'a value, a list of values, { from, to, step }, or { values, when, at_most }';
const where = {
  when: condition.optional(),
  at_most: bound.optional(),
};
const axisValue = z.union([scalar, list], { error: 'a finite number, a text, true or false' });
const axisList = z.array(axisValue, { error: AXIS }).min(1, { error: 'at least one value' });
const axis = z.union(
  [
    scalar,
    axisList,
    map({ ...range, ...where }, AXIS),
    map({ values: z.union([scalar, axisList], { error: 'a value or a list of values' }), ...where }, AXIS),
  ],
  { error: AXIS },
);

const parameters = named(value, 'from parameters to values').describe('Fixed parameters');
const grid = named(axis, 'from parameters to axes').describe('Axes, crossed; the last one varies fastest');
const cells = z.array(
  named(
    z.union([value, named(value, 'from parameters to values')], { error: 'a finite number, a text, true or false' }),
    'from parameters to values, perhaps with an id',
  ),
  { error: 'a list of maps from parameters to values' },
);

const seed = map({
  global: integer(0, 4294967295).default(1337).describe('The seed of the study'),
  stride: integer(0, 4294967295)
    .default(0)
    .describe('Offsets of the cells modulo this; 0: none. Only scheme sha256-32'),
  scheme: choice(SCHEMES).optional(),
  // Which generators, and why not the others, is decided in study.ts: a refused one deserves its reason.
  generator: text(GENERATORS.join(', ')).optional(),
  namespace: plainText('a text')
    .max(200, { error: 'a text of at most 200 characters' })
    .default('')
    .describe('Only scheme philox'),
});

const SHARING = 'independent, shared, or { shared: true or the name of the group, antithetic: true }';
const streams = z.union(
  [
    choice(['independent', 'shared']),
    map(
      {
        shared: z
          .union([z.boolean(), text('the name of the group')], { error: 'true, or the name of the group' })
          .default(false)
          .describe('Common random numbers; a name: several studies share them'),
        antithetic: z
          .boolean({ error: 'true or false' })
          .default(false)
          .describe(
            'Each permutation is a pair, with its draws and with the mirrored ones; its row is the mean of both',
          ),
      },
      SHARING,
    ),
  ],
  { error: SHARING },
);

const precision = map({
  metric: text('the name of a metric'),
  quantile: z
    .number({ error: 'a number above 0 and below 1' })
    .gt(0, { error: 'a number above 0 and below 1' })
    .lt(1, { error: 'a number above 0 and below 1' })
    .optional()
    .describe('This quantile of the metric; without quantile and threshold its mean'),
  mean: z.literal(true, { error: 'true' }).optional().describe('The mean of the metric: also where nothing is named'),
  threshold: finite.optional().describe('P(metric > threshold)'),
  half_width: z
    .number({ error: 'a number above 0' })
    .gt(0, { error: 'a number above 0' })
    .describe('Of the 95 % interval, in the unit of the metric, or relative'),
  relative: z.boolean({ error: 'true or false' }).default(false).describe('half_width as a fraction of the estimate'),
  min: integer(1, MAX_PERMUTATIONS)
    .default(1000)
    .describe(
      'Permutations before the first check; the next ones come after min x 2^k. An event that has not been seen yet cannot count: for one of probability p, take at least 3.7 / p',
    ),
});

const derived = z
  .record(z.string(), z.unknown(), { error: '{ from, best, of, otherwise }' })
  .refine((value) => Object.hasOwn(value, 'from'), { error: '{ from, best, of, otherwise }' })
  .describe(
    'Decided by an earlier step: { from: its name, best: a metric or a rule of the model, of: max or min, otherwise: a value }',
  );
const step = map({
  grid: grid.optional(),
  parameters: named(
    z.union([value, derived], { error: 'a value, or { from, best, of, otherwise }' }),
    'from parameters to values',
  ).optional(),
  cells: cells.optional(),
});

const results = map({
  key: z
    .array(text('the name of a parameter'), { error: 'a list of parameters' })
    .min(1, { error: 'at least one parameter' }),
  keep: choice(['last', 'first']).default('last').describe('Which row is kept where two have the same key'),
});

/** The shape of a study file, model-independent. */
export const studySchema = map(
  {
    $schema: z.string({ error: 'a text' }).optional().describe('For editors'),
    name: text('a text')
      .max(200, { error: 'a text of at most 200 characters' })
      .optional()
      .describe('A label; default: the name of the file'),
    model: text('a built-in model, ./file.ts, or a package').describe('A built-in model, ./file.ts, or a package'),
    command: z
      .union(
        [text('the path of a file'), named(z.unknown(), 'that says how the program is run, and declares the model')],
        {
          error: 'a map that says how the program is run, and declares the model, or the path of a file that holds it',
        },
      )
      .optional()
      .describe(
        'Only with model: command. What runs (run, form, files, environment, timeout), and the declaration of the model',
      ),
    inputs: named(text('a path'), 'from inputs to paths').default({}).describe('Paths relative to the study file'),
    settings: named(scalar, 'from settings to their defaults')
      .optional()
      .describe('Values that the command line may give (--set name=value); write { setting: name } where they belong'),
    parameters: parameters.default({}),
    grid: grid.optional(),
    cells: cells.optional(),
    permutations: integer(1, MAX_PERMUTATIONS).describe('Permutations per cell'),
    seed: seed.prefault({}),
    streams: streams.default('independent').describe('shared: common random numbers'),
    cell_ids: choice(['params', 'index']).default('params'),
    metrics: z
      .array(text('the name of a metric'), { error: 'a list of metrics' })
      .min(1, { error: 'at least one metric' })
      .optional()
      .describe('Which metrics are stored, in this order; default: as the model declares'),
    format: choice(FORMATS).default('csv'),
    batch_rows: integer(1, 1_000_000)
      .default(2000)
      .describe('Rows per record batch (arrow: at least 1000) or checksum block (csv)'),
    precision: z
      .union([precision, z.array(precision)], { error: 'a map, or a list of maps' })
      .optional()
      .describe('A cell stops once the 95 % interval is this narrow (for every rule, where there are several)'),
    thresholds: named(
      z.union([finite, z.array(finite)], { error: 'a number or a list of numbers' }),
      'from metrics to numbers',
    )
      .default({})
      .describe('P(metric > t) in summaries'),
    steps: named(step, 'from steps to { grid, parameters, cells }').optional(),
    results: results.optional(),
    output: text('a folder').optional().describe('Relative to the study file; default runs/<name of the file>'),
  },
  'a map that names at least model and permutations',
);

/** One axis, for reading the parts of a study whose other parts are wrong. */
export const axisSchema = axis;
export const valueSchema = value;
export const axisValueSchema = axisValue;
export const boundSchema = bound;
export const precisionSchema = precision;
export type RawAxis = z.infer<typeof axis>;
export type RawStudy = z.infer<typeof studySchema>;
export type RawCondition = z.infer<typeof condition>;
/** What the rows must be precise enough for. One of quantile, threshold, mean; none is the mean, too. */
export type Precision = z.infer<typeof precision>;
