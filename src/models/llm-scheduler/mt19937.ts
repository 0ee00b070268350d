import { log } from '../../random/math.ts';

const LENGTH = 624;
const SHIFT = 397;

/**
 * MT19937 (Matsumoto and Nishimura 1998, doi:10.1145/272991.272995), seeded by Knuth's multiplicative initialisation:
 * the generator behind the reference simulator's predictions, for parity only.
 */
export class Mt19937 {
  private readonly state = new Uint32Array(LENGTH);
  private used = LENGTH;
  /** The second normal of the last pair. */
  private kept: number | undefined;

  /** `seed`: 0 .. 2^32 - 1. */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** Next output, 0 .. 2^32 - 1. */
  uint32(): number {
    if (this.used === LENGTH) this.twist();
    let word = this.state[this.used++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** Uniform on [0, 1) with 53 bits, from two outputs. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Standard normal by the polar method; the second of a pair comes first, the first is kept for the next call. */
  normal(): number {
    const { kept } = this;
    this.kept = undefined;
    if (kept !== undefined) return kept;
    for (;;) {
      const x1 = 2 * this.uniform() - 1;
      const x2 = 2 * this.uniform() - 1;
      const square = x1 * x1 + x2 * x2;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * log(square)) / square);
      this.kept = factor * x1;
      return factor * x2;
    }
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < LENGTH; i++) {
      const next = state[(i + 1) % LENGTH]!;
      const word = (state[i]! & 0x80000000) | (next & 0x7fffffff);
      state[i] = state[(i + SHIFT) % LENGTH]! ^ (word >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
    }
    this.used = 0;
  }
}
