/** Requests in order of arrival; request i is row i of every column. */
export interface Workload {
  /** True: drawn from a model of traffic, not from a trace. */
  readonly synthetic?: boolean;
  readonly count: number;
  /** [s], ascending. */
  readonly arrival: Float64Array;
  /** [tokens] */
  readonly prompt: Int32Array;
  /** Really generated [tokens]. */
  readonly output: Int32Array;
  /** What the scheduler believes will be generated [tokens]. */
  readonly predicted: Int32Array;
  /** The rows that bins are taken from, in file order, where they are not the first `sample_for_bins` of these. */
  readonly sample?: { readonly prompt: Int32Array; readonly predicted: Int32Array };
}
