import { seededRandom } from '../crash/simulated-disk.ts';

/** Seeded choices for fuzzers: the number of an input is all that is needed to make it again. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  yes(probability: number): boolean {
    return this.#random() < probability;
  }

  /** The bytes with a few changes: flipped, cut, doubled, swapped, replaced by something nasty. */
  spoilt(bytes: Uint8Array, nasty: readonly string[], changes = 1 + this.below(4)): Buffer {
    let now = Buffer.from(bytes);
    for (let n = 0; n < changes; n++) {
      const at = this.below(now.length + 1);
      const length = this.below(this.yes(0.8) ? 8 : now.length + 1);
      const before = now.subarray(0, at);
      const after = now.subarray(Math.min(now.length, at + length));
      const piece = this.below(6);
      if (piece === 0) now = Buffer.concat([before, after]);
      else if (piece === 1) now = Buffer.concat([before, now.subarray(at, at + length), now.subarray(at)]);
      else if (piece === 2) now = Buffer.concat([before, Buffer.from(this.of(nasty)), after]);
      else if (piece === 3) now = Buffer.concat([before, Buffer.from(this.of(nasty)), now.subarray(at)]);
      else if (piece === 4) now = Buffer.from(before);
      else if (now.length > 0) {
        now = Buffer.from(now);
        now[Math.min(at, now.length - 1)]! ^= 1 << this.below(8);
      }
    }
    return now;
  }
}

/** Whether this is the long form, and how many inputs to take. */
export const FULL = process.env['PERMAFROST_FULL'] === '1';
export function inputs(short: number, full: number): number {
  return FULL ? full : short;
}

/** What no single input may take [ms]: far more than any needs, and far less than a hang. */
export const HANG_MS = 20_000;
