/** Numbers as people read them. */

export function count(n: number): string {
  return Math.round(n).toLocaleString('en');
}

/** 1,512 and 200,000; from a million on 302.4 M. */
export function short(n: number): string {
  if (Math.abs(n) < 999_999.5) return count(n);
  const unit = Math.abs(n) >= 999.95e6 ? 'G' : 'M';
  return `${(n / (unit === 'G' ? 1e9 : 1e6)).toFixed(1)} ${unit}`;
}

/** To some significant digits, without an exponent where it is short enough without. */
export function number(value: number, digits = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(digits - 1).replace('e+', 'e');
  const rounded = Number(value.toPrecision(digits));
  return rounded.toLocaleString('en', { maximumSignificantDigits: digits });
}

/** Both to the second digit of the error. */
export function withError(value: number, error: number): string {
  if (!(error > 0) || error < 1e-12) return `${number(value, 5)}${error === 0 ? '' : ' ± ?'}`;
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  const text = (each: number): string =>
    each.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return `${text(value)} ± ${text(error)}`;
}

/** By its two largest units: 12 s, 4 min 16 s, 1 h 12 min. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => whole >= size);
  const [name, size] = units[first]!;
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[1]);
  return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${next![0]}` : ''}`;
}

/** Whole percents, and 100 only where all is there. */
export function percent(done: number, total: number): string {
  if (total === 0 || done >= total) return '100 %';
  const share = (100 * done) / total;
  return share > 0 && share < 10 ? `${(Math.floor(10 * share) / 10).toFixed(1)} %` : `${Math.floor(share)} %`;
}
