import { EmbeddedModule } from '../webassembly.ts';
import { TRADES_WASM } from '../build/trades.ts';
import { TRADES_METRICS, wanted, type TradesCell } from './cell.ts';
import { delayedPnl, mayMiss } from './delayed.ts';
import { ownDraws } from './draws.ts';
import * as layout from './layout.ts';

/** Permutations per call into the module: its columns stay in the cache. A multiple of 8. */
const ROWS = 256;

interface Exports {
  simulate(base_seed: number, first: number, count: number): void;
}

/** An instance with one cell in its memory. */
interface Loaded {
  readonly cell: TradesCell;
  readonly exports: Exports;
  readonly memory: ArrayBuffer;
  /** Of the cell's metrics, in their order. */
  readonly columns: readonly Float64Array[];
}

const embedded = new EmbeddedModule(TRADES_WASM);
let loaded: Loaded | undefined;

/** This machine can run the module. */
export function tradesWasmRuns(): boolean {
  return embedded.runs;
}

/** As `simulateTradesTwin`, four permutations at a time. Only where `kernelFor(cell)` says so. */
export function simulateTradesWasm(
  cell: TradesCell,
  base_seed: number,
  first: number,
  count: number,
  columns: readonly Float64Array[],
): void {
  if (loaded?.cell !== cell) loaded = loadCell(cell, loaded?.memory, loaded?.exports);
  const { exports, columns: from } = loaded;
  for (let done = 0; done < count; done += ROWS) {
    const rows = Math.min(ROWS, count - done);
    exports.simulate(base_seed, first + done, rows);
    for (let m = 0; m < from.length; m++) {
      columns[m]!.set(rows === ROWS ? from[m]! : from[m]!.subarray(0, rows), done);
    }
  }
}

/** Writes the cell's settings and arrays into memory: the one given, where it is large enough, else a new instance's. */
function loadCell(cell: TradesCell, memory: ArrayBuffer | undefined, exports: Exports | undefined): Loaded {
  const { n } = cell;
  const table = cell.delay === 'ohlc' ? delayedPnl(cell) : undefined;
  const impacts = cell.delay === 'ohlc' && table === undefined;
  const late = cell.intensity.length > 0 && cell.delay === 'ohlc' ? lateWords(cell.intensity) : new Uint32Array(0);
  const blocks = cell.shuffle === 'block_permute' ? Math.ceil(n / cell.block_len) : 0;

  let end = layout.ARRAYS;
  const place = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const arrays = [
    { address: layout.PNL, values: cell.pnl },
    { address: layout.TABLE, values: table?.pnl ?? (impacts ? cell.entry_impact : new Float64Array(0)) },
    { address: layout.EXIT, values: impacts ? cell.exit_impact : new Float64Array(0) },
    { address: layout.FLOOR, values: impacts ? cell.pnl_floor : new Float64Array(0) },
    { address: layout.CEILING, values: impacts ? cell.pnl_ceiling : new Float64Array(0) },
    { address: layout.SHARE_BASE, values: cell.share_base },
    { address: layout.LATE, values: late },
    { address: layout.SCALE, values: cell.slip_scale },
    { address: layout.MULTIPLIERS, values: cell.slip_multiplier },
    { address: layout.MONTH_END, values: cell.month_end },
  ].map((array) => ({ ...array, at: place(array.values.byteLength) }));
  const work = [
    { address: layout.TAPE, at: place(n * 16 * layout.TAPE_PER_TRADE) },
    { address: layout.MASK, at: place(n * 16) },
    // Behind the trades that blocks are taken from on a circle stand the first ones again.
    { address: layout.LIST, at: place((n + cell.block_len) * 32) },
    { address: layout.OTHER, at: place((n + cell.block_len) * 32) },
    { address: layout.RETURNS, at: place(n * 32) },
    { address: layout.ORDER, at: place(blocks * 16) },
    { address: layout.COLUMNS, at: place(TRADES_METRICS.length * ROWS * 8) },
  ];

  if (memory === undefined || exports === undefined || memory.byteLength < end) {
    const instance = embedded.mustInstantiate(end);
    memory = instance.memory;
    // They are what assembly/index.ts says; nothing can check that here.
    exports = instance.exports as Exports;
  }
  const words = new Uint32Array(memory, layout.SETTINGS, (layout.NUMBERS - layout.SETTINGS) / 4);
  for (const { address, at, values } of arrays) {
    words[address] = at;
    if (values instanceof Float64Array) new Float64Array(memory, at, values.length).set(values);
    else new Uint32Array(memory, at, values.length).set(values);
  }
  for (const { address, at } of work) words[address] = at;
  writeSettings(cell, words, impacts);
  const numbers = new Float64Array(memory, layout.NUMBERS, layout.NUMBERS_END);
  numbers[layout.INITIAL_EQUITY] = cell.initial_equity;
  numbers[layout.SHARPE_FACTOR] = cell.sharpe_factor;
  numbers[layout.PROFIT_FACTOR_CAP] = cell.profit_factor_cap;
  numbers[layout.RUIN_LEVEL] = cell.ruin_level;
  numbers[layout.SHARE_FACTOR] = cell.share_factor;
  const start = words[layout.COLUMNS]!;
  const buffer = memory;
  const columns = cell.metrics.map((name) => {
    return new Float64Array(buffer, start + TRADES_METRICS.indexOf(name) * ROWS * 8, ROWS);
  });
  return { cell, exports, memory, columns };
}

/** The kernel's numbers of them: layout.BOOTSTRAP. */
const BOOTSTRAP: Readonly<Record<TradesCell['bootstrap'], number>> = {
  none: 0,
  trade_bootstrap: 1,
  block_bootstrap: 2,
  moving_block_bootstrap: 2,
  stationary_bootstrap: 3,
};

function writeSettings(cell: TradesCell, words: Uint32Array, impacts: boolean): void {
  const choices = cell.delay_bars_max + 1;
  const own = ownDraws(cell);
  const fixed = cell.fixed_draws;
  words[layout.N] = cell.n;
  words[layout.MIN_EXECUTED] = cell.min_executed;
  words[layout.SKIP_REDRAWS] = cell.skip_redraws;
  words[layout.SKIP] = cell.p_skip > 0 ? 1 : 0;
  words[layout.SKIP_LAST] = cell.p_skip > 0 ? Math.ceil(cell.p_skip * 4294967296) - 1 : 0;
  words[layout.DELAY] =
    cell.delay === 'none'
      ? layout.DELAY_NONE
      : impacts
        ? layout.DELAY_BY_IMPACTS
        : choices === 2
          ? layout.DELAY_BY_BITS
          : layout.DELAY_BY_TABLE;
  words[layout.CHOICES] = choices;
  words[layout.FIRST_CHOICES] = cell.one_side ? 2 : choices;
  words[layout.STATE] = cell.intensity.length > 0 ? 1 : 0;
  words[layout.SLIP] = cell.slip ? 1 : 0;
  words[layout.SHUFFLE] = ['none', 'permute', 'block_permute'].indexOf(cell.shuffle);
  words[layout.BOOTSTRAP] = BOOTSTRAP[cell.bootstrap];
  words[layout.BLOCK_STARTS] = cell.bootstrap === 'moving_block_bootstrap' ? cell.n - cell.block_len + 1 : cell.n;
  words[layout.RESTART_LAST] = Math.ceil(cell.restart_chance * 4294967296) - 1;
  words[layout.MAY_MISS] = Number(mayMiss(cell));
  words[layout.SHARES] = Number(cell.shares);
  words[layout.STOP] = Number(cell.stop);
  const want = wanted(cell);
  words[layout.WANT_TALLY] = Number(want.tally);
  words[layout.WANT_RETURNS] = Number(want.returns);
  words[layout.WANT_SORTINO] = Number(want.sortino);
  words[layout.WANT_MORE] = Number(want.more);
  words[layout.WANT_ULCER] = Number(want.ulcer);
  words[layout.BLOCK_LEN] = cell.block_len;
  words[layout.MONTHS] = cell.month_end.length;
  words[layout.DROP_SKIP] = fixed === undefined ? 0 : fixed.skip - own.skip;
  words[layout.DROP_DELAY] = fixed === undefined ? 0 : fixed.delay - own.delay;
  words[layout.DROP_SLIP] = fixed === undefined ? 0 : fixed.slip - own.slip;
  words[layout.DROP_SHUFFLE] = fixed === undefined ? 0 : fixed.shuffle - own.shuffle;
  words[layout.ROWS] = ROWS;
}

/** u < intensity exactly when the word is at most ceil(intensity x 2^32) - 1; never, where that is 0 - 1. */
function lateWords(intensity: Float64Array): Uint32Array {
  const words = new Uint32Array(2 * intensity.length);
  for (let i = 0; i < intensity.length; i++) {
    const below = Math.ceil(intensity[i]! * 4294967296);
    words[2 * i] = below === 0 ? 0 : below - 1;
    words[2 * i + 1] = below === 0 ? 0 : 0xffffffff;
  }
  return words;
}
