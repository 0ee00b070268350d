/** Numbers as people read them. Never for files: there a number is printed with all its digits. */

/** To `digits` significant digits, without an exponent between 1e-5 and 1e15: 0.001234, 1,234,568. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e15)) return value.toExponential(digits - 1);
  const decimals = Math.min(100, Math.max(0, digits - 1 - exponentOf(Number(value.toPrecision(digits)))));
  return grouped(value.toFixed(decimals));
}

/**
 * A value with its standard error, both to the error's second significant digit: `1.3630 ± 0.0042`.
 * Without a usable error (NaN, infinite) the value alone, to four digits, with `± ?`; without error (0) the value alone.
 */
export function formatWithError(value: number, error: number): string {
  if (!Number.isFinite(value)) return String(value);
  // Without an error the value is exact: as short as possible.
  if (error === 0)
    return formatNumber(value, 6)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  if (!Number.isFinite(error)) return `${formatNumber(value)} ± ?`;
  if (error < 1e-15 || Math.abs(value) >= 1e15) return `${value.toExponential(3)} ± ${error.toExponential(1)}`;
  const decimals = decimalsFor(error);
  return `${grouped(value.toFixed(decimals))} ± ${grouped(error.toFixed(decimals))}`;
}

/** Decimals down to the second significant digit of an error. */
function decimalsFor(error: number): number {
  return Math.min(20, Math.max(0, 1 - exponentOf(Number(error.toPrecision(2)))));
}

/** An interval as exact as its error, or without one as its width: `[1.3548, 1.3712]`; empty where it has neither. */
export function formatInterval([low, high]: readonly [number, number], error: number): string {
  const unit = error > 0 ? error : (high - low) / 4;
  if (!Number.isFinite(low) || !Number.isFinite(high) || !(unit > 0) || unit < 1e-15) return '';
  const decimals = decimalsFor(unit);
  return `[${grouped(low.toFixed(decimals))}, ${grouped(high.toFixed(decimals))}]`;
}

/** A count: `1,512`, `200,000`, from a million on `302.4 M`, `1.2 G`. */
export function formatCount(count: number): string {
  if (Math.abs(count) < 999_999.5) return grouped(String(Math.round(count)));
  return scaled(count / 1e6, ['M', 'G', 'T', 'P']);
}

/** A whole number with all its digits: `212,800,000`. Not by toLocaleString, whose first call loads tables for some 20 ms. */
export function inFull(n: number): string {
  return grouped(String(n));
}

/** How many there are, in full: `1 cell`, `200,000 permutations`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${inFull(n)} ${n === 1 ? one : many}`;
}

/** A size in bytes, decimal units: `512 B`, `14.4 MB`. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : scaled(bytes / 1000, ['kB', 'MB', 'GB', 'TB', 'PB']);
}

/** A duration [s] by its two largest units: `350 ms`, `3.2 s`, `12 s`, `4 min 16 s`, `1 h 12 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!(seconds >= 0) || seconds === Infinity) return 'unknown';
  if (seconds < 0.9995) return seconds < 0.001 ? '< 1 ms' : `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const units = [
    ['d', 86400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  // Rounded to the smaller unit that is shown, so that 59.9 min is 1 h and not 60 min.
  for (const [i, [name, size]] of units.entries()) {
    const [smallerName, smaller] = units[i + 1] ?? ['', size];
    const total = Math.round(seconds / smaller) * smaller;
    if (total < size) continue;
    const rest = Math.round((total % size) / smaller);
    return `${Math.floor(total / size)} ${name}${rest > 0 && smallerName !== '' ? ` ${rest} ${smallerName}` : ''}`;
  }
  return `${Math.round(seconds)} s`;
}

/** One decimal, in the first unit that needs no more than three digits before the point. */
function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  let size = value;
  for (; unit < units.length - 1 && Math.abs(Number(size.toFixed(1))) >= 1000; unit++) size /= 1000;
  return `${size.toFixed(1)} ${units[unit]!}`;
}

function exponentOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
}

/** Thousands separated by commas in front of the point. */
function grouped(digits: string): string {
  const [whole, ...fraction] = digits.split('.');
  return [whole!.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
}
