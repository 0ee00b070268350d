import type { Rng } from '../../random/generator.ts';
import { HISTORY_COLUMNS, HOUR_MS } from './history.ts';

/** `none`: no flakes. `steady`: flaky targets flake at a rate of their own. `bursts`: they flake for half a day or two now and then. */
export const FLAKE_PATTERNS = ['none', 'steady', 'bursts'] as const;
export type FlakePattern = (typeof FLAKE_PATTERNS)[number];

export interface GenerateOptions {
  /** Changes, 1 or more; targets, 1 or more. */
  readonly changes: number;
  readonly targets: number;
  /** Probability that a change breaks targets of its package. */
  readonly culprit_rate: number;
  readonly flake_pattern: FlakePattern;
  /** Length of the history [days], 1 or more. */
  readonly days: number;
  /** Beginning of the first day [ms since 1970], best a Monday at midnight. */
  readonly start_ms: number;
}

export const GENERATE_DEFAULTS: GenerateOptions = {
  changes: 500,
  targets: 80,
  culprit_rate: 0.03,
  flake_pattern: 'steady',
  days: 14,
  start_ms: Date.UTC(2025, 0, 6),
};

export interface GeneratedHistory {
  readonly csv: string;
  readonly statistics: GeneratedStatistics;
}
export interface GeneratedStatistics {
  readonly records: number;
  readonly changes: number;
  readonly targets: number;
  readonly culprits: number;
  readonly failed_records: number;
  readonly flaky_records: number;
  /** Share of records with success, and of changes without a failed record. */
  readonly record_success_rate: number;
  readonly change_success_rate: number;
  /** First and last creation time, ISO 8601 in UTC. */
  readonly first: string;
  readonly last: string;
}

/** A working day of changes per hour, in proportion; a day of the weekend has this share of it. */
const HOURLY = [1, 1, 1, 1, 1, 2, 3, 6, 12, 18, 20, 18, 12, 16, 20, 20, 18, 14, 8, 5, 4, 3, 2, 1];
const WEEKEND_SHARE = 0.15;
const TARGETS_PER_PACKAGE = 8;
/** A change runs the targets of its own package and this share of the others. */
const OTHER_TARGETS_SHARE = 0.5;
/** A culprit fails one target of its package for certain, each other one with this probability. */
const FURTHER_FAILURE = 0.3;
/** Share of targets that are flaky; how often they flake. */
const FLAKY_TARGETS_SHARE = 0.1;
const STEADY_RATES = [0.01, 0.02, 0.05, 0.1];
const BURST_RATE = 0.3;
const BURST_HOURS = [12, 48] as const;
const DAYS_PER_BURST = 7;

const AREAS = ['storage', 'network', 'search', 'billing', 'frontend', 'security', 'analytics', 'infra', 'mobile', 'ml'];
const PARTS = ['client', 'server', 'cache', 'index', 'parser', 'session', 'router', 'queue'];

/**
 * A build history as a busy repository leaves it: changes in working hours, each running the targets of one package and some of the
 * others, a few of them culprits (labelled so), some targets flaky. A pure function of options and stream.
 */
export function generateHistory(options: GenerateOptions, rng: Rng): GeneratedHistory {
  const names = Array.from({ length: options.targets }, (_, target) => targetName(target));
  const flakes = flakeSource(options, rng);
  const times = creationTimes(options, rng);
  const lines = [HISTORY_COLUMNS.join(',')];
  const counts = { culprits: 0, failed_records: 0, flaky_records: 0 };
  for (const [change, time_ms] of times.entries()) {
    const results = changeResults(options, flakes, (time_ms - options.start_ms) / HOUR_MS, rng);
    if (results.culprit) counts.culprits++;
    const hour = Math.floor(time_ms / HOUR_MS) - Math.floor(options.start_ms / HOUR_MS);
    for (const { target, failed, flaky } of results.records) {
      if (failed) counts.failed_records++;
      if (flaky) counts.flaky_records++;
      lines.push(
        `${change + 1},${names[target]!},${time_ms},${!failed},${flaky},${time_ms},${hour},${results.culprit}`,
      );
    }
  }
  const records = lines.length - 1;
  return {
    csv: `${lines.join('\n')}\n`,
    statistics: {
      records,
      changes: options.changes,
      targets: options.targets,
      ...counts,
      record_success_rate: 1 - counts.failed_records / records,
      change_success_rate: 1 - counts.culprits / options.changes,
      first: new Date(times[0]!).toISOString(),
      last: new Date(times.at(-1)!).toISOString(),
    },
  };
}

function targetName(target: number): string {
  const group = Math.floor(target / TARGETS_PER_PACKAGE);
  const area = AREAS[group % AREAS.length]!;
  const part = PARTS[Math.floor(group / AREAS.length) % PARTS.length]!;
  const again = Math.floor(group / (AREAS.length * PARTS.length));
  return `//${area}/${part}${again === 0 ? '' : again + 1}:${part}_${(target % TARGETS_PER_PACKAGE) + 1}_test`;
}

/** Ascending, in whole milliseconds: an hour by its weight, a moment within it. */
function creationTimes({ changes, days, start_ms }: GenerateOptions, rng: Rng): number[] {
  const cumulative: number[] = [];
  let total = 0;
  for (let hour = 0; hour < days * 24; hour++) {
    const weekday = new Date(start_ms + hour * HOUR_MS).getUTCDay();
    total += HOURLY[hour % 24]! * (weekday === 0 || weekday === 6 ? WEEKEND_SHARE : 1);
    cumulative.push(total);
  }
  const times = Array.from({ length: changes }, () => {
    const at = rng() * total;
    const hour = cumulative.findIndex((weight) => at < weight);
    return start_ms + hour * HOUR_MS + Math.floor(rng() * HOUR_MS);
  });
  return times.sort((a, b) => a - b);
}

interface ChangeResults {
  readonly culprit: boolean;
  readonly records: readonly { readonly target: number; readonly failed: boolean; readonly flaky: boolean }[];
}

function changeResults(
  { targets, culprit_rate }: GenerateOptions,
  flakes: FlakeRate,
  hour: number,
  rng: Rng,
): ChangeResults {
  // The square makes some packages busy and most of them quiet.
  const u = rng();
  const home = Math.floor(u * u * Math.ceil(targets / TARGETS_PER_PACKAGE)) * TARGETS_PER_PACKAGE;
  const home_end = Math.min(home + TARGETS_PER_PACKAGE, targets);
  const culprit = rng() < culprit_rate;
  const broken = home + Math.floor(rng() * (home_end - home));
  const records: { target: number; failed: boolean; flaky: boolean }[] = [];
  for (let target = 0; target < targets; target++) {
    const own = target >= home && target < home_end;
    if (!own && rng() >= OTHER_TARGETS_SHARE) continue;
    const failed = culprit && own && (target === broken || rng() < FURTHER_FAILURE);
    const flaky = !failed && rng() < flakes(target, hour);
    records.push({ target, failed, flaky });
  }
  return { culprit, records };
}

/** Probability that a target flakes, at an hour since the start. */
type FlakeRate = (target: number, hour: number) => number;

function flakeSource({ targets, days, flake_pattern }: GenerateOptions, rng: Rng): FlakeRate {
  if (flake_pattern === 'none') return () => 0;
  const rates = Array.from({ length: targets }, () =>
    rng() < FLAKY_TARGETS_SHARE ? STEADY_RATES[Math.floor(rng() * STEADY_RATES.length)]! : 0,
  );
  if (flake_pattern === 'steady') return (target) => rates[target]!;
  const [shortest, longest] = BURST_HOURS;
  const bursts = rates.map((rate) =>
    Array.from({ length: rate > 0 ? Math.ceil(days / DAYS_PER_BURST) : 0 }, () => {
      const start = rng() * days * 24;
      return { start, end: start + shortest + rng() * (longest - shortest) };
    }),
  );
  return (target, hour) => (bursts[target]!.some(({ start, end }) => hour >= start && hour < end) ? BURST_RATE : 0);
}

/** What `generate` says at the end. */
export function generatedText(s: GeneratedStatistics): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return [
    `records     ${s.records} (${s.changes} changes, ${s.targets} targets)`,
    `culprits    ${s.culprits} of ${s.changes} changes (${percent(s.culprits / s.changes)})`,
    `flaky       ${s.flaky_records} records (${percent(s.flaky_records / s.records)})`,
    `success     ${percent(s.record_success_rate)} of records, ${percent(s.change_success_rate)} of changes`,
    `time range  ${s.first} to ${s.last}`,
  ].join('\n');
}
