/** A value that is in no row: why, for failures.csv. */

/** A metric was set to something else than a number. */
export class NotANumber extends Error {
  override readonly name = 'NotANumber';
  constructor(metric: string, value: unknown) {
    super(
      `metric ${metric} is ${describe(value)}, not a number; an undefined value is NaN, and its metric declares missing: true`,
    );
  }
}

/** A metric that is stored got no value. */
export class UnsetMetric extends Error {
  override readonly name = 'UnsetMetric';
  constructor(metric: string) {
    super(`metric ${metric} was not set: simulate must give row.${metric} a value in every permutation`);
  }
}

/** `simulate` gave back what belongs into the row. */
export class ReturnedObject extends Error {
  override readonly name = 'ReturnedObject';
  constructor(metrics: readonly string[]) {
    const [first = 'metric'] = metrics;
    super(`simulate returned an object, which nobody reads: set the metrics of the row instead, row.${first} = …`);
  }
}

/** Is anything computed later? */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

const LONGEST_TEXT = 40;

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isPromise(value)) return 'a promise (await it)';
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `the text ${JSON.stringify(value.slice(0, LONGEST_TEXT))}`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (typeof value === 'boolean' || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
