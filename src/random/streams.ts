import { aleaWasmRuns } from '#native-free/alea/wasm';
import { useWasm, type Kernel } from '#native-free/kernel';

import { createAlea, createAleaAhead, type AleaAhead } from './alea.ts';
import { createArc4 } from './arc4.ts';
import type { GeneratorName, Rng, Streams, StreamSource } from './generator.ts';
import { createPair, LAST_OF_32_BITS, LAST_OF_53_BITS, type PairRng } from './mirror.ts';
import { createPhilox } from './philox.ts';
import type { PhiloxRng } from './philox.ts';
import type { SeededRng } from './seeded.ts';
import { seedOf } from './seeding.ts';
import { createSfc32 } from './sfc32.ts';
import { createTychei } from './tychei.ts';
import { createXor4096 } from './xor4096.ts';

const CREATE: Readonly<Record<Exclude<GeneratorName, 'philox'>, () => SeededRng>> = {
  alea: () => createAlea(),
  tychei: () => createTychei(),
  arc4: () => createArc4(),
  xor4096: () => createXor4096(),
  sfc32: () => createSfc32(),
};

/** A new generator of scheme `sha256-32`, apart from the one that `createStreams` hands out. */
export function createSeededRng(generator: Exclude<GeneratorName, 'philox'>): SeededRng {
  return CREATE[generator]();
}

/**
 * The one object per generator of this thread: a model's call sites then see the same function for ever and stay
 * monomorphic. What it holds is overwritten by every restart, so no permutation leaves anything for the next.
 */
const seeded = new Map<string, SeededRng>();
let philox: PhiloxRng | undefined;
/** Of the generators above, for studies whose permutations are antithetic pairs. */
const pairs = new Map<Rng, PairRng>();
let ahead: { readonly rng: AleaAhead; base_seed: number } | undefined;

/**
 * The streams of permutations `first` .. `first + count - 1` of the cell that `source` describes.
 * All streams of a thread share one `Rng` object per generator: use one permutation's stream up before
 * asking for the next. `kernel` says whether alea's streams may be drawn ahead in WebAssembly (then the object is another
 * one); it never changes a draw. `half`: of an antithetic pair.
 */
export function createStreams(
  source: StreamSource,
  first: number,
  count: number,
  kernel: Kernel = 'auto',
  half: Streams['half'] = 'plain',
): Streams {
  // Found when the first stream is asked for: many models of whole chunks draw in kernels of their own.
  let restart: Restart | undefined;
  if (source.antithetic === undefined) {
    return { source, first, count, rng: (i) => (restart ??= restartOf(source, kernel))(first + i) };
  }
  const restartHalf = (): Restart => inPairs(restartOf(source, kernel), source, half === 'mirrored');
  return { source, first, count, half, rng: (i) => (restart ??= restartHalf())(first + i) };
}

/** The same streams, their draws being those of one half of an antithetic pair. */
function inPairs(restart: Restart, { generator }: StreamSource, mirrored: boolean): Restart {
  return (perm_index) => {
    const source = restart(perm_index);
    let pair = pairs.get(source);
    if (pair === undefined) {
      pair = createPair(source, generator === 'arc4' ? LAST_OF_53_BITS : LAST_OF_32_BITS);
      pairs.set(source, pair);
    }
    pair.mirror(mirrored);
    return pair;
  };
}

/** The generator of a thread, taken to the beginning of the stream of permutation `perm_index`. */
type Restart = (perm_index: number) => Rng;

function restartOf(source: StreamSource, kernel: Kernel): Restart {
  if (source.scheme === 'philox') {
    const rng = (philox ??= createPhilox());
    return (perm_index) => {
      rng.restart(source.key, perm_index);
      return rng;
    };
  }
  const { generator, base_seed } = source;
  if (generator === 'alea' && useWasm(kernel, aleaWasmRuns)) {
    const rng = aheadFor(base_seed);
    return (perm_index) => {
      rng.startAt(base_seed, perm_index);
      return rng;
    };
  }
  let rng = seeded.get(generator);
  if (rng === undefined) seeded.set(generator, (rng = createSeededRng(generator)));
  const one = rng;
  return (perm_index) => {
    one.reseed(seedOf(base_seed, perm_index));
    return one;
  };
}

/** This thread's alea that draws ahead, for permutations of a cell. */
function aheadFor(base_seed: number): AleaAhead {
  ahead ??= { rng: createAleaAhead(), base_seed };
  if (ahead.base_seed !== base_seed) ahead.rng.forget();
  ahead.base_seed = base_seed;
  return ahead.rng;
}

/** The seed of one permutation for a person: a number, or `key:key:perm_index` with scheme philox. */
export function describeSeed(source: StreamSource, perm_index: number): string {
  if (source.scheme === 'philox') return `${source.key[0]}:${source.key[1]}:${perm_index}`;
  return String(seedOf(source.base_seed, perm_index));
}
