/** A decimal as written: digits x 10^exponent. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** More values than this on one axis are a mistake. */
export const MAX_AXIS_VALUES = 1_000_000;

/**
 * Values from, from + step, ..., to: computed exactly on the decimals as written (the shortest that read back as the numbers
 * given) and rounded to a double once; `to` is included and must be hit. `step` may be negative. A string is the
 * reason why there is no such range, in the words of a list of what is allowed.
 */
export function rangeValues(
  from: number,
  to: number,
  step: number,
): number[] | { readonly at: 'to' | 'step'; readonly allowed: string } {
  const [a, b, s] = [decimal(from), decimal(to), decimal(step)];
  const exponent = Math.min(a.exponent, b.exponent, s.exponent);
  const [first, last, stride] = [scaled(a, exponent), scaled(b, exponent), scaled(s, exponent)];
  const length = last - first;
  if (length !== 0n && length > 0n !== stride > 0n) {
    return { at: 'step', allowed: `a step that leads from ${from} to ${to}: ${length > 0n ? 'above' : 'below'} 0` };
  }
  const steps = length / stride;
  const valueAt = (i: bigint): number => toNumber(first + i * stride, exponent);
  if (steps >= BigInt(MAX_AXIS_VALUES))
    return { at: 'step', allowed: `at most ${MAX_AXIS_VALUES} values on an axis, so a larger step` };
  if (steps * stride !== length) {
    return { at: 'to', allowed: `a value that the range hits: ${valueAt(steps)} or ${valueAt(steps + 1n)}` };
  }
  return Array.from({ length: Number(steps) + 1 }, (_, i) => valueAt(BigInt(i)));
}

function decimal(value: number): Decimal {
  const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
  return { digits: BigInt(`${sign!}${whole!}${fraction}`), exponent: Number(power) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

function toNumber(digits: bigint, exponent: number): number {
  return Number(`${digits}e${exponent}`);
}
