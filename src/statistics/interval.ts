/** Lower and upper end. An end that is unbounded or unknown is NaN (null in JSON); an infinite one is a value of the sample that is. */
export type Interval = readonly [lower: number, upper: number];

/** The error probability of the intervals reported: 95 %. */
export const ALPHA = 0.05;
