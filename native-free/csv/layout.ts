/** Where things lie in the memory of the CSV module. Compiled by both sides. Addresses and sizes in bytes. */

/** A number written again to be compared. Constants of the module stand from 768. */
export const AGAIN = 128;
/** Where the first field stands that `decode` did not take. */
export const FAULT = 256;
/** 10^k as 128-bit numbers, normalised (bit 127 set) and rounded up, for k = POWER_MIN .. POWER_MAX: low word, high word. */
export const POWERS = 2048;
export const POWER_MIN = -342;
export const POWER_MAX = 326;
/** perm_index of each row [u32], and the offset behind it [u32]. */
export const ROWS_PER_CALL = 4096;
export const INDICES = 16384;
export const ENDS = 32768;
/** The columns one behind the other [f64]. */
export const COLUMNS = 49152;
export const COLUMN_BYTES = 262144;
/** The text, and behind it bytes that may be read or written over. */
export const TEXT = 311296;
export const TEXT_BYTES = 262144;
export const SLACK = 64;
export const MEMORY_BYTES = 573504;

/** The longest row of `metrics` numbers: 4294967295, then ,-1.2345678901234567e-300 for each, then a newline. */
export function longestRow(metrics: number): number {
  return 11 + 25 * metrics;
}
