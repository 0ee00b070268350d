import Big from 'big.js';

/** Decimals up to which whole numbers are counted with: hundred-millionths. */
const MOST_DECIMALS = 8;
const SCALES = Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => Number(`1e${decimals}`));

/** The sum of decimals as they are printed, rounded once: 0.1 + 0.2 is 0.3. */
export function exactSum(values: readonly number[]): number {
  const scale = scaleOf(values);
  if (scale === undefined) return values.reduce((sum, value) => sum.plus(value), new Big(0)).toNumber();
  let sum = 0;
  for (const value of values) {
    sum += Math.round(value * scale);
    if (!Number.isSafeInteger(sum)) return values.reduce((total, each) => total.plus(each), new Big(0)).toNumber();
  }
  return sum / scale;
}

/** The scale at which all values are whole numbers that doubles hold exactly. */
function scaleOf(values: readonly number[]): number | undefined {
  let decimals = 0;
  for (const value of values) {
    while (decimals <= MOST_DECIMALS && !isWhole(value, SCALES[decimals]!)) decimals++;
    if (decimals > MOST_DECIMALS) return undefined;
  }
  return SCALES[decimals];
}

/** Whether the value is the double nearest to a whole number of 1 / scale. */
function isWhole(value: number, scale: number): boolean {
  const whole = Math.round(value * scale);
  return Number.isSafeInteger(whole) && whole / scale === value;
}
