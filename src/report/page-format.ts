/**
 * What the page gets beside its own text: columns of numbers, as JSON. The page's program (page/) and the report (page-data.ts) have it in common.
 * Numbers are rounded to six digits, intervals to five; the tables beside the page have all of them.
 */
export interface PageData {
  readonly name: string;
  readonly axes: readonly PageAxis[];
  readonly metrics: readonly PageMetric[];
  /** Metrics of the run that the page does not have. */
  readonly metrics_left: number;
  /** Cell ids, and the permutations of each. */
  readonly ids: readonly string[];
  readonly n: readonly number[];
  /** By axis: the level of each cell. */
  readonly levels: readonly (readonly number[])[];
}

export interface PageAxis {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly levels: readonly string[];
  readonly numeric: boolean;
}

export interface PageMetric {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly description: string;
  readonly good: 'high' | 'low' | '';
  readonly goals: readonly { readonly at: number; readonly means: string }[];
  /** Values are 0 and 1: the mean is a share. */
  readonly share: boolean;
  /** Values that the study asks about. */
  readonly thresholds: readonly number[];
  /** What the page shows first. */
  readonly first: PageStatistic;
  /** By the names of `COLUMNS`: a number a cell; null where undefined, and 'Infinity'. */
  readonly columns: Readonly<Record<PageColumn, readonly PageNumber[]>>;
  /** The unperturbed case of each cell, or of all of them; null where there is none. */
  readonly baseline: readonly PageNumber[] | number | null;
  readonly edges: readonly number[];
  readonly whole: boolean;
  readonly log: boolean;
  readonly counts: readonly PageCounts[];
}

export type PageNumber = number | 'Infinity' | '-Infinity' | null;

/** Halvings; place of the first count among the refined bins; values below all bins, above; permutation of the lowest value, of the highest; counts. */
export type PageCounts = readonly [
  halvings: number,
  from: number,
  below: number,
  above: number,
  lowest: number,
  highest: number,
  counts: readonly number[],
];

export const PAGE_STATISTICS = ['p50', 'mean', 'p05', 'p95', 'cvar05', 'cvar95'] as const;
export type PageStatistic = (typeof PAGE_STATISTICS)[number];

/** Of the mean and the quantiles the ends of the interval, of the tail means the standard error. */
export const COLUMNS = [
  ...(['mean', 'mean_low', 'mean_high', 'mean_error'] as const),
  ...(['p05', 'p05_low', 'p05_high', 'p50', 'p50_low', 'p50_high', 'p95', 'p95_low', 'p95_high'] as const),
  ...(['p25', 'p75', 'cvar05', 'cvar05_error', 'cvar95', 'cvar95_error'] as const),
] as const;
export type PageColumn = (typeof COLUMNS)[number];
