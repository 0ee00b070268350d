/**
 * What every random generator of the engine looks like to a model.
 *
 * A worker holds ONE `Rng` function object per generator and reseeds it in place for each permutation:
 * a call site that sees many closures becomes megamorphic and twice as slow.
 */
export interface Rng {
  /** Next uniform on [0, 1): the generator's 32-bit output x 2^-32 (`arc4`: its own 53-bit double). One draw. */
  (): number;
  /** The next 32-bit output as an unsigned integer, 0 .. 2^32 - 1. One draw. */
  uint32(): number;
  /** floor(u * m) for the next uniform u: an index 0 .. m - 1. One draw. `m` is an integer, 1 .. 2^21 - 1. */
  index(m: number): number;
  /**
   * The next uniforms, in their order: what `values.length` calls of `rng()` give, to the bit, and that many draws. For loops over arrays, which then call
   * nothing; worth its while from some 50 values on.
   */
  fill(values: Float64Array): void;
  /**
   * An independent stream of the same permutation, `component` = 1, 2, ... or a name (`'arrivals'`); it starts at its beginning at every call.
   * Scheme `philox`: the counter's component word. Scheme `sha256-32`: the generator started at
   * fmix32(seed + component * 0x9e3779b9 mod 2^32), fmix32 being the finaliser of MurmurHash3. A name stands for a number from 2^31 on,
   * which is a hash of it (`namedComponent`): it meets no smaller number, and two names with one number are an error.
   * There is one function object per component, too.
   */
  substream(component: number | string): Rng;
}

/** The generators of a study's `seed.generator`. */
export const GENERATORS = ['alea', 'tychei', 'arc4', 'xor4096', 'sfc32', 'philox'] as const;
export type GeneratorName = (typeof GENERATORS)[number];

/**
 * Where the streams of one cell come from: all that a worker needs to start the stream of any permutation.
 * `sha256-32`: `base_seed`, so that seed(perm) = (base_seed + perm * 1000003) mod 2^32. `philox`: two key words.
 */
export type StreamSource = Antithetic &
  (
    | { readonly scheme: 'sha256-32'; readonly generator: Exclude<GeneratorName, 'philox'>; readonly base_seed: number }
    | { readonly scheme: 'philox'; readonly generator: 'philox'; readonly key: readonly [number, number] }
  );

/** There and true where each permutation is a pair: computed with its draws and with the mirrored ones, its row being the mean of both. */
export interface Antithetic {
  readonly antithetic?: true;
}

/** The streams of a chunk: permutations `first` .. `first + count - 1` of one cell. */
export interface Streams {
  readonly source: StreamSource;
  /** perm_index of the chunk's first permutation. */
  readonly first: number;
  readonly count: number;
  /** Of antithetic pairs, which of the two these are: with the draws as they are, or mirrored. */
  readonly half?: 'plain' | 'mirrored';
  /** The one `Rng` object, restarted at the beginning of the stream of permutation `first + i`. */
  rng(i: number): Rng;
}
