import { createColumns } from '#native-free/columns/columns';

import type { Rows } from '../encoding/metrics-schema.ts';
import { errorOf, errorRecord, type ErrorRecord } from '../model/error-record.ts';
import type { Course, Model, PermutationSummary, PrepareContext } from '../model/model.ts';
import { endProgramOf } from '../programs/command/command-model.ts';
import type { Streams, StreamSource } from '../random/generator.ts';
import { createStreams } from '../random/streams.ts';
import { statisticsText, type StatisticsText } from '../statistics/statistics-text.ts';
import { summariseColumns, type SummariseOptions } from '../statistics/summarise.ts';
import type { Failure } from '../store/failures.ts';
import { stepsOfPair } from './antithetic-pairs.ts';
import { encodeForAll } from './encode-chunk.ts';
import { ColumnFiller, type ChunkColumns } from './fill-columns.ts';
import { failureOf, prepareError } from './model-failure.ts';
import { inputsOf, loadReferencedModel } from './load-setup.ts';
import {
  COMPUTING,
  DOING,
  LARGEST_CHUNK,
  NOTHING,
  PREPARING,
  type ChunkCare,
  type ChunkResult,
  type ChunkTask,
  type Told,
} from './messages.ts';
import { keptIn, type KeptColumns } from './kept-columns.ts';
import { withOtherClock } from './other-clock.ts';
import type { CellSetup } from '../plan/run-cell.ts';
import type { GivenSetup, ModelSetup } from './setup.ts';
import { Turns } from './turns.ts';

/** A cell made ready: what `Model.prepare` returned, or what it threw. */
type PreparedCell = { readonly state: unknown } | { readonly cannot_prepare: ErrorRecord };

/** What is made of a chunk besides its rows. */
interface Wishes {
  readonly into: ArrayBufferLike | undefined;
  readonly keep: KeptColumns | undefined;
  readonly options: SummariseOptions | undefined;
  readonly sample: readonly number[];
  readonly care: ChunkCare;
}

/** States kept per worker: chunks of a cell's tail and of the next cells alternate, older cells do not come back. */
const PREPARED_CELLS = 4;

/**
 * Computes permutations of one model, in a worker or in the calling thread. Every row is a pure function of the cell and its
 * perm_index: nothing of one chunk is left for the next but the prepared state.
 */
export class Simulator {
  private readonly model: Model;
  private readonly setup: ModelSetup;
  private readonly inputs: unknown;
  /** All of the model's. */
  private readonly metrics: readonly string[];
  private readonly filler: ColumnFiller;
  private readonly turns: Turns;
  private readonly prepared = new Map<string, Promise<PreparedCell>>();
  // Used again by every chunk: whoever has its turn has them, from the first value to the encoded row.
  private indices = new Uint32Array(0);
  private columns: Float64Array[] = [];

  private constructor(model: Model, setup: ModelSetup, inputs: unknown, turns: Turns) {
    this.model = model;
    this.setup = setup;
    this.inputs = inputs;
    this.turns = turns;
    this.metrics = Object.keys(model.metrics);
    this.filler = new ColumnFiller(model, setup.kernel);
  }

  /** Loads the model, and its inputs where they are not loaded yet. EngineError MODEL or DATA where they are not what the setup says. `turns`: of all who compute in this thread. */
  static async create({ setup, inputs }: GivenSetup, turns = new Turns()): Promise<Simulator> {
    const model = await loadReferencedModel(setup.model);
    return new Simulator(model, setup, await inputsOf(model, setup, inputs), turns);
  }

  /**
   * One chunk, encoded as the rows of its metrics file: in `into` where they fit. A permutation that fails leaves no row. Whole, its values are put in `keep`,
   * too, and with `options` its statistics are made. `sample`: permutations of it that are told once more. The permutations of one chunk after those of the other.
   */
  async computeChunk(
    task: ChunkTask,
    into?: ArrayBufferLike,
    keep?: KeptColumns,
    options?: SummariseOptions,
    sample: readonly number[] = [],
    care: ChunkCare = {},
  ): Promise<ChunkResult> {
    const started = performance.now();
    const { first, count } = task;
    does(care, PREPARING);
    const prepared = await this.prepareCell(task.cell);
    if ('cannot_prepare' in prepared) {
      const compute_ms = performance.now() - started;
      return { first, count, rows: 0, bytes: new Uint8Array(0), failures: [], ...prepared, compute_ms };
    }
    does(care, NOTHING);
    return this.turns.take(async () => {
      does(care, COMPUTING);
      const result = await this.computePrepared(task, prepared.state, { into, keep, options, sample, care });
      // What the thread does next may end it before this has arrived: not of this chunk then.
      does(care, NOTHING);
      return result;
    });
  }

  private async computePrepared(
    task: ChunkTask,
    state: unknown,
    { into, keep, options, sample, care }: Wishes,
  ): Promise<ChunkResult> {
    const started = performance.now();
    const { first, count } = task;
    const streams = this.streamsOf(task.cell.source, first, count);
    const columns = this.emptyColumns(task.cell, count);
    const filled = this.filler.fill(state, streams, columns, task.cell.schema, care);
    const failed = filled instanceof Promise ? await filled : filled;
    const failures = failed.map(({ failure }) => failure);
    const perm_index = this.indicesFrom(first, count);
    const kept = withoutFailures({ perm_index, columns: columns.stored }, failures);
    const whole = kept.perm_index.length === count;
    return {
      first,
      count,
      rows: kept.perm_index.length,
      ...encodeForAll(task, kept, this.setup.kernel, into),
      failures,
      ...keptIn(keep, kept, count),
      ...(sample.length > 0 && { told: sample.map((perm) => toldOf(columns.stored, failures, first, perm)) }),
      ...(whole && options && { statistics: statisticsOf(kept, task.cell, options) }),
      // One is enough to find the line; the stacks of thousands would be megabytes.
      ...(failed.length > 0 && { first_error: errorRecord(failed[0]!.error) }),
      compute_ms: performance.now() - started,
    };
  }

  /** These permutations, each alone, in this order, as a user's model tells them whatever the clock says. */
  tell(cell: CellSetup, perms: readonly number[]): Promise<Told[]> {
    const all = async (): Promise<Told[]> => {
      // From the cell's beginning.
      this.prepared.clear();
      const prepared = await this.prepareCell(cell);
      const told: Told[] = [];
      for (const perm of perms) told.push(await this.tellOne(prepared, cell, perm));
      return told;
    };
    return this.turns.take(() => withOtherClock(all));
  }

  private async tellOne(prepared: PreparedCell, cell: CellSetup, perm: number): Promise<Told> {
    if ('cannot_prepare' in prepared) return cannotPrepare(cell.source, perm, prepared.cannot_prepare);
    const columns = this.emptyColumns(cell, 1);
    const failed = await this.filler.fill(prepared.state, this.streamsOf(cell.source, perm, 1), columns, cell.schema);
    return toldOf(
      columns.stored,
      failed.map(({ failure }) => failure),
      perm,
      perm,
    );
  }

  /** Another one for the same setup: a user's module is loaded again, its inputs are the same. */
  async copy(): Promise<Simulator> {
    const model = await withOtherClock(() => loadReferencedModel(this.setup.model, 'copy'));
    // The two of them take turns: one is under another clock.
    return new Simulator(model, this.setup, this.inputs, this.turns);
  }

  /** Ends what runs for the model besides this thread. */
  close(): Promise<void> {
    return endProgramOf(this.model);
  }

  /** One permutation alone: its row, or how it failed. */
  async computeOne(
    cell: CellSetup,
    perm_index: number,
  ): Promise<Float64Array | { readonly failure: Failure; readonly error: Error }> {
    const state = await this.stateOf(cell);
    const columns = this.emptyColumns(cell, 1);
    const streams = this.streamsOf(cell.source, perm_index, 1);
    const [failed] = await this.filler.fill(state, streams, columns, cell.schema);
    if (failed === undefined) return Float64Array.from(columns.stored, (column) => column[0]!);
    return { failure: failed.failure, error: errorOf(errorRecord(failed.error)) };
  }

  /** The steps of one permutation for a person, or undefined where the model has no trace. */
  async trace(cell: CellSetup, perm_index: number): Promise<Iterable<string> | undefined> {
    if (this.model.trace === undefined) return undefined;
    const state = await this.stateOf(cell);
    const { model } = this;
    if (model.trace === undefined) return undefined;
    const stepsOf = (half: Streams['half']): Iterable<string> =>
      model.trace?.(state, createStreams(cell.source, perm_index, 1, this.setup.kernel, half).rng(0)) ?? [];
    return cell.source.antithetic === undefined ? stepsOf('plain') : stepsOfPair(stepsOf);
  }

  /** One permutation summed up, or undefined where the model does not, or it is two. */
  async summary(cell: CellSetup, perm_index: number): Promise<PermutationSummary | undefined> {
    if (this.model.summary === undefined) return undefined;
    const state = await this.stateOf(cell);
    if (cell.source.antithetic !== undefined) return undefined;
    return this.model.summary(state, this.streamsOf(cell.source, perm_index, 1).rng(0));
  }

  /** The course of one permutation, or undefined where the model tells none. */
  async path(cell: CellSetup, perm_index: number): Promise<Course | undefined> {
    if (this.model.path === undefined) return undefined;
    const state = await this.stateOf(cell);
    return this.model.path(state, this.streamsOf(cell.source, perm_index, 1).rng(0));
  }

  /** The course of the unperturbed case, where the model has one. */
  async unperturbedPath(cell: CellSetup): Promise<Course | undefined> {
    return this.model.unperturbedPath?.(await this.stateOf(cell));
  }

  private streamsOf(source: StreamSource, first: number, count: number): Streams {
    return createStreams(source, first, count, this.setup.kernel);
  }

  /** What `Model.prepare` returned. Throws EngineError SIMULATION where it threw. */
  private async stateOf(cell: CellSetup): Promise<unknown> {
    const prepared = await this.prepareCell(cell);
    if ('state' in prepared) return prepared.state;
    throw prepareError(prepared.cannot_prepare, cell.schema.cell_id);
  }

  private prepareCell(cell: CellSetup): Promise<PreparedCell> {
    const key = cell.schema.experiment;
    const known = this.prepared.get(key);
    if (known !== undefined) return known;
    const prepared = this.prepareNew(cell);
    this.prepared.set(key, prepared);
    for (const oldest of this.prepared.keys()) {
      if (this.prepared.size <= PREPARED_CELLS) break;
      this.prepared.delete(oldest);
    }
    return prepared;
  }

  private async prepareNew(cell: CellSetup): Promise<PreparedCell> {
    const context: PrepareContext = {
      parameters: cell.parameters,
      inputs: this.inputs,
      streams: this.setup.streams,
      shared: this.setup.shared,
      metrics: cell.schema.metrics,
      cell_id: cell.schema.cell_id,
    };
    try {
      return { state: this.model.prepare === undefined ? context : await this.model.prepare(context) };
    } catch (error) {
      return { cannot_prepare: errorRecord(error) };
    }
  }

  private indicesFrom(first: number, count: number): Uint32Array {
    if (this.indices.length < count) this.indices = new Uint32Array(count);
    const indices = this.indices.subarray(0, count);
    for (let i = 0; i < count; i += 1) indices[i] = first + i;
    return indices;
  }

  /** Columns of NaN for the metrics that are stored. What a column of another metric holds does not matter: it is never filled, so its memory costs nothing. */
  private emptyColumns({ schema }: CellSetup, count: number): ChunkColumns {
    if ((this.columns[0]?.length ?? 0) < count) {
      // Chunks grow: their memory is asked for once, and what of it is never touched costs nothing.
      this.columns = createColumns(this.metrics.length, Math.max(count, LARGEST_CHUNK));
    }
    const all = this.columns.map((column) => column.subarray(0, count));
    const stored = schema.metrics.map((name) => all[this.metrics.indexOf(name)]!.fill(NaN));
    return { all, stored };
  }
}

function does({ progress }: ChunkCare, what: number): void {
  if (progress !== undefined) Atomics.store(progress, DOING, what);
}

/** A permutation of a chunk that begins with `first`. */
function toldOf(columns: readonly Float64Array[], failures: readonly Failure[], first: number, perm: number): Told {
  const failure = failures.find(({ perm_index }) => perm_index === perm);
  return failure ?? Float64Array.from(columns, (column) => column[perm - first]!);
}

function cannotPrepare(source: StreamSource, perm: number, record: ErrorRecord): Failure {
  return failureOf(source, perm, errorOf(record));
}

function statisticsOf({ columns }: Rows, { schema }: CellSetup, options: SummariseOptions): StatisticsText {
  return statisticsText(summariseColumns(columns, schema.metrics, options));
}

/** The rows that are there, without those of failed permutations. */
function withoutFailures(rows: Rows, failures: readonly Failure[]): Rows {
  if (failures.length === 0) return rows;
  const { perm_index, columns } = rows;
  const failed = new Set(failures.map((failure) => failure.perm_index));
  const keep = (_: number, i: number): boolean => !failed.has(perm_index[i]!);
  return { perm_index: perm_index.filter(keep), columns: columns.map((column) => column.filter(keep)) };
}
