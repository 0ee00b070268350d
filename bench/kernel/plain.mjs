/**
 * The model `trades` in plain JavaScript (../plain-model.mjs) with a `seedrandom.alea` for each permutation. Only the headline
 * work: skip, delay on both sides with bars, slippage, permute, trade_bootstrap.
 */
import { createModel } from '../plain-model.mjs';
import { seedrandomAlea } from '../seedrandom.mjs';

const row = new Float64Array(8);
let made;

/**
 * @param {import('./cells.mjs').TradesCell} cell
 * @param {number} base_seed
 * @param {number} first
 * @param {number} count
 * @param {Float64Array[]} columns
 */
export function simulatePlain(cell, base_seed, first, count, columns) {
  if (made?.cell !== cell) made = { cell, simulate: createModel(cell) };
  for (let i = 0; i < count; i++) {
    made.simulate(seedrandomAlea((base_seed + Math.imul(first + i, 1000003)) >>> 0), row);
    for (let m = 0; m < 8; m++) columns[m][i] = row[m];
  }
}
