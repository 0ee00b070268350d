/** What a chunk should cost a worker [ms]: long against the cost of a message, short against a person's patience at Ctrl-C. */
const TARGET_MS = 15;
/** The first chunk of a run, before anything is known of the model's speed. */
const FIRST = 32;
/** Largest chunk: bounds the bytes in flight. */
const LARGEST = 16_384;
/** A chunk grows at most by this factor over the last one. */
const GROWTH = 8;

/**
 * How many permutations the next chunk gets. Fixed with `--chunk N`; else chosen so that a chunk takes about 15 ms, from the time
 * the last ones took. No byte of the result depends on it.
 */
export class LeaseSize {
  private readonly fixed: number | undefined;
  private current: number;

  constructor(chunk: number | 'auto') {
    this.fixed = chunk === 'auto' ? undefined : chunk;
    this.current = this.fixed ?? FIRST;
  }

  next(): number {
    return this.current;
  }

  /** A chunk of `count` permutations took a worker `compute_ms`. */
  observe(count: number, compute_ms: number): void {
    if (this.fixed !== undefined || count === 0) return;
    const wanted = Math.round((TARGET_MS * count) / Math.max(compute_ms, 0.01));
    // Half way to what the last chunk suggests: one slow chunk (the first of a cell prepares it) does not decide.
    const smoothed = Math.ceil((this.current + wanted) / 2);
    this.current = Math.max(1, Math.min(smoothed, this.current * GROWTH, LARGEST));
  }
}
