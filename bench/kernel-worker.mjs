/** A worker that computes and nothing else: what the engine's threads are held against. */
import { workerData } from 'piscina';
import { simulateTrades } from '../dist/native-free/trades/simulate.js';
import { makeColumns } from './kernel/cells.mjs';

const { cell, count } = workerData;
const columns = makeColumns(count);

export default function compute(first) {
  simulateTrades(cell, 123, first, count, columns);
}
