import type { Signature } from './binary.ts';

/** The version of what engine and module agree on (docs/wasm-models.md), which an exported permafrost_abi() must return. */
export const ABI = 1;

/** What a module is asked for. */
export const EXPORTS: Readonly<Record<string, { readonly signature: Signature; readonly optional?: true }>> = {
  simulate: { signature: '(i32, i32, i32, i32, i32) -> (i32)' },
  buffer: { signature: '(i32) -> (i32)' },
  prepare: { signature: '(i32) -> (i32)', optional: true },
  permafrost_abi: { signature: '() -> (i32)', optional: true },
  _initialize: { signature: '() -> ()', optional: true },
};

/** What a module may import, from `permafrost` and from nowhere else. */
export const IMPORTS: Readonly<Record<string, Signature>> = {
  exp: '(f64) -> (f64)',
  log: '(f64) -> (f64)',
  pow: '(f64, f64) -> (f64)',
  start: '(i32) -> ()',
  uint32: '() -> (i32)',
};

/** Memory of a module that declares none [MiB], and the most that it may declare. */
export const MEMORY_MIB = 256;
export const MOST_MEMORY_MIB = 4095;

/** Seed words of a permutation [4 bytes each]; the last is the number of the study's generator, its place in GENERATORS. */
export const SEED_WORDS = 4;

/** Where everything lies in the room that a module gives, from its beginning [bytes]. */
export interface Layout {
  readonly parameters: number;
  readonly seeds: number;
  /** Words that nobody may write: before the columns, and behind them. */
  readonly guard: number;
  readonly columns: number;
  readonly bytes: number;
  /** Permutations in one call. */
  readonly most: number;
}

export const GUARD_BYTES = 16;
/** What is asked for: it stays in a processor's nearest caches, and a header's static room holds it. */
const ROOM_BYTES = 65536;
const MOST_PERMUTATIONS = 1024;

/** For so many parameters and metrics; more than ROOM_BYTES where a single permutation needs more. */
export function layoutOf(n_parameters: number, n_metrics: number): Layout {
  const seeds = Math.ceil((n_parameters * 8) / 16) * 16;
  const each = SEED_WORDS * 4 + n_metrics * 8;
  const fitting = Math.floor((ROOM_BYTES - seeds - 2 * GUARD_BYTES - 8) / each);
  const most = Math.min(MOST_PERMUTATIONS, Math.max(1, fitting));
  const guard = seeds + most * SEED_WORDS * 4;
  const columns = guard + GUARD_BYTES;
  return { parameters: 0, seeds, guard, columns, bytes: columns + most * n_metrics * 8 + GUARD_BYTES, most };
}
