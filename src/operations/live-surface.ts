import { parse } from 'csv-parse/sync';

import { look } from '../files/look.ts';
import type { FilePort } from '../files/port.ts';
import type { MetricSpec, Parameters } from '../model/model.ts';
import { axesOf, levelOf, parameterText } from '../report/marks/axes.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { SHOWN, type CellChanges, type Shown, type Surface, type WireNumber } from '../serve/client/wire.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readAdvisory } from '../stored/advisory-file.ts';
import { CELL_STATUSES } from '../stored/cell-states.ts';
import type { RunManifest } from '../stored/manifest.ts';
import type { CellCount } from '../stored/progress-csv.ts';
import { pointsLike, recordedPoints, type RecordedSurface } from '../study/recorded-points.ts';

/** More cells than this are not drawn: the page says so. */
const MOST_CELLS = 10_000;
/** A summary that is not there yet is looked for this often. */
const MOST_TRIES = 5;
/** A value and its error of each. */
const KEPT = ['mean', 'p05', 'p50', 'p95'] as const;

/** The cells of a run as a page draws them: how far each is, its statistics as soon as its summary is there, and where it lies. */
export class LiveSurface {
  readonly cell_ids: readonly string[];
  /** Goes up with every change of where cells lie. */
  placed = 0;
  private readonly port: FilePort;
  private readonly output: string;
  private readonly cells_total: number;
  private readonly metrics: Readonly<Record<string, MetricSpec>>;
  private readonly parameter_notes: RunManifest['parameters'];
  private readonly states: Uint8Array;
  private readonly n_done: Float64Array;
  private readonly n_target: Float64Array;
  /** In which change each was changed last. */
  private readonly changed: Uint32Array;
  private change = 0;
  /** Per cell, by metric and KEPT: value, error. Undefined before they are known. */
  private readonly statistics: (Float64Array | undefined)[];
  private readonly parameters: (Parameters | undefined)[];
  /** The manifest alone says where all cells lie; else what is written beside their rows does. */
  private sure: boolean;
  private readonly recorded: RecordedSurface;
  /** Parameters that the files of the study do not say, but its inputs: no id is made of them. */
  private readonly from_inputs: ReadonlySet<string>;
  /** Sets of active parameters that were met, while it is not sure. */
  private readonly kinds = new Set<string>();
  private readonly unread = new Set<number>();
  /** Times that a complete cell's summary was not there. */
  private readonly missed: Uint8Array;
  private partial_size = -1;

  constructor(port: FilePort, output: string, { identity, metrics, parameters, fixed }: RunManifest) {
    this.port = port;
    this.output = output;
    this.metrics = metrics;
    this.parameter_notes = parameters;
    this.recorded = identity;
    this.from_inputs = new Set(Object.keys(fixed?.from_inputs ?? {}));
    const ids = Object.keys(identity.cells);
    this.cells_total = ids.length;
    this.cell_ids = ids.slice(0, MOST_CELLS);
    const count = this.cell_ids.length;
    this.states = new Uint8Array(count);
    this.n_done = new Float64Array(count);
    this.n_target = new Float64Array(count);
    this.changed = new Uint32Array(count);
    this.missed = new Uint8Array(count);
    this.statistics = Array.from({ length: count });
    const points = recordedPoints(identity);
    this.sure = points !== undefined;
    this.parameters = points?.slice(0, count) ?? Array.from({ length: count });
  }

  /** How far the cells are; what they come to is read when there is time for it (`fill`). */
  count(counts: readonly CellCount[]): void {
    this.change += 1;
    for (const index of this.cell_ids.keys()) {
      const { status, n_done, n_target } = counts[index]!;
      const state = CELL_STATUSES.indexOf(status);
      const same_target = this.n_target[index] === n_target;
      // A cell that is at work may be known to be further than the last report says.
      const further =
        status === 'running' && same_target && this.n_done[index]! > n_done ? this.n_done[index]! : n_done;
      if (same_target && this.states[index] === state && this.n_done[index] === further) continue;
      if (!same_target) this.statistics[index] = undefined;
      this.set(index, state, further, n_target);
      if (status === 'complete' || (!this.sure && n_done > 0)) this.unread.add(index);
    }
  }

  /** A cell that is being computed, as its own report says. */
  atWork(index: number, n_done: number): void {
    const waiting = this.states[index] === CELL_STATUSES.indexOf('complete') || this.n_done[index] === n_done;
    if (waiting) return;
    this.change += 1;
    this.set(index, this.states[index]!, Math.min(n_done, this.n_target[index]!), this.n_target[index]!);
  }

  private set(index: number, state: number, n_done: number, n_target: number): void {
    this.states[index] = state;
    this.n_done[index] = n_done;
    this.n_target[index] = n_target;
    this.changed[index] = this.change;
  }

  /** Cells with this status, the last `most` of them. */
  those(status: (typeof CELL_STATUSES)[number], most: number): number[] {
    const code = CELL_STATUSES.indexOf(status);
    const found: number[] = [];
    for (let index = this.states.length - 1; index >= 0 && found.length < most; index -= 1)
      if (this.states[index] === code) found.unshift(index);
    return found;
  }

  /** The cells that changed last. */
  latest(most: number): number[] {
    const touched = [...this.cell_ids.keys()].filter((index) => this.n_done[index]! > 0);
    return touched.sort((a, b) => this.changed[b]! - this.changed[a]! || b - a).slice(0, most);
  }

  doneOf(index: number): { readonly n_done: number; readonly n_target: number } {
    return { n_done: this.n_done[index]!, n_target: this.n_target[index]! };
  }

  /** Reads summaries that were not read yet, as long as there is time. Returns whether some are left. */
  fill(timeIsLeft: () => boolean): boolean {
    this.change += 1;
    this.readPartial();
    const late: number[] = [];
    for (const index of this.unread) {
      if (!timeIsLeft()) break;
      this.unread.delete(index);
      if (!this.read(index) && (this.missed[index]! += 1) < MOST_TRIES) late.push(index);
    }
    const left = this.unread.size > 0;
    for (const index of late) this.unread.add(index);
    return left;
  }

  /** Whether there was all that there is to be. */
  private read(index: number): boolean {
    const { folder, progress, summary } = layoutOf(this.output).cell(this.cell_ids[index]!);
    // A folder may be anybody's, and a link in it may lead anywhere.
    if (look(this.port, folder)?.kind !== 'folder') return true;
    const found = readAdvisory(this.port, summary, summaryOf);
    const params = found?.params ?? readAdvisory(this.port, progress, paramsOf);
    if (params !== undefined) this.learn(index, params);
    if (found === undefined || found.target !== this.n_target[index])
      return this.states[index] !== CELL_STATUSES.indexOf('complete');
    this.keep(index, (metric, name) => estimateOf(found.statistics[metric], name));
    return true;
  }

  private keep(index: number, of: (metric: string, name: (typeof KEPT)[number]) => Estimate | undefined): void {
    const values = Object.keys(this.metrics).flatMap((metric) =>
      KEPT.flatMap((name) => {
        const { value, error } = of(metric, name) ?? { value: NaN, error: NaN };
        return [value, error];
      }),
    );
    this.statistics[index] = Float64Array.from(values);
    this.changed[index] = this.change;
  }

  /** What is written beside the rows is right where the manifest was read differently. */
  private learn(index: number, params: Parameters): void {
    const thought = this.parameters[index];
    if (this.sure) {
      const wrong = Object.entries(thought!).some(([name, value]) => {
        // The place of a cell says a value of every axis, those that are not active included.
        return params[name] !== undefined && parameterText(params[name]) !== parameterText(value);
      });
      if (!wrong) return;
      this.sure = false;
      this.parameters.fill(undefined);
      for (const other of this.cell_ids.keys()) if (this.n_done[other]! > 0) this.unread.add(other);
    }
    if (this.parameters[index] === undefined) this.placed += 1;
    this.parameters[index] = params;
    this.learnAlike(params);
  }

  /** One cell of a kind tells where all of its kind lie. */
  private learnAlike(params: Parameters): void {
    const own = Object.fromEntries(Object.entries(params).filter(([name]) => !this.from_inputs.has(name)));
    const kind = Object.keys(own).sort().join(' ');
    if (this.recorded.cell_ids !== 'params' || this.kinds.has(kind)) return;
    this.kinds.add(kind);
    const alike = pointsLike(this.recorded, own);
    for (const [index, cell_id] of this.cell_ids.entries()) this.parameters[index] ??= alike.get(cell_id);
  }

  /** What `summarize` made of cells that are not complete. */
  private readPartial(): void {
    const { partial_summary } = layoutOf(this.output);
    const size = look(this.port, partial_summary)?.size ?? 0;
    if (size === this.partial_size) return;
    this.partial_size = size;
    const rows = readAdvisory(this.port, partial_summary, (text) => parse<Row>(text, { columns: true })) ?? [];
    const places = new Map(this.cell_ids.map((cell_id, index) => [cell_id, index]));
    for (const row of rows) {
      const index = places.get(row['cell_id'] ?? '');
      if (index === undefined || this.statistics[index] !== undefined) continue;
      const number = (column: string): number => Number(row[column] === '' ? NaN : row[column]);
      this.keep(index, (metric, name) => ({
        value: number(`${metric}_${name}`),
        error: number(`${metric}_${name === 'mean' ? 'mcse' : `${name}_mcse`}`),
      }));
    }
  }

  /** Where the cells lie, as far as it is known. */
  wire(): Surface {
    const known = this.parameters.flatMap((parameters, index): ReportedCell[] =>
      parameters === undefined
        ? []
        : [{ cell_id: this.cell_ids[index]!, parameters, n: 0, statistics: {}, precision: [] }],
    );
    const axes = axesOf(known);
    const levels = axes.map((axis) => new Map(axis.levels.map((level, k) => [level, k])));
    const places = new Map(
      known.map((cell) => [cell.cell_id, axes.map(({ name }, a) => levels[a]!.get(levelOf(cell, name))!)]),
    );
    return {
      metrics: Object.entries(this.metrics).map(([name, { unit = '', description = '' }]) => ({
        name,
        unit,
        description,
      })),
      axes: axes.map(({ name, levels }) => ({ name, levels, unit: this.parameter_notes[name]?.unit ?? '' })),
      cells: this.cell_ids.map((cell_id) => [cell_id, ...(places.get(cell_id) ?? [])] as const),
      left_out: this.cells_total - this.cell_ids.length,
    };
  }

  /** What changed after `since` (0: everything), and up to where that is. */
  changes(
    wanted: string | undefined,
    shown: Shown,
    since: number,
  ): { readonly upto: number; readonly changes: CellChanges } {
    const names = Object.keys(this.metrics);
    const m = Math.max(0, names.indexOf(wanted ?? ''));
    const at = shown === 'done' ? undefined : 2 * (m * KEPT.length + KEPT.indexOf(shown));
    const cells = [...this.cell_ids.keys()]
      .filter((index) => since === 0 || this.changed[index]! > since)
      .map((index) => {
        const values = at === undefined ? undefined : this.statistics[index];
        const number = (k: number): WireNumber => (values === undefined ? null : wireNumber(values[k]!));
        const counts = [index, this.states[index]!, this.n_done[index]!, this.n_target[index]!] as const;
        return [...counts, number(at ?? 0), number((at ?? 0) + 1)] as const;
      });
    return { upto: this.change, changes: { metric: names[m] ?? '', shown, cells } };
  }
}

type Row = Readonly<Record<string, string>>;

interface Estimate {
  readonly value: number;
  readonly error: number;
}

/**
 * As much of a summary.json as is drawn. Its shape and its digest are not checked, as they are wherever anything depends on it: that takes thirty times as long as all the
 * rest, for every cell, beside a run that wants the time.
 */
function summaryOf(text: string): Summary | undefined {
  const found = JSON.parse(text) as Json | null;
  const { n_perms_target, params, statistics } = found ?? {};
  if (typeof n_perms_target !== 'number' || !isMap(statistics)) return undefined;
  return { target: n_perms_target, params: isMap(params) ? (params as Parameters) : undefined, statistics };
}

interface Summary {
  readonly target: number;
  readonly params: Parameters | undefined;
  readonly statistics: Json;
}

type Json = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function estimateOf(metric: unknown, name: (typeof KEPT)[number]): Estimate | undefined {
  if (!isMap(metric)) return undefined;
  const errors = isMap(metric['quantile_mcse']) ? metric['quantile_mcse'] : {};
  return { value: numberOf(metric[name]), error: numberOf(name === 'mean' ? metric['mcse'] : errors[name]) };
}

/** As json-numbers.ts writes them. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return value === 'Infinity' || value === '-Infinity' ? Number(value) : NaN;
}

function wireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : String(value);
}

function paramsOf(text: string): Parameters | undefined {
  const found = (JSON.parse(text) as Json | null)?.['params'];
  return isMap(found) ? (found as Parameters) : undefined;
}

/** A word that names what a map shows; undefined for any other. */
export function shownOf(word: string | null): Shown | undefined {
  return SHOWN.find((each) => each === word);
}
