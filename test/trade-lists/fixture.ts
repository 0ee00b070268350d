import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { canonicalCsv } from '../../src/trade-lists/canonical-csv.ts';
import { readTradeList, type TradeListRead } from '../../src/trade-lists/read-trade-list.ts';
import type { ReadOptions } from '../../src/trade-lists/text/options.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures/trade-lists/', import.meta.url));

export function readFixture(name: string, options: ReadOptions = {}): TradeListRead {
  return readTradeList([{ path: name, bytes: readFileSync(`${FIXTURES}${name}`) }], options);
}

/** A list given as text. */
export function readText(text: string, options: ReadOptions = {}): TradeListRead {
  return readTradeList([{ path: 'list.csv', bytes: new TextEncoder().encode(text) }], options);
}

/** The rows of the canonical CSV, without its header. */
export function rowsOf(read: TradeListRead): string[] {
  return canonicalCsv(read.trades).trimEnd().split('\n').slice(1);
}

/** The message of the error that reading a text ends with. */
export function errorOf(text: string, options: ReadOptions = {}): string {
  try {
    readText(text, options);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was read');
}
