import type { InputGenerator } from '../../model/generator.ts';
import type { Parameters } from '../../model/model.ts';
import {
  FLAKE_PATTERNS,
  GENERATE_DEFAULTS,
  generatedText,
  generateHistory,
  type FlakePattern,
  type GenerateOptions,
} from './generate-history.ts';

/** A text of more records would not fit into one string. */
const MOST_RESULTS = 8_000_000;

/** `permafrost generate build-history`: a build history in the eight-column format. */
export const buildHistoryGenerator: InputGenerator = {
  name: 'build-history',
  description: 'a build history for the model submit-queue: one row per change and target that it ran',
  options: {
    changes: {
      type: 'integer',
      min: 1,
      max: 1_000_000,
      default: GENERATE_DEFAULTS.changes,
      description: 'changes, mostly in working hours',
    },
    targets: {
      type: 'integer',
      min: 1,
      max: 100_000,
      default: GENERATE_DEFAULTS.targets,
      description: 'targets, in packages of eight',
    },
    culprit_rate: {
      type: 'number',
      min: 0,
      max: 1,
      default: GENERATE_DEFAULTS.culprit_rate,
      description: 'probability that a change breaks targets of its package',
    },
    flake_pattern: {
      type: 'choice',
      values: FLAKE_PATTERNS,
      default: GENERATE_DEFAULTS.flake_pattern,
      description:
        'none, or a tenth of the targets flaky: always at a rate of their own (steady), or now and then (bursts)',
    },
    days: {
      type: 'integer',
      min: 1,
      max: 3660,
      default: GENERATE_DEFAULTS.days,
      description: 'length in days, nights and weekends included',
    },
    start: {
      type: 'string',
      default: new Date(GENERATE_DEFAULTS.start_ms).toISOString().slice(0, 10),
      description: 'first day (UTC), YYYY-MM-DD',
    },
  },
  check: ({ changes, targets, start }) => [
    ...(Number(changes) * Number(targets) > MOST_RESULTS
      ? [{ parameter: 'changes', message: `changes times targets must be at most ${MOST_RESULTS}` }]
      : []),
    ...(dayOf(String(start)) === undefined
      ? [{ parameter: 'start', message: `"${String(start)}" is not a day from 1970 on, written YYYY-MM-DD` }]
      : []),
  ],
  generate: (options, rng) => {
    const { csv, statistics } = generateHistory(generateOptions(options), rng);
    return { text: csv, statistics, statistics_text: generatedText(statistics) };
  },
};

function generateOptions(options: Parameters): GenerateOptions {
  return {
    changes: Number(options.changes),
    targets: Number(options.targets),
    culprit_rate: Number(options.culprit_rate),
    // Checked against the same list.
    flake_pattern: options.flake_pattern as FlakePattern,
    days: Number(options.days),
    start_ms: dayOf(String(options.start))!,
  };
}

/** Midnight (UTC) at the beginning of a day, in milliseconds since 1970; undefined for text that is not a day. */
function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time_ms = Date.parse(text);
  // 30 February is taken for 2 March.
  return time_ms >= 0 && new Date(time_ms).toISOString().startsWith(text) ? time_ms : undefined;
}
