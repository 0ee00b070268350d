import { LARGEST_CHUNK } from '../../execute/messages.ts';

/** What a chunk should cost a worker [ms]: long against the cost of a message, short against a person's patience at Ctrl-C. */
const TARGET_MS = { threads: 18, queue: 1_000 };
/** Most permutations of a chunk that goes over a queue: its result is one message. */
const LARGEST_QUEUED_CHUNK = 8 * LARGEST_CHUNK;
/** The first chunk of a run, before anything is known of the model's speed. */
const FIRST = 32;
/** A chunk grows at most by this factor over the last one. */
const GROWTH = 8;
/** One chunk raises what a permutation is thought to cost by this factor at most. */
const SLOWER = 1.5;

/**
 * How many permutations the next chunk gets. Fixed with `--chunk N`; else the power of two with which a chunk takes about 18 ms (over a queue,
 * a second), from the time the last ones took: 13 to 25 ms. Chunks end at multiples of their size, so that a size which followed every measurement would cut most
 * of them short. No byte of the result depends on it.
 */
export class LeaseSize {
  private readonly fixed: number | undefined;
  private current: number;
  /** What a permutation costs a worker [ms]. */
  private per_permutation_ms = Infinity;
  private readonly target_ms: number;
  private readonly largest: number;

  constructor(chunk: number | 'auto', who: keyof typeof TARGET_MS = 'threads') {
    this.target_ms = TARGET_MS[who];
    this.largest = who === 'queue' ? LARGEST_QUEUED_CHUNK : LARGEST_CHUNK;
    this.fixed = chunk === 'auto' ? undefined : chunk;
    this.current = this.fixed ?? FIRST;
  }

  next(): number {
    return this.current;
  }

  /** A chunk of `count` permutations took a worker `compute_ms`. */
  observe(count: number, compute_ms: number): void {
    if (this.fixed !== undefined || count === 0) return;
    // Faster is believed at once. Slower may be a heavier cell, but also one that was just prepared, or a worker that had to wait for a
    // processor: believed step by step, so that chunks do not shrink on a machine that is shared.
    const seen_ms = Math.max(compute_ms, 0.01) / count;
    this.per_permutation_ms = Math.min(seen_ms, this.per_permutation_ms * SLOWER);
    const wanted = 2 ** Math.round(Math.log2(this.target_ms / this.per_permutation_ms));
    this.current = Math.max(1, Math.min(wanted, this.current * GROWTH, this.largest));
  }
}
