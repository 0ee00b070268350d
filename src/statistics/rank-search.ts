import assert from 'node:assert/strict';
import { selectRanks } from './select-ranks.ts';
import { HIGH_WORD } from './word-order.ts';

/** Values whose key begins with the same bits, some of whose ranks are wanted. */
interface Range {
  /** The key's leading bits, 16 + 12 x (passes - 1) of them, as an integer below 2^52. */
  readonly prefix: number;
  /** Values smaller than the range. */
  readonly below: number;
  /** Wanted 0-based ranks in the range, ascending. */
  readonly ranks: readonly number[];
  /** How many values of the range have each of the next digits. */
  readonly counts: Uint32Array;
  /** The values themselves, once few enough: `filled` of them so far. */
  readonly values: Float64Array;
  filled: number;
}

/**
 * Exact order statistics of any number of values in bounded memory, from several passes over them: a radix search in the
 * order-preserving integer image of the doubles (all bits of negative values flipped, the sign bit of the others). The
 * first pass counts by the top 16 bits of this key; each later pass counts 12 bits more within the ranges that hold a
 * wanted rank, until those ranges hold few enough values to keep and select from. Three passes usually, six at most.
 *
 *   do { for (const block of source()) search.add(block) } while (search.endPass(() => ranks))
 *
 * Every pass must bring the same values, in any order; no NaN; -0 counts as 0.
 * Memory: 256 KiB, 16 KiB per distinct rank, and `keep` values.
 */
export class RankSearch {
  readonly #keep: number;
  #pass = 0;
  #collecting = false;
  /** Ranges by prefix, and whether there is one with these top 16 bits. */
  #ranges = new Map<number, Range>();
  readonly #active = new Uint8Array(1 << 16);
  readonly #found = new Map<number, number>();

  /** At most `keep` values are held at once. */
  constructor(keep: number) {
    this.#keep = keep;
    this.#ranges.set(0, range(0, 0, [], 1 << 16, 0));
  }

  add(values: Float64Array, length = values.length): void {
    if (this.#pass === 0) {
      const { counts } = this.#ranges.get(0)!;
      for (let i = 0; i < length; i++) counts[highKeyOf(values[i]!) >>> 16]!++;
      return;
    }
    for (let i = 0; i < length; i++) {
      const high = highKeyOf(values[i]!);
      if (this.#active[high >>> 16] === 0) continue;
      const low = lowKey();
      const inside = this.#ranges.get(PREFIX[this.#pass]!(high, low));
      if (inside === undefined) continue;
      if (this.#collecting) inside.values[inside.filled++] = values[i]! + 0;
      else inside.counts[DIGIT[this.#pass]!(high, low)]!++;
    }
  }

  /** Ends a pass; true when another is needed. `ranks` (0-based) is asked once, after the first pass, when n is known. */
  endPass(ranks: () => readonly number[]): boolean {
    if (this.#pass === 0) {
      const { counts } = this.#ranges.get(0)!;
      const wanted = [...new Set(ranks())].sort((a, b) => a - b);
      this.#ranges.set(0, { ...range(0, 0, wanted, 0, 0), counts });
    }
    if (this.#collecting) this.#select();
    else this.#narrow();
    return this.#ranges.size > 0;
  }

  /** The order statistic of a rank that was asked for, after the last pass. */
  valueAt(rank: number): number {
    const value = this.#found.get(rank);
    assert(value !== undefined, `rank ${rank} was not asked for, or passes are missing`);
    return value;
  }

  #select(): void {
    for (const { below, ranks, values, filled } of this.#ranges.values()) {
      assert(filled === values.length, 'a later pass brought other values than the first');
      selectRanks(
        values,
        ranks.map((rank) => rank - below),
      );
      for (const rank of ranks) this.#found.set(rank, values[rank - below]!);
    }
    this.#ranges.clear();
  }

  /** From the counts of this pass to the ranges of the next. */
  #narrow(): void {
    const next: { prefix: number; below: number; ranks: number[]; size: number }[] = [];
    for (const { prefix, below, ranks, counts } of this.#ranges.values()) {
      let seen = below;
      let r = 0;
      for (let digit = 0; r < ranks.length; digit++) {
        assert(digit < counts.length, `rank ${ranks[r]!} is past the number of values`);
        const size = counts[digit]!;
        const inside: number[] = [];
        while (r < ranks.length && ranks[r]! < seen + size) inside.push(ranks[r++]!);
        if (this.#pass === LAST_PASS) for (const rank of inside) this.#found.set(rank, valueOfKey(prefix, digit));
        else if (inside.length > 0)
          next.push({ prefix: prefix * counts.length + digit, below: seen, ranks: inside, size });
        seen += size;
      }
    }
    this.#pass++;
    this.#collecting = next.reduce((sum, { size }) => sum + size, 0) <= this.#keep;
    this.#active.fill(0);
    this.#ranges = new Map();
    for (const { prefix, below, ranks, size } of next) {
      this.#active[Math.floor(prefix / TOP_SCALE[this.#pass]!)] = 1;
      this.#ranges.set(
        prefix,
        range(prefix, below, ranks, this.#collecting ? 0 : 1 << 12, this.#collecting ? size : 0),
      );
    }
  }
}

function range(prefix: number, below: number, ranks: readonly number[], counts: number, values: number): Range {
  return { prefix, below, ranks, counts: new Uint32Array(counts), values: new Float64Array(values), filled: 0 };
}

const LAST_PASS = 4;
type OfKey = (high: number, low: number) => number;
/** What the key's leading bits are before pass p, and its next 12 bits. Pass 0 has its own loop. */
const PREFIX: readonly OfKey[] = [
  () => 0,
  (high) => high >>> 16,
  (high) => high >>> 4,
  (high, low) => high * 0x100 + (low >>> 24),
  (high, low) => high * 0x100000 + (low >>> 12),
];
const DIGIT: readonly OfKey[] = [
  (high) => high >>> 16,
  (high) => (high >>> 4) & 0xfff,
  (high, low) => ((high & 0xf) << 8) | (low >>> 24),
  (_, low) => (low >>> 12) & 0xfff,
  (_, low) => low & 0xfff,
];
/** What a prefix before pass p is divided by to leave its top 16 bits. */
const TOP_SCALE = [1, 1, 0x1000, 0x1000000, 0x1000000000];

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The upper half of a value's key, unsigned; `lowKey` then gives the lower half. */
function highKeyOf(value: number): number {
  double[0] = value + 0; // -0 + 0 = 0
  const high = words[HIGH_WORD]!;
  return (high & 0x80000000 ? ~high : high ^ 0x80000000) >>> 0;
}

function lowKey(): number {
  const low = words[1 - HIGH_WORD]!;
  return words[HIGH_WORD]! & 0x80000000 ? ~low >>> 0 : low;
}

/** The value whose key has these 52 leading and 12 last bits. */
function valueOfKey(prefix: number, digit: number): number {
  const high = Math.floor(prefix / 0x100000);
  const low = (prefix % 0x100000) * 0x1000 + digit;
  const negative = high < 0x80000000;
  words[HIGH_WORD] = negative ? ~high : high ^ 0x80000000;
  words[1 - HIGH_WORD] = negative ? ~low : low;
  return double[0]!;
}
