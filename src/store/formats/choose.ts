import { crc32, saltOf } from '../../encoding/crc32.ts';
import type { MetricsSchema } from '../../encoding/metrics-schema.ts';
import type { Finding } from '../scan/cell-file.ts';
import type { FindingList } from '../scan/finding-list.ts';
import { RangeBuilder } from '../scan/ranges.ts';
import type { LastSum, Sums } from '../scan/sums.ts';

/** Well-formed rows of a file in file order, whatever its format. */
export interface RowSource {
  readonly size: number;
  indexAt(row: number): number;
  /** The row as canonical bytes: equal bytes are equal rows. `reader` 0 or 1: two places of the file can be followed at once. */
  bytesOf(row: number, reader?: 0 | 1): Buffer;
  stretchOf(row: number): { readonly offset: number; readonly length: number };
}

export interface Choice {
  /** Kept rows below the target, as places in the table, in perm_index order. */
  readonly order: readonly number[];
  readonly present: readonly { from: number; to: number }[];
  /** Kept rows that no sum covers. */
  readonly unprotected: readonly { from: number; to: number }[];
  readonly n_rows_raw: number;
  readonly n_conflicts: number;
  /** The rows set aside as conflicts, in the order of their findings. */
  readonly conflicts: readonly number[];
  readonly n_distrusted: number;
  readonly n_rows_past_target: number;
  readonly outgrown_sums: readonly number[];
  readonly failed_sums: readonly number[];
}

/** All rows of one perm_index in file order: the first, the first that differs from it, and how many there are. */
interface Candidates {
  readonly first: number;
  readonly others: readonly number[];
  readonly n: number;
}

export function choose(
  table: RowSource,
  schema: MetricsSchema,
  target: number,
  sums: Sums,
  findings: FindingList,
): Choice {
  const salt = saltOf(schema.experiment);
  const sorted = byIndex(table);
  const order: number[] = [];
  const present = new RangeBuilder();
  const unprotected = new RangeBuilder();
  const outgrown_sums: number[] = [];
  const failed_sums: number[] = [];
  let n_rows_raw = 0;
  const conflicts: number[] = [];
  let n_distrusted = 0;
  let n_rows_past_target = 0;

  for (let at = 0; at < sorted.length;) {
    const block = Math.floor(table.indexAt(sorted[at]!) / schema.batch_rows);
    const candidates: Candidates[] = [];
    while (at < sorted.length && Math.floor(table.indexAt(sorted[at]!) / schema.batch_rows) === block) {
      const next = candidatesAt(table, sorted, at);
      candidates.push(next);
      at += next.n;
    }
    const verdict = judgeBlock(table, candidates, sums.get(block), salt);
    if (verdict.outgrown) outgrown_sums.push(block);
    if (verdict.failed) failed_sums.push(block);
    for (const candidate of candidates) {
      const index = table.indexAt(candidate.first);
      const use = verdict.use(candidate);
      if (index >= target) {
        n_rows_past_target += candidate.n;
        continue;
      }
      if (use === undefined) {
        n_distrusted += candidate.n;
        for (const row of [candidate.first, ...candidate.others]) {
          findings.add(stretch(table, row, 'damaged', 'its block fails its checksum'));
        }
        continue;
      }
      order.push(use);
      present.add(index);
      if (!verdict.covers(candidate)) unprotected.add(index);
      n_rows_raw += candidate.n;
      for (const other of [candidate.first, ...candidate.others]) {
        if (other === use) continue;
        if (use === candidate.first) {
          conflicts.push(other);
          findings.add(stretch(table, other, 'conflict', `another row of perm_index ${index} with different values`));
        } else {
          n_distrusted++;
          n_rows_raw--;
          findings.add(stretch(table, other, 'damaged', 'its block fails its checksum with it'));
        }
      }
    }
  }
  const ranges = present.ranges;
  return {
    order,
    present: ranges,
    unprotected: unprotected.ranges,
    n_rows_raw,
    n_conflicts: conflicts.length,
    conflicts,
    n_distrusted,
    n_rows_past_target,
    outgrown_sums,
    failed_sums,
  };
}

/** Places in the table, by perm_index and then in file order. Rows mostly have that order already. */
function byIndex(table: RowSource): Uint32Array {
  const places = new Uint32Array(table.size);
  let ascending = true;
  for (let i = 0; i < places.length; i += 1) {
    places[i] = i;
    ascending &&= i === 0 || table.indexAt(i) >= table.indexAt(i - 1);
  }
  return ascending ? places : places.sort((a, b) => table.indexAt(a) - table.indexAt(b) || a - b);
}

function candidatesAt(table: RowSource, sorted: Uint32Array, at: number): Candidates {
  const first = sorted[at]!;
  const index = table.indexAt(first);
  const others: number[] = [];
  let n = 1;
  for (; at + n < sorted.length && table.indexAt(sorted[at + n]!) === index; n++) {
    const other = sorted[at + n]!;
    const known = [first, ...others].some((row) => table.bytesOf(row, 0).equals(table.bytesOf(other, 1)));
    if (!known) others.push(other);
  }
  return { first, others, n };
}

interface Verdict {
  /** Which row of a perm_index is kept; undefined: none can be trusted. */
  use(candidates: Candidates): number | undefined;
  /** Whether the block's sum verified over the row that is kept. */
  covers(candidates: Candidates): boolean;
  readonly outgrown: boolean;
  readonly failed: boolean;
}

const NO_ROW = (): boolean => false;
const EVERY_ROW = (): boolean => true;
const KEEP_FIRST: Verdict = { use: ({ first }) => first, covers: NO_ROW, outgrown: false, failed: false };
/** Rows of the block are missing, so its sum cannot say which of two differing rows is right: neither is trusted. */
const KEEP_UNDISPUTED: Verdict = {
  ...KEEP_FIRST,
  use: ({ first, others }) => (others.length === 0 ? first : undefined),
};
const NONE: Verdict = { use: () => undefined, covers: NO_ROW, outgrown: false, failed: true };

const MAX_TRIES = 8;

function judgeBlock(
  table: RowSource,
  candidates: readonly Candidates[],
  sum: LastSum | undefined,
  salt: number,
): Verdict {
  if (sum === undefined) return KEEP_FIRST;
  const crcOf = (rows: readonly number[]) => rows.reduce((crc, row) => crc32(table.bytesOf(row), crc), salt);
  const firsts = candidates.map(({ first }) => first);
  if (candidates.length < sum.count) {
    const { before } = sum;
    const are_those_before = before?.count === firsts.length && before.crc32 === crcOf(firsts);
    return are_those_before ? { ...KEEP_FIRST, covers: EVERY_ROW } : KEEP_UNDISPUTED;
  }
  if (candidates.length > sum.count) {
    // The sum is older than the last rows: it covers those that came first.
    const covered = firsts.toSorted((a, b) => a - b).slice(0, sum.count);
    const verified = crcOf(covered) === sum.crc32;
    const known = new Set(covered);
    return {
      use: ({ first }) => (!verified && known.has(first) ? undefined : first),
      covers: ({ first }) => verified && known.has(first),
      outgrown: verified,
      failed: !verified,
    };
  }
  if (crcOf(firsts) === sum.crc32) return { ...KEEP_FIRST, covers: EVERY_ROW };
  // Which of two differing rows is the right one: try each alone (few conflicts), then all together.
  const disputed = candidates.filter(({ others }) => others.length > 0);
  for (const one of disputed.slice(0, MAX_TRIES)) {
    for (const other of one.others.slice(0, MAX_TRIES)) {
      if (crcOf(firsts.map((row) => (row === one.first ? other : row))) === sum.crc32) {
        return {
          use: ({ first }) => (first === one.first ? other : first),
          covers: EVERY_ROW,
          outgrown: false,
          failed: false,
        };
      }
    }
  }
  const seconds = candidates.map(({ first, others }) => others[0] ?? first);
  if (crcOf(seconds) === sum.crc32) {
    return { use: ({ first, others }) => others[0] ?? first, covers: EVERY_ROW, outgrown: false, failed: false };
  }
  return NONE;
}

function stretch(table: RowSource, row: number, kind: 'damaged' | 'conflict', reason: string): Finding {
  return { kind, ...table.stretchOf(row), reason, perm_index: table.indexAt(row) };
}
