import { encodeForAll } from '../execute/encode-chunk.ts';
import type { Rows } from '../encoding/metrics-schema.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import type { ReceivedResult } from './result-frame.ts';
import { spooledRows } from './spooled-rows.ts';

/** Most bytes of results that nobody has asked for yet. */
const MOST_BYTES = 128 << 20;

/** The result of a chunk that an earlier manager asked for. */
interface Piece extends PermutationRange {
  readonly id: string;
  readonly received: ReceivedResult;
  readonly bytes: number;
  /** What of it is not in a metrics file yet. */
  left: readonly PermutationRange[];
  rows: Rows | undefined;
}

/** The part of a result that one of the held ones gave. */
interface HeldPart {
  readonly id: string;
  readonly worker: string;
  readonly range: PermutationRange;
}

interface FoundResult {
  readonly result: ChunkResult;
  readonly parts: readonly HeldPart[];
}

/**
 * Results that are there before they are asked for: an earlier manager asked for them, in chunks of other sizes. A chunk that lies in one of them, or in several,
 * need not be computed. Those with failures among them are not held: what throws is found out again. The oldest go where they are too many.
 */
export class HeldResults {
  private readonly by_experiment = new Map<string, Piece[]>();
  private readonly all = new Map<string, Piece>();
  private total_bytes = 0;

  get length(): number {
    return this.all.size;
  }

  /** Returns the ids of those that are not held, or not any more. */
  add(id: string, received: ReceivedResult, bytes: number): readonly string[] {
    const { experiment, first, count, rows } = received.header;
    if (rows !== count || bytes > MOST_BYTES) return [id];
    const range = { from: first, to: first + count };
    const piece: Piece = { ...range, id, received, bytes, left: [range], rows: undefined };
    const others = this.by_experiment.get(experiment) ?? [];
    if (others.some(({ from, to }) => from <= first && to >= range.to)) return [id];
    this.by_experiment.set(experiment, [...others, piece]);
    this.all.set(id, piece);
    this.total_bytes += bytes;
    const dropped: string[] = [];
    for (const oldest of this.all.values()) {
      if (this.total_bytes <= MOST_BYTES) break;
      dropped.push(this.drop(oldest));
    }
    return dropped;
  }

  /** The result of a chunk where all its rows are held; undefined where one is not. `wrong`: told of a result that holds other rows than it says. */
  take(task: ChunkTask, wrong: (id: string, why: string) => void): FoundResult | undefined {
    const { first, count, cell } = task;
    const pieces = this.cover(cell.schema.experiment, first, first + count);
    if (pieces === undefined) return undefined;
    const rows = {
      perm_index: new Uint32Array(count),
      columns: cell.schema.metrics.map(() => new Float64Array(count)),
    };
    let compute_ms = 0;
    const parts: HeldPart[] = [];
    for (const [k, piece] of pieces.entries()) {
      const held = (piece.rows ??= this.rowsOf(piece, cell.schema, wrong));
      if (held === undefined) return undefined;
      const to = Math.min(first + count, pieces[k + 1]?.from ?? Infinity);
      const from = Math.max(first, piece.from);
      rows.perm_index.set(held.perm_index.subarray(from - piece.from, to - piece.from), from - first);
      for (const [m, column] of rows.columns.entries())
        column.set(held.columns[m]!.subarray(from - piece.from, to - piece.from), from - first);
      parts.push({ id: piece.id, worker: piece.received.header.worker, range: { from, to } });
      compute_ms += (piece.received.header.compute_ms * (to - from)) / (piece.to - piece.from);
    }
    return {
      result: { first, count, rows: count, ...encodeForAll(task, rows, 'auto'), failures: [], compute_ms },
      parts,
    };
  }

  /** What a worker sent is not held any more. Returns the ids of its results. */
  dropOf(worker: string): readonly string[] {
    const its = [...this.all.values()].filter(({ received }) => received.header.worker === worker);
    return its.map((piece) => this.drop(piece));
  }

  /** These rows are in a metrics file, durably. Returns the ids of results of which nothing is left. */
  durable(experiment: string, rows: readonly PermutationRange[]): readonly string[] {
    const done: string[] = [];
    for (const piece of this.by_experiment.get(experiment) ?? []) {
      piece.left = subtractRanges(piece.left, rows);
      if (piece.left.length === 0) done.push(piece.id);
    }
    for (const id of done) this.drop(this.all.get(id)!);
    return done;
  }

  /** Results that hold all of [from, to) together, ascending: of each the part up to the next. */
  private cover(experiment: string, from: number, to: number): Piece[] | undefined {
    const held = this.by_experiment.get(experiment);
    if (held === undefined) return undefined;
    const chosen: Piece[] = [];
    for (let at = from; at < to;) {
      const next = held.filter((piece) => piece.from <= at && piece.to > at);
      const farthest = next.reduce<Piece | undefined>(
        (best, each) => (each.to > (best?.to ?? 0) ? each : best),
        undefined,
      );
      if (farthest === undefined) return undefined;
      chosen.push(farthest);
      at = farthest.to;
    }
    return chosen;
  }

  private rowsOf(
    piece: Piece,
    schema: ChunkTask['cell']['schema'],
    wrong: (id: string, why: string) => void,
  ): Rows | undefined {
    const rows = spooledRows(piece.received, schema);
    if (typeof rows !== 'string') return rows;
    wrong(this.drop(piece), rows);
    return undefined;
  }

  private drop(piece: Piece): string {
    const { experiment } = piece.received.header;
    this.all.delete(piece.id);
    this.by_experiment.set(
      experiment,
      this.by_experiment.get(experiment)!.filter((each) => each !== piece),
    );
    this.total_bytes -= piece.bytes;
    return piece.id;
  }
}
