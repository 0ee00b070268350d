/** Doubles of every kind, the same for the same seed: random bits, powers of two, decimals, integers, ratios, the named ones. */
export function assortedDoubles(count: number, seed: number): Float64Array {
  const values = new Float64Array(count);
  const bits = new BigUint64Array(values.buffer);
  const mask = (1n << 64n) - 1n;
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 88172645463325252n;
  for (let i = 0; i < count; i++) {
    state ^= (state << 13n) & mask;
    state ^= state >> 7n;
    state ^= (state << 17n) & mask;
    state &= mask;
    const u = Number(state >> 11n) / 2 ** 53;
    const sign = (state & 1n) === 0n ? 1 : -1;
    switch (i % 9) {
      case 0:
      case 1:
      case 2:
        bits[i] = state;
        break;
      case 3:
        values[i] = sign * 2 ** (Number(state % 2098n) - 1074);
        break;
      case 4:
        values[i] = (sign * Math.round(u * 1e8)) / 100;
        break;
      case 5:
        values[i] = sign * Math.floor(u * 10 ** Number(state % 24n));
        break;
      case 6:
        values[i] = sign * Number((u * 100).toPrecision(1 + Number(state % 17n))) * 10 ** (Number(state % 44n) - 22);
        break;
      case 7:
        values[i] = Math.floor(u * 300) / 300;
        break;
      default:
        values[i] = (u - 0.5) * 1e5;
    }
  }
  values.set(NAMED.slice(0, count));
  return values;
}

const NAMED = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  2.225073858507201e-308,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  1e20,
  1e21,
  123_456_789_012_345_683_968,
  1.2345678901234568e21,
  1e-6,
  1e-7,
  -1e-6,
  -1e-7,
  1.5e-7,
  9007199254740991,
  9007199254740992,
  9007199254740994,
  0.1,
  0.3,
  4.35,
  1e22,
  1e23,
  19 * 5e-324,
  2 ** 54,
  1 / 3,
  999,
  100,
  10,
  5e-5,
  123456.789,
];
