/** Lower and upper end. An unbounded end is -Infinity or Infinity, an unknown one NaN (both null in JSON). */
export type Interval = readonly [lower: number, upper: number];

/** The error probability of the intervals reported: 95 %. */
export const ALPHA = 0.05;
