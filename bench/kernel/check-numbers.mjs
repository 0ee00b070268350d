/**
 * Is every number written as String(x) writes it, and read back to the same bits? The long form of the test.
 *
 *   npm run build && node bench/kernel/check-numbers.mjs [millions of values, default 10] [seed]
 *
 * Random bit patterns, all powers of two, decimals of 1 to 17 digits, ratios, integers, neighbours of powers of ten.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { decodeRows, formatRows } from '../../dist/native-free/csv/rows.js';
import { amount } from '../report.mjs';

const [millions = amount(10, 1, 0.1), seed = 1] = process.argv.slice(2).filter((text) => !text.startsWith('--'));
const BLOCK = amount(250_000, 250_000, 100_000);
const blocks = Math.ceil((Number(millions) * 1e6) / BLOCK);
let state = (BigInt(seed) * 0x9e3779b97f4a7c15n + 1n) & 0xffffffffffffffffn;

function next() {
  state ^= (state << 13n) & 0xffffffffffffffffn;
  state ^= state >> 7n;
  state ^= (state << 17n) & 0xffffffffffffffffn;
  return state;
}

function fill(values, bits) {
  for (let i = 0; i < values.length; i++) {
    const random = next();
    const u = Number(random >> 11n) / 2 ** 53;
    const sign = (random & 1n) === 0n ? 1 : -1;
    const kind = i % 8;
    if (kind < 4) bits[i] = random;
    else if (kind === 4)
      values[i] = sign * Number(`${(u * 10).toPrecision(1 + Number(random % 17n))}e${Number(random % 620n) - 310}`);
    else if (kind === 5) {
      // The neighbours of a power of two or of ten.
      values[i] =
        (random & 2n) === 0n
          ? 2 ** (Number((random >> 2n) % 2098n) - 1074)
          : Number(`1e${Number((random >> 2n) % 632n) - 323}`);
      bits[i] += ((random >> 20n) % 3n) - 1n;
    } else if (kind === 6) values[i] = Math.floor(u * 1000) / (1 + Number(random % 999n));
    else values[i] = (sign * Math.round(u * 1e10)) / 100;
  }
}

const perm_index = Uint32Array.from({ length: BLOCK }, (_, i) => i);
const values = new Float64Array(BLOCK);
const bits = new BigUint64Array(values.buffer);
const again = new Float64Array(BLOCK);
let wrong = 0;
for (let block = 0; block < blocks; block++) {
  fill(values, bits);
  const text = Buffer.from(formatRows(perm_index, [values], 'wasm'));
  if (!text.equals(formatRows(perm_index, [values], 'typescript'))) {
    const lines = text.toString('latin1').split('\n');
    for (let i = 0; i < BLOCK; i++) {
      if (lines[i] === `${i},${values[i]}`) continue;
      wrong++;
      process.stdout.write(`written ${lines[i]} instead of ${values[i]}\n`);
    }
  }
  for (const strict of [true, false]) {
    const { rows } = decodeRows(text, new Uint32Array(BLOCK), [again], strict, 'wasm');
    for (let i = 0; i < BLOCK; i++) {
      if (i < rows && Object.is(again[i], values[i] + 0)) continue;
      wrong++;
      process.stdout.write(`read ${again[i]} instead of ${values[i]} (${strict ? 'strict' : 'plain'})\n`);
    }
  }
}
process.stdout.write(`${blocks * BLOCK} values, ${wrong} wrong\n`);
process.exitCode = wrong === 0 ? 0 : 1;
