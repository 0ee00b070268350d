import { readHistory } from '../../../src/models/submit-queue/read-history.ts';
import { correctedStatistics } from '../../../src/models/submit-queue/corrected-statistics.ts';
import { rejectedOf, verifiedOf } from '../../../src/models/submit-queue/counters.ts';
import { settingsOf, type Settings } from '../../../src/models/submit-queue/parameters.ts';
import { referenceStatistics } from '../../../src/models/submit-queue/reference-statistics.ts';
import { createReplicate } from '../../../src/models/submit-queue/replicate.ts';
import { runReplicate, type Outcome } from '../../../src/models/submit-queue/run-replicate.ts';
import type { Parameters } from '../../../src/model/model.ts';
import { sharedFile } from './shared-data.ts';
import { streamOf } from './streams-of.ts';

interface OracleStatistic {
  readonly mean: number | null;
  readonly sd: number | null;
  readonly n: number;
}
export interface OracleSet {
  readonly id: string;
  readonly mode: 'random' | 'csv';
  readonly csv?: string;
  readonly heldout: boolean;
  readonly params: Parameters;
  readonly n: number;
  readonly stats: Readonly<Record<string, OracleStatistic>>;
}

export function oracleSets(): OracleSet[] {
  const oracle = JSON.parse(new TextDecoder().decode(sharedFile('oracle', 'submit-queue.json'))) as {
    sets: OracleSet[];
  };
  return oracle.sets;
}

/** Files of the oracle and where they are kept. */
const FILES: Readonly<Record<string, string>> = { 'dune_debian11_gcc10_onset.8col.csv': 'dune_debian11_onset.csv' };

/** All statistics of the oracle for one replicate, under its names; NaN is undefined there too. */
function oracleStatistics(outcome: Outcome, settings: Settings): Record<string, number> {
  const { reference, queue } = outcome;
  const c = reference.counters;
  const mean = (sum: number): number => sum / c.ticks;
  const statistics: Record<string, number> = {
    x_total_minibatches: c.batch_runs,
    x_passed_minibatches: c.batches_passed,
    x_total_submitted: c.landings,
    x_submitted_measured: reference.opened ? c.landings : 0,
    x_mean_wait_ticks: c.landings === 0 ? Number.NaN : c.wait_ticks / c.landings,
    x_verifications_started: c.verifications_started,
    x_victims: verifiedOf(c),
    x_batch_slots: c.batch_slots,
    x_used_batch_slots: c.batch_runs,
    x_arrivals: c.arrivals,
    x_replacements: c.replacements,
    x_replacement_culprits: c.replacements_culprit,
    x_soft_created: c.arrivals_soft,
    x_hard_created: c.arrivals_culprit,
    x_suspect_hard: c.suspected_culprit,
    x_suspect_soft: c.suspected_soft,
    x_suspect_innocent: c.suspected_innocent,
    x_cleared_hard: c.cleared_culprit,
    x_cleared_soft: c.cleared_soft,
    x_cleared_innocent: c.cleared_innocent,
    x_vfail_hard: c.rejected_culprit,
    x_vfail_soft: c.rejected_soft,
    x_vfail_innocent: c.rejected_innocent,
    x_vpass_hard: c.verified_culprit,
    x_vpass_soft: c.verified_soft,
    x_vpass_innocent: c.verified_innocent,
    x_vfail_labelled: c.rejected_labelled,
    x_vfail_unlabelled: rejectedOf(c) - c.rejected_labelled,
    x_vpass_labelled: c.verified_labelled,
    x_vpass_unlabelled: verifiedOf(c) - c.verified_labelled,
    x_gross_demotions: c.demotions,
    x_gross_promotions: c.promotions,
    x_ticks: c.ticks,
    x_busy_ticks: c.busy_ticks,
    x_mean_verify_queue: mean(c.verification_sum),
    x_mean_fix_queue: mean(c.fixing_sum),
    x_mean_active_tests: mean(c.active_tests_sum),
    x_mean_impaired_tests: mean(c.impaired_tests_sum),
    x_mean_broken_tests: mean(c.broken_tests_sum),
    x_end_pending: queue.pending.length,
    x_end_verify: queue.verification.length,
    x_end_fixing: queue.fixing.length,
    x_mean_batches: c.busy_ticks === 0 ? Number.NaN : c.batch_slots / c.busy_ticks,
    x_mean_k: c.busy_ticks === 0 ? Number.NaN : c.column_weights / c.busy_ticks,
    x_backpressure_ticks: c.backpressure_ticks,
    x_suppressed_arrivals: c.suppressed_arrivals,
  };
  for (const [name, value] of Object.entries(referenceStatistics(outcome, settings))) {
    statistics[name.replace('reference_', '')] = Number.isFinite(value) ? value : Number.NaN;
  }
  // The corrected statistics are made of the same counters; that they can be made at all is part of every replicate.
  correctedStatistics(outcome, settings);
  return statistics;
}

export interface Comparison {
  readonly statistic: string;
  readonly ours: number;
  readonly theirs: number;
  /** Difference of means in standard errors; 0 where both are constant and equal, Infinity where constant and different. */
  readonly z: number;
}

/** Runs `n` replicates of a set and compares every statistic of the oracle. */
export function compareSet(set: OracleSet, n: number, base_seed: number): Comparison[] {
  const settings = settingsOf({ ...set.params, mode: set.mode });
  const file = set.csv === undefined ? undefined : (FILES[set.csv] ?? set.csv);
  const history = file === undefined ? undefined : readHistory(file, sharedFile('data', 'submit-queue', file));
  const replicate = createReplicate(settings, history);
  const values = new Map<string, number[]>(Object.keys(set.stats).map((name) => [name, []]));
  for (let perm = 0; perm < n; perm++) {
    const statistics = oracleStatistics(runReplicate(replicate, streamOf(base_seed, perm)), settings);
    for (const [name, column] of values) {
      if (!(name in statistics)) throw new Error(`the oracle has a statistic that we do not compute: ${name}`);
      if (!Number.isNaN(statistics[name])) column.push(statistics[name]!);
    }
  }
  return [...values].map(([statistic, column]) => ({ statistic, ...compared(column, set.stats[statistic]!) }));
}

function compared(
  column: readonly number[],
  { mean, sd, n }: OracleStatistic,
): { ours: number; theirs: number; z: number } {
  const m = column.reduce((sum, x) => sum + x, 0) / column.length;
  // Undefined in every replicate, on both sides.
  if (column.length === 0 && n === 0) return { ours: Number.NaN, theirs: Number.NaN, z: 0 };
  const variance = column.reduce((sum, x) => sum + (x - m) * (x - m), 0) / (column.length - 1);
  const standard_error = Math.sqrt(variance / column.length + ((sd ?? 0) * (sd ?? 0)) / n);
  const theirs = mean ?? Number.NaN;
  const difference = m - theirs;
  if (standard_error < 1e-12 * Math.abs(theirs) || standard_error === 0) {
    const z = Math.abs(difference) <= 1e-9 * Math.max(1, Math.abs(theirs)) ? 0 : Infinity;
    return { ours: m, theirs, z };
  }
  return { ours: m, theirs, z: difference / standard_error };
}

export interface Verdict {
  readonly values: number;
  readonly mean_z2: number;
  readonly beyond_2: number;
  readonly largest: Comparison;
}

/** Over the statistics that vary on either side. */
export function verdict(comparisons: readonly Comparison[]): Verdict {
  const largest = comparisons.reduce((most, one) =>
    Math.abs(one.z) > Math.abs(most.z) || Number.isNaN(one.z) ? one : most,
  );
  const varying = comparisons.filter(({ z }) => z !== 0);
  return {
    values: varying.length,
    mean_z2: varying.reduce((sum, { z }) => sum + z * z, 0) / varying.length,
    beyond_2: varying.filter(({ z }) => Math.abs(z) > 2).length / varying.length,
    largest,
  };
}

export function verdictLine(id: string, n: number, { values, mean_z2, beyond_2, largest }: Verdict): string {
  const worst = `${largest.statistic} ${largest.ours.toPrecision(5)} against ${largest.theirs.toPrecision(5)}`;
  return `${id.padEnd(26)} ${String(n).padStart(5)} ${String(values).padStart(6)} ${mean_z2.toFixed(2).padStart(8)} ${(100 * beyond_2).toFixed(1).padStart(7)} % ${largest.z.toFixed(2).padStart(7)}  ${worst}`;
}
export const VERDICT_HEADER = `${'set'.padEnd(26)} ${'n'.padStart(5)} ${'values'.padStart(6)} ${'mean z2'.padStart(8)} ${'|z|>2'.padStart(9)} ${'largest'.padStart(7)}`;

/** z of every statistic (rows) in every set (columns); `=` where both sides are constant and equal, `-` where undefined on both. */
export function zTable(sets: readonly { readonly id: string; readonly comparisons: readonly Comparison[] }[]): string {
  const names = [...new Set(sets.flatMap(({ comparisons }) => comparisons.map(({ statistic }) => statistic)))];
  const short = (id: string): string => id.split('-')[0]!;
  const header = ['z'.padEnd(26), ...sets.map(({ id }) => short(id).padStart(6))].join(' ');
  const rows = names.map((name) => {
    const cells = sets.map(({ comparisons }) => zText(comparisons.find(({ statistic }) => statistic === name)));
    return [name.padEnd(26), ...cells.map((cell) => cell.padStart(6))].join(' ');
  });
  return [header, ...rows].join('\n');
}

function zText(comparison: Comparison | undefined): string {
  if (comparison === undefined) return '';
  const { z, ours } = comparison;
  return z !== 0 ? z.toFixed(2) : Number.isNaN(ours) ? '-' : '=';
}
