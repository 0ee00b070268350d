import type { Parameters, ParameterSpec } from '../../model/model.ts';

const IN_RANDOM_MODE = [{ mode: 'random' }];
const IN_CSV_MODE = [{ mode: 'csv' }];

/** Every number of the model is a parameter: nobody has to edit code. Bounds without a reason in theory only keep memory finite. */
export const PARAMETERS = {
  mode: {
    type: 'choice',
    values: ['random', 'csv'],
    default: 'random',
    description:
      'where changes and tests come from: generated, or replayed from the build history in the input `history`',
  },

  resources: {
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 74,
    unit: 'batches',
    description: 'parallel batch slots: the batches of a lone change, and the capacity of verification',
  },
  maxbatch: {
    type: 'integer',
    min: 1,
    max: 100_000,
    default: 684,
    unit: 'changes',
    description: 'window: most changes taken from the queue in one tick',
  },
  maxk: {
    type: 'integer',
    min: 1,
    max: 1000,
    default: 12,
    unit: 'batches per change',
    description: 'upper limit of the column weight K of a design',
  },
  kdiv: { type: 'integer', min: 1, default: 5, description: 'K is at most the number of batches divided by this' },
  flaketol: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.0767,
    unit: 'failure rate',
    description: 'a test gates landing while its estimated failure rate is at most this',
  },
  verify_latency: { type: 'integer', min: 0, default: 6, unit: 'ticks', description: 'duration of a verification' },
  verify_resource_mult: {
    type: 'integer',
    min: 0,
    default: 19,
    description: 'verifications in progress at most: resources times this',
  },
  fix_delay: {
    type: 'integer',
    min: 0,
    default: 108,
    unit: 'ticks',
    description: 'from a rejection to the replacement change',
  },

  bp_threshold_1: {
    type: 'integer',
    min: 0,
    default: 200,
    unit: 'changes',
    active_when: IN_RANDOM_MODE,
    description: 'back-pressure: from this many waiting changes on arrivals are halved',
  },
  bp_threshold_2: {
    type: 'integer',
    min: 0,
    default: 400,
    unit: 'changes',
    active_when: IN_RANDOM_MODE,
    description: 'back-pressure: from here on a quarter arrives',
  },
  bp_threshold_3: {
    type: 'integer',
    min: 0,
    default: 800,
    unit: 'changes',
    active_when: IN_RANDOM_MODE,
    description: 'back-pressure: from here on an eighth arrives',
  },
  traffic: {
    type: 'integer',
    min: 0,
    max: 100_000,
    default: 8,
    active_when: IN_RANDOM_MODE,
    description: 'arrival multiplier: 25 times this many changes per tick on average',
  },
  ntests: {
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 32,
    unit: 'tests',
    active_when: IN_RANDOM_MODE,
    description: 'suite size',
  },
  culprit_prob: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.03,
    unit: 'probability',
    description: 'a generated change is bad (also the replacement changes of csv mode)',
  },
  test_stability: {
    type: 'number',
    min: 0,
    default: 1,
    unit: 'factor',
    active_when: IN_RANDOM_MODE,
    description: 'scales the pass rates of touched tests, the rung "no effect" included',
  },
  hit_rate: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.005,
    unit: 'probability',
    description: 'marginal probability that a change touches a given test',
  },
  optimized: { type: 'boolean', default: false, description: 'one improvement step on each design matrix' },

  priming_ticks: {
    type: 'integer',
    min: 0,
    max: 10_000_000,
    default: 252,
    unit: 'ticks',
    description: 'warm-up: counters are zeroed at its end, the state of the queue is kept',
  },
  measure_ticks: {
    type: 'integer',
    min: 1,
    max: 10_000_000,
    default: 5040,
    unit: 'ticks',
    description: 'measured ticks',
  },
  corrected_priming_ticks: {
    type: 'integer',
    min: 0,
    max: 10_000_000,
    default: 252,
    default_from: 'history',
    unit: 'ticks',
    active_when: IN_CSV_MODE,
    description:
      'warm-up of the corrected statistics; without a value the smaller of 252 and a quarter of the hours of the history',
  },
  ewma_alpha: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.05,
    description: "weight of a new observation in a test's estimated failure rate",
  },
  repair_scale: {
    type: 'number',
    above: 0,
    default: 84,
    unit: 'landings',
    description: 'landings per e-fold in the repair law',
  },
  verify_cost: { type: 'number', min: 0, default: 0.0625, unit: 'batch runs', description: 'cost of one verification' },
  csv_flake_pass_rate: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.5,
    active_when: IN_CSV_MODE,
    description: 'pass rate of a target that the history marks as a flaky success',
  },
  tick_hours: {
    type: 'number',
    above: 0,
    optional: true,
    unit: 'hours',
    description: 'length of a tick in the corrected latencies; without a value 2 in random mode and 1 in csv mode',
  },

  cap_batches: { type: 'boolean', default: false, description: 'no more batches than resources in a tick' },
  singleton: {
    type: 'choice',
    values: ['retry', 'once'],
    default: 'retry',
    description: 'a lone waiting change runs in up to maxk identical batches and lands if any passes, or runs once',
  },
  repair: {
    type: 'choice',
    values: ['instant', 'lagged'],
    default: 'instant',
    description:
      'lagged: tests impaired in this tick are not repaired in it, and a broken test is repaired at a finite rate',
  },
  lagged_repair_base: {
    type: 'number',
    above: 0,
    max: 1,
    default: 0.2,
    active_when: [{ repair: 'lagged' }],
    description: 'a test that passes less often than this is repaired as fast as one that passes this often',
  },
  replacement: {
    type: 'choice',
    values: ['generated', 'clean'],
    default: 'generated',
    description: 'what follows a rejected change: a freshly generated one, or the same without its failing effects',
  },
  arrivals: {
    type: 'choice',
    values: ['fixed', 'poisson'],
    default: 'fixed',
    active_when: IN_RANDOM_MODE,
    description: 'offered changes per tick: the daily pattern itself, or Poisson counts with that mean',
  },
  drain_ticks: {
    type: 'integer',
    min: 0,
    max: 10_000_000,
    default: 0,
    unit: 'ticks',
    active_when: IN_CSV_MODE,
    description: 'ticks without arrivals after the last hour of the history',
  },
  on_malformed: {
    type: 'choice',
    values: ['error', 'skip'],
    default: 'error',
    active_when: IN_CSV_MODE,
    description: 'malformed rows of the history: refuse the file, or drop them and count them',
  },

  score_slowdown: { type: 'number', min: 0, default: 1000, description: 'score: weight of the inverse slowdown' },
  score_innocents: { type: 'number', min: 0, default: 2, description: 'score: cost of an innocent change delayed' },
  score_escapes: { type: 'number', min: 0, default: 20, description: 'score: cost of an escaped culprit' },
  score_resources: { type: 'number', min: 0, default: 0.05, description: 'score: cost of a used resource' },
  score_inactive: { type: 'number', min: 0, default: 100, description: 'score: cost of a test that does not gate' },
  score_wait_scale: {
    type: 'number',
    above: 0,
    default: 20,
    unit: 'ticks',
    description: 'score: the 95th percentile of the wait is divided by this and squared',
  },
} as const satisfies Record<string, ParameterSpec>;

/** Named sets of defaults. `short-verify` stands behind some older figures. */
export const PRESETS = {
  'short-verify': { verify_latency: 2, fix_delay: 60, verify_resource_mult: 16 },
} as const satisfies Record<string, Parameters>;

type ValueOf<Spec> = Spec extends { type: 'choice'; values: readonly (infer Value)[] }
  ? Value
  : Spec extends { type: 'boolean' }
    ? boolean
    : number;

/** All parameters with their types, under their own names. */
export type Settings = { readonly [Name in keyof typeof PARAMETERS]: ValueOf<(typeof PARAMETERS)[Name]> };

/** The settings of one cell. Inactive parameters are absent from `parameters` and have no effect: they get their defaults. */
export function settingsOf(parameters: Parameters): Settings {
  const random = parameters.mode !== 'csv';
  const resolved: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries<ParameterSpec>(PARAMETERS))
    resolved[name] = parameters[name] ?? spec.default;
  resolved.tick_hours ??= random ? 2 : 1;
  // One warm-up in random mode: what is told apart in a short history is the same in a long run.
  if (random) resolved.corrected_priming_ticks = resolved.priming_ticks;
  // The study has checked types and ranges against the same table.
  return resolved as Settings;
}

/** Rules between parameters. */
export function checkParameters(parameters: Parameters): { parameter: string; message: string }[] {
  const settings = settingsOf(parameters);
  const problems: { parameter: string; message: string }[] = [];
  if (settings.bp_threshold_2 < settings.bp_threshold_1) {
    problems.push({ parameter: 'bp_threshold_2', message: 'must not be below bp_threshold_1: the thresholds ascend' });
  }
  if (settings.bp_threshold_3 < settings.bp_threshold_2) {
    problems.push({ parameter: 'bp_threshold_3', message: 'must not be below bp_threshold_2: the thresholds ascend' });
  }
  return problems;
}
