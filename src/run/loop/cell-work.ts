import assert from 'node:assert/strict';

import type { Executor } from '../../execute/executor.ts';
import type { KeptColumns } from '../../execute/kept-columns.ts';
import type { ChunkResult } from '../../execute/messages.ts';
import type { StatisticsText } from '../../statistics/statistics-text.ts';
import type { EncodedChunk } from '../../store/scan/cell-file.ts';
import type { ErrorRecord } from '../../model/error-record.ts';
import type { Failure } from '../../store/failures.ts';
import type { PermutationRange } from '../../study/permutation-range.ts';
import type { Syncable } from './group-sync.ts';

/** The cell's file in one output, as far as its chunks go. */
export interface WorkCell {
  readonly output: { readonly live: boolean };
  readonly next_check: number | undefined;
  missing(): readonly PermutationRange[];
  append(chunk: EncodedChunk, source: 'computed' | 'copied'): void;
  record(failures: readonly Failure[], error: ErrorRecord | undefined): void;
  sync(): Promise<void>;
  acknowledge(upTo: 'synced' | 'appended'): void;
}

/** A chunk that came back, and where it goes. */
export interface Delivery {
  readonly result: ChunkResult;
  /** Read from another file instead of computed. */
  readonly copied: boolean;
  /** The files that miss these rows, each with what is appended to it. */
  readonly parts: readonly { readonly output_cell: WorkCell; readonly chunk: EncodedChunk }[];
}

/**
 * One experiment while its permutations are computed, with the file of every output that wants it: chunks come back in any order and are appended in
 * permutation order, so that an undamaged file is always a prefix. Chunks that wait here are never more than are in flight.
 * A chunk counts when it is in all its files.
 */
export class CellWork<Cell extends WorkCell = WorkCell> implements Syncable {
  readonly output_cells: readonly Cell[];
  /** Where the values of its rows are put by who computes them; undefined where that is too much. */
  readonly keep: KeptColumns | undefined;
  private kept_to = 0;
  /** Of a cell that was computed in one piece, by who makes its statistics at once. */
  statistics: StatisticsText | undefined;
  private readonly executor: Pick<Executor, 'release' | 'acknowledge'>;
  /** Computed chunks that were appended and are not known to be durable. */
  private readonly unsynced: Delivery[] = [];
  /** Those of them that the last sync covered. */
  private readonly synced: Delivery[] = [];
  private readonly waiting = new Map<number, Delivery>();
  private is_abandoned = false;
  private dispatched = 0;
  private outstanding = 0;
  private next = 0;
  private syncing: Promise<void> = Promise.resolve();
  private onSettled: (() => void) | undefined;

  /** `executor` is told of every computed chunk that was appended, whose bytes are not needed any more, and of every one that is durable. */
  constructor(output_cells: readonly Cell[], executor: Pick<Executor, 'release' | 'acknowledge'>, keep?: KeptColumns) {
    this.output_cells = output_cells;
    this.keep = keep;
    this.executor = executor;
  }

  /** The values of rows 0 .. n - 1, where all of them were kept. */
  columnsOf(n: number): KeptColumns | undefined {
    return n <= this.kept_to ? this.keep : undefined;
  }

  /** Where a stage ends: at the nearest check of any of the files. Rows past it are requested only once that check has decided, so none is computed in vain or twice. */
  get stage_end(): number {
    const checks = this.output_cells
      .filter(({ output }) => output.live)
      .map(({ next_check }) => next_check ?? Infinity);
    return Math.min(Infinity, ...checks);
  }

  /** Whether a further stage has something to compute. */
  get unfinished(): boolean {
    return (
      !this.is_abandoned &&
      this.output_cells.some((output_cell) => output_cell.output.live && output_cell.missing().length > 0)
    );
  }

  /** Nothing more of it is computed, and what is in flight is not appended behind a gap: the cell failed. */
  abandon(): void {
    this.is_abandoned = true;
  }

  get abandoned(): boolean {
    return this.is_abandoned;
  }

  /** Numbers the chunks in the order in which they are to be appended. */
  dispatch(): number {
    const sequence = this.dispatched;
    this.dispatched += 1;
    this.outstanding += 1;
    return sequence;
  }

  /** Takes a chunk and appends all that are due now. Returns how many permutations of the appended ones failed. */
  deliver(sequence: number, delivery: Delivery): number {
    assert(sequence >= this.next && !this.waiting.has(sequence), 'a chunk is delivered once');
    this.waiting.set(sequence, delivery);
    let n_failed = 0;
    for (let due = this.waiting.get(this.next); due !== undefined; due = this.waiting.get(this.next)) {
      appendToAll(due);
      this.waiting.delete(this.next);
      this.next += 1;
      n_failed += due.result.failures.length;
      const { first, count, kept } = due.result;
      if (kept === true && first === this.kept_to) this.kept_to += count;
      this.statistics ??= due.result.statistics;
      if (!due.copied) {
        this.executor.release(due.result);
        if (this.executor.acknowledge !== undefined) this.unsynced.push(due);
      }
    }
    this.settle();
    return n_failed;
  }

  /** A dispatched chunk will not arrive: its worker died, the run was stopped, or the cell failed. Chunks after it are not appended. */
  lost(): void {
    this.settle();
  }

  /** Resolves when every dispatched chunk has come or is lost. Call it after the last dispatch. */
  async settled(): Promise<void> {
    if (this.outstanding > 0) {
      await new Promise<void>((resolve) => {
        this.onSettled = resolve;
      });
    }
  }

  private settle(): void {
    this.outstanding -= 1;
    if (this.outstanding === 0) this.onSettled?.();
  }

  /** One sync at a time: the next waits for the one under way. */
  sync(): Promise<void> {
    this.syncing = this.syncing.then(async () => {
      const covered = this.unsynced.splice(0);
      await Promise.all(this.output_cells.map((output_cell) => output_cell.sync()));
      this.synced.push(...covered);
    });
    return this.syncing;
  }

  acknowledge(): void {
    for (const output_cell of this.output_cells) output_cell.acknowledge('synced');
    this.acknowledgeTo(this.synced.splice(0));
  }

  acknowledgeAppended(): void {
    for (const output_cell of this.output_cells) output_cell.acknowledge('appended');
  }

  /** Nothing is ever synced: what is appended is as durable as it gets. */
  acknowledgeUnsynced(): void {
    this.acknowledgeTo(this.unsynced.splice(0));
  }

  /** One file that has the rows is enough: those that failed copy them from there. Where all failed, they are nowhere. */
  private acknowledgeTo(deliveries: readonly Delivery[]): void {
    for (const { result, parts } of deliveries)
      if (parts.some(({ output_cell }) => output_cell.output.live)) this.executor.acknowledge!(result);
  }
}

function hasFailed({ output }: WorkCell): boolean {
  return !output.live;
}

/** The first file that is still written to has the rows as computed, the others have them from it. */
function appendToAll({ result, copied, parts }: Delivery): void {
  const { failures, first_error } = result;
  let source: 'computed' | 'copied' = copied ? 'copied' : 'computed';
  for (const { output_cell, chunk } of parts) {
    if (!output_cell.output.live) continue;
    output_cell.append(chunk, source);
    if (failures.length > 0) output_cell.record(failures, first_error);
    // A failed append ended that output: the next one is the first.
    if (!hasFailed(output_cell)) source = 'copied';
  }
}
