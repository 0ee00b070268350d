import { expect, test } from 'vitest';
import { formatRows } from '#native-free/csv/rows';

/**
 * The kernel writes most numbers with shortened products and takes the whole ones where the bits left out could matter: where the
 * fraction of the product is within some 2^-30 of a whole number. Random numbers never come so near; these are built to.
 */

/** 10^k as a 128-bit number, bit 127 set, rounded up: the kernel's table, made here again. */
function powerOfTen(k: number): bigint {
  const [whole, part] = k >= 0 ? [10n ** BigInt(k), 1n] : [1n, 10n ** BigInt(-k)];
  let scaled = whole << 1300n;
  scaled = (scaled + part - 1n) / part;
  const drop = BigInt(scaled.toString(2).length - 128);
  return (scaled + (1n << drop) - 1n) >> drop;
}

/** The least x >= 0 with low <= (a x mod m) <= high, or undefined (0 <= low <= high < m). */
function firstBetween(a: bigint, m: bigint, low: bigint, high: bigint): bigint | undefined {
  if (low === 0n) return 0n;
  if (a === 0n) return undefined;
  const x = (low + a - 1n) / a;
  if (a * x <= high) return x;
  // a x - m y lies between them where m y mod a lies between -high and -low.
  const y = firstBetween(m % a, a, a - (high % a), a - (low % a));
  return y === undefined ? undefined : (low + m * y + a - 1n) / a;
}

const M = 1n << 128n;

/** Numbers of the exponent `biased` whose product's fraction lies in [low, high] x 2^-128: the nearest of each of some stretches. */
function numbersWithFraction(biased: number, low: bigint, high: bigint): number[] {
  const q = biased - 1075;
  const k = Math.floor(q * Math.log10(2)) - 2;
  const beta = BigInt(q + Math.floor(-k * Math.log2(10)));
  const power = powerOfTen(-k);
  const step = (power << (beta + 1n)) % M;
  const found: number[] = [];
  for (let stretch = 0n; stretch < 8n; stretch++) {
    const start = (1n << 52n) + (stretch << 49n);
    const base = ((2n * start + 1n) * (power << beta)) % M;
    const from = (((low - base) % M) + M) % M;
    const to = from + (high - low);
    if (to >= M) continue;
    const x = firstBetween(step, M, from, to);
    if (x === undefined || x >= 1n << 49n) continue;
    const bits = (BigInt(biased) << 52n) | (start + x - (1n << 52n));
    found.push(new Float64Array(BigUint64Array.of(bits).buffer)[0]!);
  }
  return found;
}

function written(values: readonly number[]): string[] {
  const text = formatRows(new Uint32Array(values.length), [Float64Array.from(values)], 'wasm');
  return Buffer.from(text).toString('latin1').trimEnd().split('\n');
}

const WIDTH = 1n << 98n; // 2^-30 of a unit

test.each([
  { where: 'just below a whole number', low: M - WIDTH, high: M - 1n },
  { where: 'just above one', low: 0n, high: WIDTH },
])('numbers whose product is $where are written as String(x) does', ({ low, high }) => {
  const values: number[] = [];
  for (let biased = 1; biased < 2047; biased++) values.push(...numbersWithFraction(biased, low, high));
  expect(values.length).toBeGreaterThan(10_000);
  expect(written(values)).toEqual(values.map((value) => `0,${value}`));
});

test('quarters, whose upper ends are decimals themselves, are written as String(x) does', () => {
  const values: number[] = [];
  for (let power = 46; power < 53; power++) {
    for (let i = 1; i < 4000; i++) values.push(2 ** power + i / 4, 2 ** (power + 1) - i / 4, -(2 ** power) - i / 8);
  }
  expect(written(values)).toEqual(values.map((value) => `0,${value}`));
});
