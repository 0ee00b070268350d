import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { Rows } from '../encoding/metrics-schema.ts';
import { rowsIn } from './spooled-rows.ts';

/** The first permutation of which two computations say something else. */
export interface Difference {
  readonly perm_index: number;
  readonly sent: string;
  readonly computed: string;
}

/** What a worker says of a chunk, so that some of its permutations can be looked up. */
export class SentRows {
  private readonly task: ChunkTask;
  private readonly result: ChunkResult;
  /** For each of the chunk's schemas: it may have told each file something else. */
  private read: readonly Rows[] | undefined;

  constructor(task: ChunkTask, result: ChunkResult) {
    this.task = task;
    this.result = result;
  }

  /** Compares with what was computed here, of a part of the same chunk. To the last bit; of a failure its seed and its class. */
  differenceFrom(fresh: ChunkResult): Difference | undefined {
    const { first, count } = fresh;
    const [ours] = rowsOf(this.task, { ...fresh, more_bytes: [] }) as [Rows];
    this.read ??= rowsOf(this.task, this.result);
    for (let perm_index = first; perm_index < first + count; perm_index += 1) {
      const computed = said(ours, fresh, perm_index);
      for (const rows of this.read) {
        const sent = said(rows, this.result, perm_index);
        if (sent.bits !== computed.bits) return { perm_index, sent: sent.text, computed: computed.text };
      }
    }
    return undefined;
  }
}

function rowsOf({ cell, more_schemas = [] }: ChunkTask, result: ChunkResult): Rows[] {
  const { bytes, more_bytes = [], rows, cannot_prepare } = result;
  if (cannot_prepare !== undefined) return [none(cell.schema.metrics.length)];
  return [bytes, ...more_bytes].map((each, k) => rowsIn(each, rows, k === 0 ? cell.schema : more_schemas[k - 1]!));
}

function none(metrics: number): Rows {
  return { perm_index: new Uint32Array(0), columns: Array.from({ length: metrics }, () => new Float64Array(0)) };
}

/** What is said of a permutation, for people; and so that it can be compared. */
function said(
  rows: Rows,
  { failures, cannot_prepare }: ChunkResult,
  perm_index: number,
): { readonly text: string; readonly bits: string } {
  if (cannot_prepare !== undefined) return only('an error in prepare()');
  const failure = failures.find((each) => each.perm_index === perm_index);
  if (failure !== undefined) return only(`a failure (${failure.error_class}, seed ${failure.seed})`);
  const at = indexOf(rows.perm_index, perm_index);
  const values = Float64Array.from(rows.columns, (column) => column[at]!);
  return { text: values.join(','), bits: Buffer.from(values.buffer).toString('hex') };
}

function only(text: string): { readonly text: string; readonly bits: string } {
  return { text, bits: text };
}

/** They ascend, and each is there that did not fail. */
function indexOf(perm_index: Uint32Array, wanted: number): number {
  let [low, high] = [0, perm_index.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (perm_index[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
