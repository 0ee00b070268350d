import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Format } from '../encoding/metrics-schema.ts';
import type { MetricSpec, Parameters, ParameterSpec } from '../model/model.ts';
import type { FilePort } from '../files/port.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { withSignal } from '../readers/with-signal.ts';
import { cellParameters, parametersBeside, unknownParameters, type CellParameters } from '../stored/cell-parameters.ts';
import type { CellStatus } from '../stored/cell-states.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import type { CellCount } from '../stored/progress-csv.ts';
import { readSummary, type CellSummary } from '../stored/summaries.ts';
import type { Verification } from '../verify/verification.ts';
import { cellCounts, type CountOptions } from './cell-counts.ts';
import { CellColumns, type BatchOptions, type ColumnOptions, type Columns } from './cell-columns.ts';
import { noSuchCell } from '../study/find-cell.ts';
import { filesOf, pathOf, type Abortable, type StudyPlace } from './given-study.ts';
import { status, type RunStatus, type StatusOptions } from './status.ts';
import { verify, type VerifyOptions } from './verify.ts';

/** The study is needed only where a cell has no rows yet: then nothing else tells its parameters. */
export interface OpenRunOptions extends StudyPlace, CountOptions, Abortable {}

/**
 * Opens the output folder of a run for reading: a complete one, an unfinished one, one that is being written. What the cells say of themselves is how things
 * were when it was opened; rows and summaries are read when they are asked for. Changes nothing. Throws NOT_A_RUN where there is none.
 */
export async function openRun(
  output: string | URL,
  { scan, threads, signal, ...place }: OpenRunOptions = {},
  given: Host = thisMachine,
): Promise<OpenedRun> {
  const host = withSignal(given, signal);
  const folder = pathOf(output);
  const manifest = requireManifest(host.port, folder);
  const { counts } = await cellCounts(host, folder, manifest, { scan, threads });
  const complete = counts.every(({ status }) => status === 'complete');
  const parametersOf =
    complete && place.study === undefined
      ? besideRows(host.port, folder)
      : fromStudy(await cellParameters(host.port, folder, manifest, filesOf(place)));
  const stored = [...storedCells(folder, manifest)];
  const cells = stored.map((cell, k) => new OpenedCell(host.port, cell, manifest, counts[k]!, parametersOf));
  return new OpenedRun(given, folder, manifest, cells);
}

/** Of a complete run: what its summaries say. The study need not be loaded for it, nor be there. */
function besideRows(port: FilePort, output: string): (cell_id: string) => Parameters {
  return (cell_id) => {
    const found = parametersBeside(port, output, cell_id);
    if (found === undefined) throw unknownParameters(cell_id, 'no study was given');
    return found;
  };
}

function fromStudy(parameters: CellParameters): (cell_id: string) => Parameters {
  return (cell_id) => parameters.of(cell_id);
}

/** A run on disk. */
export class OpenedRun {
  readonly output: string;
  /** Of the study. */
  readonly name: string;
  readonly model: string;
  readonly format: Format;
  /** Per cell; the most, where cells stop early. */
  readonly permutations: number;
  readonly parameters: Readonly<Record<string, Pick<ParameterSpec, 'unit' | 'description'>>>;
  /** Those that are stored, in the order of their columns. */
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** In the order of the study. */
  readonly cells: readonly OpenedCell[];
  readonly #host: Host;
  readonly #by_id: ReadonlyMap<string, OpenedCell>;

  /** Made by `openRun`. */
  constructor(host: Host, output: string, manifest: RunManifest, cells: readonly OpenedCell[]) {
    this.output = output;
    this.name = manifest.name;
    this.model = manifest.identity.model;
    this.format = manifest.format;
    this.permutations = manifest.permutations;
    this.parameters = manifest.parameters;
    this.metrics = manifest.metrics;
    this.cells = cells;
    this.#host = host;
    this.#by_id = new Map(cells.map((cell) => [cell.cell_id, cell]));
  }

  /** Throws USAGE where the run has no such cell. */
  cell(cell_id: string): OpenedCell {
    const found = this.#by_id.get(cell_id);
    if (found === undefined) throw noSuchCell(cell_id, this.output);
    return found;
  }

  /** The summaries of the complete cells, in the order of the study. */
  async *summaries(): AsyncGenerator<CellSummary, void, undefined> {
    for (const cell of this.cells) {
      const summary = await cell.summary();
      if (summary !== undefined) yield summary;
    }
  }

  /** As the function of that name. */
  status(options?: StatusOptions): Promise<RunStatus> {
    return status(this.output, options, this.#host);
  }

  /** As the function of that name. */
  verify(options?: Omit<VerifyOptions, 'expect'>): Promise<Verification> {
    return verify(this.output, options, this.#host);
  }
}

/** A cell of a run on disk. */
export class OpenedCell {
  readonly cell_id: string;
  readonly status: CellStatus;
  readonly n_done: number;
  /** The most, where the cell may stop early. */
  readonly n_target: number;
  readonly #stored: StoredCell;
  readonly #port: FilePort;
  readonly #columns: CellColumns;
  readonly #parametersOf: (cell_id: string) => Parameters;

  /** Made by `openRun`. */
  constructor(
    port: FilePort,
    stored: StoredCell,
    manifest: RunManifest,
    { status, n_done, n_target }: CellCount,
    parametersOf: (cell_id: string) => Parameters,
  ) {
    this.cell_id = stored.cell_id;
    this.status = status;
    this.n_done = n_done;
    this.n_target = n_target;
    this.#stored = stored;
    this.#port = port;
    this.#columns = new CellColumns(port, stored, manifest);
    this.#parametersOf = parametersOf;
  }

  /** All that are active in it. Throws STUDY where nothing beside the rows says them and the study is not there. */
  get parameters(): Parameters {
    return this.#parametersOf(this.cell_id);
  }

  /** Its rows, all or a range of them: a Float64Array per metric, and `perm_index`. Throws USAGE for a metric that is not stored, DISK. */
  columns<Metric extends string>(options: ColumnOptions<Metric> = {}): Promise<Columns<Metric>> {
    return this.#columns.columns(options);
  }

  /** The same in batches, each of arrays of its own: memory does not grow with the number of rows. */
  batches<Metric extends string>(options: BatchOptions<Metric> = {}): AsyncGenerator<Columns<Metric>, void, undefined> {
    return this.#columns.batches(options);
  }

  /** Its statistics; undefined where it is not complete. */
  async summary(): Promise<CellSummary | undefined> {
    // Other programs' timers and signals have their turn between two of them.
    await nextTurn();
    const summary = readSummary(this.#port, this.#stored.place.folder);
    // A run that was extended leaves those of the cells that it has not come to.
    return summary?.n_perms_target === this.n_target ? summary : undefined;
  }
}
