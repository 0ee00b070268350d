/** The quantiles that are reported, by their name. */
const QUANTILE_NAMES = ['p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99'] as const;

/**
 * The `<statistic>` of the columns `<metric>_<statistic>` of grid_summary.csv, in their order. The columns of thresholds follow them:
 * `<metric>_p_gt_<threshold>` and so on.
 */
export const STATISTIC_NAMES = [
  ...(['n', 'n_nan', 'n_infinite', 'mean', 'sd', 'mcse', 'min', 'max'] as const),
  ...QUANTILE_NAMES,
  'sd_se',
  ...QUANTILE_NAMES.map((name) => `${name}_mcse` as const),
  ...(['mean', ...QUANTILE_NAMES] as const).flatMap((name) => [`${name}_lower` as const, `${name}_upper` as const]),
  ...(['n_finite', 'mean_finite', 'cvar05', 'cvar05_se', 'cvar95', 'cvar95_se', 'largest_share', 'n_at_max'] as const),
  'diagnostics',
] as const;

/** Columns of a model that has a baseline: itself, and the shares of rows below it and equal to it, with their errors. */
export const BASELINE_NAMES = [
  'baseline',
  'baseline_below',
  'baseline_below_se',
  'baseline_equal',
  'baseline_equal_se',
] as const;

/** The text between a metric and the value of a threshold. */
export const THRESHOLD_INFIX = '_p_gt_';
