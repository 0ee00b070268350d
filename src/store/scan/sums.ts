import { crc32, hex32, saltOf } from '../../encoding/crc32.ts';

/**
 * Block checksums of a metrics file that has none within: `metrics_compact.sums`. One line per aligned block of batch_rows rows:
 *
 *   first_perm,count,crc32,crc32-of-this-line
 *
 * Both checksums start over the experiment's hex digits. A block is named by its index, not by its place in the file, so a line
 * stays right when the file is rewritten. Lines that are torn, stale or missing lose the protection of their block: its rows are
 * `unprotected` (CellScan). A file whose lines are all of the right form and none of this experiment says that the rows are another's.
 * The last good line of a block counts; `LastSum` says what becomes of the one before it.
 */
export interface BlockSum {
  readonly count: number;
  readonly crc32: number;
}

/** What the last line of a block says. */
export interface LastSum extends BlockSum {
  /**
   * The line before it, over fewer rows: the block's where rows that were to grow it did not come. It proves the rows that it covers, and distrusts none:
   * they may be others than those it was made of.
   */
  readonly before?: BlockSum;
}

/** Key: block number, first_perm / batch_rows. */
export type Sums = ReadonlyMap<number, LastSum>;

export function sumLine(block: number, sum: BlockSum, batch_rows: number, salt: number): string {
  const text = `${block * batch_rows},${sum.count},${hex32(sum.crc32)}`;
  return `${text},${hex32(crc32(text, salt))}\n`;
}

/** Checksums, commas and newline of a line. */
const LINE_BYTES = 20;

/** How many bytes the sums of the rows [from, to) take, at most. */
export function sumsBytes(from: number, to: number, batch_rows: number): number {
  const blocks = Math.ceil(to / batch_rows) - Math.floor(from / batch_rows);
  return blocks * (LINE_BYTES + String(to).length + String(batch_rows).length);
}

/** The whole file: lines in block order. */
export function sumsText(sums: Sums, experiment: string, batch_rows: number): string {
  const salt = saltOf(experiment);
  return [...sums.keys()]
    .sort((a, b) => a - b)
    .map((block) => sumLine(block, sums.get(block)!, batch_rows, salt))
    .join('');
}

export function parseSums(text: string, experiment: string, batch_rows: number): Map<number, LastSum> {
  return parseAllSums(text, experiment, batch_rows).ours;
}

/** Sums by whose they are. */
export interface AllSums {
  readonly ours: Map<number, LastSum>;
  /** Lines of the right form whose own checksum is not of this experiment: another's, or damaged. Those of other `batch_rows` have odd keys. */
  readonly strange: ReadonlyMap<number, BlockSum>;
}

export function parseAllSums(text: string, experiment: string, batch_rows: number): AllSums {
  const salt = saltOf(experiment);
  const ours = new Map<number, LastSum>();
  const strange = new Map<number, LastSum>();
  for (const line of text.split('\n')) {
    const match = /^(\d{1,10}),(\d{1,10}),([0-9a-f]{8}),([0-9a-f]{8})$/.exec(line);
    if (match === null) continue;
    const block = Number(match[1]) / batch_rows;
    const sum = { count: Number(match[2]), crc32: parseInt(match[3]!, 16) };
    const possible = Number.isInteger(block) && sum.count >= 1 && sum.count <= batch_rows;
    const whose = possible && sumLine(block, sum, batch_rows, salt) === `${line}\n` ? ours : strange;
    whose.set(block, followedBy(whose.get(block), sum));
  }
  return { ours, strange };
}

/** A line takes the place of one over as many rows or more; one over fewer may be needed yet. */
function followedBy(known: LastSum | undefined, next: BlockSum): LastSum {
  if (known === undefined || known.count >= next.count) return next;
  return { ...next, before: { count: known.count, crc32: known.crc32 } };
}
