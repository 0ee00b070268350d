import { availableParallelism } from 'node:os';

import { EngineError } from '../errors.ts';
import { studyOverlap, type StudyOverlap } from '../plan/overlap.ts';
import { segmentsOf } from '../plan/segments.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import type { Derivation } from '../study/derived.ts';
import type { Selection } from '../study/select.ts';
import type { StudyOverrides } from '../study/study.ts';
import { countPermutations, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import { refuseOtherRun } from '../run/output/claim-output.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { forecastOf, type Forecast, type Work } from '../forecast/forecast.ts';
import { measureRates } from '../forecast/measure-rates.ts';
import { reusableRuns } from '../run/loop/reuse.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { scannedExperiments, type CellSet, type ScannedExperiment } from '../run/loop/scan-cells.ts';
import { selectedCells } from '../plan/select-cells.ts';
import { stoppingOf } from '../precision/checks.ts';
import { Suite } from '../steps/suite.ts';
import { thisMachine, type Host } from '../readers/host.ts';

export interface PlannedCell {
  readonly cell_id: string;
  readonly n_done: number;
  /** Permutations of the complete cell; where its rows do not decide that yet, the most that it may get. */
  readonly n_target: number;
  readonly missing: readonly PermutationRange[];
}

/** What `run` would do for one output. */
export interface StudyPlan {
  readonly experiment: LoadedStudy;
  readonly cells: readonly PlannedCell[];
  readonly permutations_total: number;
  readonly permutations_done: number;
  /** Rows that the output misses. */
  readonly permutations_missing: number;
  /** Of these the ones that are computed for it; the others come from another output, or from the chunks of an earlier study. */
  readonly permutations_computed: number;
  /** Cells that turn out to be precise enough stop earlier: what is missing is an upper bound. */
  readonly at_most: boolean;
  /** Cells that an earlier study of this plan has, too. */
  readonly cells_shared: number;
  /** What earlier steps have yet to decide: the cells of those steps are not known and not counted. */
  readonly waiting: readonly Derivation[];
  readonly overlap: StudyOverlap;
  readonly forecast: Forecast | undefined;
}

/** What `run` would do, and what it would cost: each distinct experiment counted once. */
export interface RunPlan {
  readonly studies: readonly StudyPlan[];
  readonly cells: number;
  /** Experiments that more than one of the studies has. */
  readonly cells_shared: number;
  readonly permutations_total: number;
  /** Held by one of the outputs, or by a run that may be reused. */
  readonly permutations_done: number;
  /** To be computed. */
  readonly permutations_missing: number;
}

export interface PlanOptions {
  readonly overrides: StudyOverrides;
  readonly selection: Selection;
  readonly threads?: number;
  readonly truncate?: boolean;
  readonly reuse?: readonly string[];
  readonly settings?: readonly string[];
  /** What a process takes before it comes to its study [s], where the forecast is to have it. */
  readonly process_seconds?: number;
}

/** Reads the study and what its output holds. Writes nothing. */
export async function planStudy(file: string, options: PlanOptions, host: Host = thisMachine): Promise<StudyPlan> {
  const { studies } = await planStudies([file], options, host);
  return studies[0]!;
}

/** One output as the plan looks at it. */
interface PlannedOutput extends CellSet {
  readonly experiment: LoadedStudy;
  readonly planned: PlannedCell[];
  at_most: boolean;
  /** Permutations to be computed for the output, by cell; absent where none are. */
  readonly computed: Map<string, number>;
  cells_shared: number;
  readonly waiting: readonly Derivation[];
}

/** The same for several studies: experiments that they have in common are computed once. */
export async function planStudies(
  files: readonly string[],
  options: PlanOptions,
  host: Host = thisMachine,
): Promise<RunPlan> {
  const { port } = host;
  const started_ms = performance.now();
  const outputs: PlannedOutput[] = [];
  for (const file of files) {
    const { steps: wanted, cells: conditions } = options.selection;
    const suite = await Suite.open(port, file, options.overrides, wanted, options.settings);
    while (await suite.decide(true));
    const experiment = await suite.load();
    await refuseOtherRun(host, experiment, options.truncate === true);
    const { steps } = suite;
    const cells = selectedCells(experiment, { ...(conditions && { cells: conditions }), ...(steps && { steps }) });
    const waiting = suite.waiting;
    const target = experiment.study.permutations;
    const stopping = stoppingOf(experiment.study.precision, target);
    outputs.push({
      experiment,
      cells,
      target,
      stopping,
      planned: [],
      at_most: false,
      computed: new Map(),
      cells_shared: 0,
      waiting,
    });
  }
  const threads = options.threads ?? availableParallelism();
  const reuse = reusableRuns(
    port,
    options.reuse ?? [],
    outputs.map(({ experiment }) => experiment.study.output),
  );
  const readers = host.open(threads);
  const sums = { cells: 0, cells_shared: 0, permutations_total: 0, permutations_missing: 0 };
  try {
    for await (const experiment of scannedExperiments({ outputs, reuse, readers, port })) {
      const missing = planExperiment(experiment);
      sums.cells += 1;
      sums.cells_shared += experiment.members.length > 1 ? 1 : 0;
      sums.permutations_total += Math.max(...experiment.members.map(({ output, scan }) => targetOf(output, scan)));
      sums.permutations_missing += missing;
    }
  } finally {
    await readers.close();
  }
  // A run reads what is there, too, before it computes.
  const before_seconds = (options.process_seconds ?? 0) + (performance.now() - started_ms) / 1000;
  const studies: StudyPlan[] = [];
  for (const output of outputs) studies.push(await studyPlan(host, output, threads, before_seconds));
  return { studies, ...sums, permutations_done: sums.permutations_total - sums.permutations_missing };
}

/** Takes down what each output misses, and which permutations are computed for it. Returns how many are computed at all. */
function planExperiment({ members, donors }: ScannedExperiment<PlannedOutput>): number {
  const missing = members.map(({ scan }) => {
    if (scan instanceof EngineError) throw scan;
    return subtractRanges([{ from: 0, to: scan.target }], scan.present);
  });
  for (const [k, { output, cell, scan, look }] of members.entries()) {
    const n_target = targetOf(output, scan);
    const n_done = n_target - countPermutations(missing[k]!);
    output.planned.push({ cell_id: cell.cell_id, n_done, n_target, missing: missing[k]! });
    if (k > 0) output.cells_shared += 1;
    if (output.stopping !== undefined && look?.stop !== true) output.at_most = true;
  }
  const segments = segmentsOf(
    missing,
    donors.map(({ scan }) => scan.present),
  );
  const computed = segments.filter(({ held_by }) => held_by.length === 0);
  for (const segment of computed) {
    const { output, cell } = members[segment.wanted_by[0]!]!;
    const before = output.computed.get(cell.cell_id) ?? 0;
    output.computed.set(cell.cell_id, before + segment.to - segment.from);
  }
  return countPermutations(computed);
}

/** The cell's own, where its rows decide how many permutations it has. */
function targetOf({ target }: PlannedOutput, scan: CellScan | EngineError): number {
  return scan instanceof EngineError ? target : scan.target;
}

async function studyPlan(
  host: Host,
  output: PlannedOutput,
  threads: number,
  before_seconds: number,
): Promise<StudyPlan> {
  const { experiment, planned, computed, cells_shared, at_most } = output;
  // Cells that came with an earlier study stand out of order.
  const cells = cells_shared === 0 ? planned : inStudyOrder(output);
  const permutations_total = cells.reduce((sum, cell) => sum + cell.n_target, 0);
  const permutations_done = cells.reduce((sum, cell) => sum + cell.n_done, 0);
  const permutations_missing = permutations_total - permutations_done;
  return {
    experiment,
    cells,
    permutations_total,
    permutations_done,
    permutations_missing,
    permutations_computed: [...computed.values()].reduce((sum, n) => sum + n, 0),
    at_most,
    cells_shared,
    waiting: output.waiting,
    overlap: overlapOf(experiment),
    forecast:
      permutations_missing === 0
        ? undefined
        : await forecast(host, output, permutations_missing, threads, before_seconds),
  };
}

function inStudyOrder({ cells, planned }: PlannedOutput): PlannedCell[] {
  const by_id = new Map(planned.map((cell) => [cell.cell_id, cell]));
  return Array.from(cells, (cell) => by_id.get(cell.cell_id)!);
}

export function overlapOf({ study, cells }: LoadedStudy): StudyOverlap {
  return studyOverlap(cells, study.seed, study.streams, study.permutations);
}

/** From permutations of cells with work left, computed just now. `before_seconds`: until it is known what is missing. */
async function forecast(
  host: Host,
  output: PlannedOutput,
  rows_written: number,
  threads: number,
  before_seconds: number,
): Promise<Forecast> {
  const { experiment, computed, cells, planned } = output;
  const { format, batch_rows } = experiment.study;
  const open = planned.filter(({ missing }) => missing.length > 0);
  const at = (i: number): RunCell => cells.find(open[i]!.cell_id)!;
  const rates = await measureRates(host, experiment, { length: open.length, at }, threads);
  const n_computed = [...computed.values()].reduce((sum, n) => sum + n, 0);
  const work: Work = {
    format,
    batch_rows,
    computed: n_computed,
    copied: rows_written - n_computed,
    cells: open.length,
    new_cells: open.filter(({ n_done }) => n_done === 0).length,
    rows_of_cells: open.reduce((sum, { n_target }) => sum + n_target, 0),
    written: open.map(({ missing }) => missing),
  };
  return forecastOf(work, { ...rates, start_seconds: rates.start_seconds + before_seconds }, threads);
}
