import type { MetricSpec, Note, ParameterSpec, Ranking, View } from '../../model/model.ts';
import type { BinCounts } from '../../statistics/count-in-bins.ts';
import type { BoundedCell } from '../../statistics/failure-bounds.ts';
import type { Difference } from '../../statistics/difference.ts';
import type { PooledRate } from '../../statistics/pooled-rate.ts';
import type { RunManifest } from '../../stored/manifest.ts';
import type { Failure } from '../../store/failures.ts';
import type { ReportedCell } from './reported-cell.ts';

/** Everything that a report says, gathered from a run on disk. Plain data; the report is a function of it alone. */
export interface ReportData {
  readonly name: string;
  readonly model: string;
  readonly model_version: string;
  /** SHA-256 of every input, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Seed block and streams, as in the manifest. */
  readonly seed: unknown;
  readonly sharing: 'independent' | 'shared';
  /** A row is the mean of an antithetic pair. */
  readonly antithetic?: true;
  readonly permutations: number;
  readonly format: string;
  readonly made_by: { readonly engine: string; readonly node: string; readonly v8: string };
  readonly study_text: string;
  readonly parameters: Readonly<Record<string, Pick<ParameterSpec, 'unit' | 'description'>>>;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  readonly views: readonly View[];
  /** What the report is about, in this order: what was asked to rank by, then what the model names. */
  readonly lead: readonly string[];
  readonly caveats: readonly string[];
  /** Parameters that do not vary; undefined for a run of an earlier version. */
  readonly fixed: RunManifest['fixed'];
  /** What the model says of the inputs. */
  readonly notes: readonly Note[];
  /** The metrics of the unperturbed case of the first cell; null where the model has none. */
  readonly baseline: Readonly<Record<string, number>> | null;
  readonly cells_total: number;
  /** Complete cells in study order. */
  readonly cells: readonly ReportedCell[];
  /** Counts in bins of the metrics that the page can show, by metric. */
  readonly bins: Readonly<Record<string, MetricBins>>;
  /** Cell id -> metric -> its counts. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, CellCounts>>>>;
  /** Undefined where nothing names a metric to rank by, or nothing is to be compared. */
  readonly ranking: RankedCells | undefined;
  readonly pooled: readonly PooledCell[];
  /** Only where they were asked for. */
  readonly paths: readonly CellCourses[];
  readonly incomplete: readonly IncompleteCell[];
  readonly failures: readonly FailedPermutation[];
  /** What the files of complete cells went through, where it was not nothing. */
  readonly disturbed: readonly DisturbedCell[];
}

/** The bins of one metric, which all cells share. */
export interface MetricBins {
  /** Ascending. */
  readonly edges: readonly number[];
  /** All values are whole numbers. */
  readonly whole: boolean;
  readonly log: boolean;
}

/** Exact counts of one cell, in the shared bins cut into 2^halvings parts each. */
export interface CellCounts extends BinCounts {
  readonly halvings: number;
}

/** How permutations of one cell went in time. */
export interface CellCourses {
  readonly cell: ReportedCell;
  readonly along: string;
  /** Permutations 0 .. n - 1; those that failed are left out. */
  readonly n: number;
  readonly courses: readonly FannedCourse[];
}

/** Quantiles over permutations, and the unperturbed case, at each place. */
export interface FannedCourse {
  readonly name: string;
  readonly at: readonly number[];
  readonly bands: Readonly<Record<'p05' | 'p25' | 'p50' | 'p75' | 'p95', readonly number[]>>;
  /** Undefined where there is none; NaN where it has ended. */
  readonly unperturbed: readonly number[] | undefined;
}

export interface IncompleteCell {
  readonly cell_id: string;
  readonly rows: number;
  /** What it is to have; the most, where cells stop early. */
  readonly n_target: number;
  readonly n_failures: number;
  /** Why it is not complete, where that is more than missing rows. */
  readonly reason: string;
  /** Statistics of the first `n` permutations, none of which is missing; undefined where the very first is. */
  readonly partial: { readonly n: number; readonly statistics: ReportedCell['statistics'] } | undefined;
  /** Between what its statistics lie, whatever the failed ones would have given; undefined where nothing failed, or others are missing. */
  readonly bounded: BoundedCell | undefined;
}

export interface FailedPermutation extends Failure {
  readonly cell_id: string;
}

export interface DisturbedCell {
  readonly cell_id: string;
  readonly n_conflicting_duplicates: number;
  readonly n_duplicates_dropped: number;
  readonly n_rows_damaged: number;
}

/** The best cells by the mean of one metric, each held against the best. */
export interface RankedCells extends Ranking {
  /** Differences are of the same permutations (common random numbers), not of independent ones. */
  readonly paired: boolean;
  /** Cells in which the metric has a mean, and those in which it has none. */
  readonly compared: number;
  readonly n_undefined: number;
  /** The best first; not all where there are many. */
  readonly cells: readonly RankedCell[];
}

export interface RankedCell {
  readonly cell: ReportedCell;
  /** Mean of this cell - mean of the best one, with its standard error and 95 % interval; undefined for the best itself. */
  readonly difference: Omit<Difference, 'interval'> | undefined;
  /** The difference is told apart from 0, allowing for the number of cells. */
  readonly told_apart: boolean;
}

/** The rates of a cell over all permutations together, beside the mean of the permutations' rates; by metric. */
export interface PooledCell {
  readonly cell: ReportedCell;
  readonly rates: Readonly<Record<string, PooledRate>>;
}

/** Something that a reader must know before any number. */
export interface ReportFinding {
  /** `good`: as it should be; `note`: worth knowing; `bad`: numbers are missing or doubtful. */
  readonly level: 'good' | 'note' | 'bad';
  /** Numbers are there, and some of them doubtful. */
  readonly doubt?: true;
  readonly text: string;
}
