/**
 * The model `trades` in plain JavaScript (../plain-model.mjs) with a `seedrandom.alea` for each permutation. Only the headline
 * work: skip, delay on both sides with bars, slippage, permute, trade_bootstrap.
 */
import seedrandom from 'seedrandom';
import { createModel } from '../plain-model.mjs';

const row = new Float64Array(8);
let made;

export function simulatePlain(cell, base_seed, first, count, columns) {
  if (made?.cell !== cell) made = { cell, simulate: createModel(cell) };
  for (let i = 0; i < count; i++) {
    made.simulate(seedrandom.alea((base_seed + Math.imul(first + i, 1000003)) >>> 0), row);
    for (let m = 0; m < 8; m++) columns[m][i] = row[m];
  }
}
