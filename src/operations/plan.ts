import { EngineError } from '../errors.ts';
import { studyOverlap, type StudyOverlap } from '../plan/overlap.ts';
import { segmentsOf } from '../plan/segments.ts';
import { readFailures } from '../store/failures.ts';
import { layoutOf } from '../store/scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import type { Derivation } from '../study/derived.ts';
import { countPermutations, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import { loadStudies, openSuites } from '../run/output/claim-studies.ts';
import { resolveOptions, retriesFailed, type ResolvedOptions, type RunOptions } from '../run/run-options.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { chooseKernel, type KernelChoice } from '../execute/kernel-choice.ts';
import { forecastOf, type Forecast, type Work } from '../forecast/forecast.ts';
import { measureRates } from '../forecast/measure-rates.ts';
import { reusableRuns } from '../run/loop/reuse.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { scannedExperiments, type CellSet, type ScannedCell, type ScannedExperiment } from '../run/loop/scan-cells.ts';
import { ownOf, shareOf, wantedOf, type Share } from '../plan/share.ts';
import { stoppingOf } from '../precision/checks.ts';
import { thisMachine, type Host } from '../readers/host.ts';

/** A cell as the run would work on it; of a shard its own permutations. */
export interface PlannedCell {
  readonly cell_id: string;
  readonly n_done: number;
  /** Permutations of the complete cell; where its rows do not decide that yet, the most that it may get. */
  readonly n_target: number;
  /** Failed before, and not tried again. */
  readonly n_failed: number;
  /** What is computed or copied: n_target - n_done - n_failed permutations. */
  readonly missing: readonly PermutationRange[];
}

/** What `run` would do for one output. */
export interface StudyPlan {
  readonly experiment: LoadedStudy;
  readonly cells: readonly PlannedCell[];
  readonly permutations_total: number;
  readonly permutations_done: number;
  /** Failed before, and not tried again. */
  readonly permutations_failed: number;
  /** Rows that the output misses and gets. */
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
  /** Failed before, and not tried again. */
  readonly permutations_failed: number;
  /** To be computed. */
  readonly permutations_missing: number;
}

/** The options of the run that is planned. */
export interface PlanOptions extends RunOptions {
  /** `false`: nothing is measured, so there is no forecast. */
  readonly forecast?: boolean | undefined;
  /** What a process takes before it comes to its study [s], where the forecast is to have it. */
  readonly process_seconds?: number | undefined;
}

/** Reads the study and what its output holds. Writes nothing. */
export async function planStudy(file: string, options: PlanOptions = {}, host: Host = thisMachine): Promise<StudyPlan> {
  const { studies } = await planStudies([file], options, host);
  return studies[0]!;
}

/** One output as the plan looks at it. */
interface PlannedOutput extends CellSet {
  readonly experiment: LoadedStudy;
  readonly share: Share | undefined;
  /** Permutations on record as failed are left out. */
  readonly leaves_failed: boolean;
  readonly planned: PlannedCell[];
  at_most: boolean;
  /** Permutations to be computed for the output, by cell; absent where none are. */
  readonly computed: Map<string, number>;
  /** Rows of the cells that will be complete: all are read back and summarised. */
  rows_finished: number;
  cells_shared: number;
  readonly waiting: readonly Derivation[];
}

/** The same for several studies: experiments that they have in common are computed once. Throws what `run` with these options would refuse. */
export async function planStudies(
  files: readonly string[],
  given: PlanOptions = {},
  host: Host = thisMachine,
): Promise<RunPlan> {
  const { port } = host;
  const started_ms = performance.now();
  const { forecast: forecasts = true, process_seconds = 0, ...run } = given;
  const options = resolveOptions(run);
  const { threads } = options;
  const { kernel } = chooseKernel(options.kernel, threads);
  const outputs = await plannedOutputs(host, files, options);
  const reuse = reusableRuns(
    port,
    options.reuse,
    outputs.map(({ experiment }) => experiment.study.output),
  );
  const readers = host.open(threads);
  const sums = { cells: 0, cells_shared: 0, permutations_total: 0, permutations_failed: 0, permutations_missing: 0 };
  try {
    for await (const experiment of scannedExperiments({ outputs, reuse, readers, port })) {
      const { total, failed, missing } = planExperiment(port, experiment);
      sums.cells += 1;
      sums.cells_shared += experiment.members.length > 1 ? 1 : 0;
      sums.permutations_total += total;
      sums.permutations_failed += failed;
      sums.permutations_missing += missing;
    }
  } finally {
    await readers.close();
  }
  // A run reads what is there, too, before it computes.
  const before_seconds = process_seconds + (performance.now() - started_ms) / 1000;
  const studies: StudyPlan[] = [];
  for (const output of outputs) {
    const plan = studyPlan(output);
    const measured = forecasts && plan.permutations_missing > 0;
    const forecast = measured ? await forecastRun(host, output, plan, threads, kernel, before_seconds) : undefined;
    studies.push({ ...plan, forecast });
  }
  const { permutations_total, permutations_failed, permutations_missing } = sums;
  const permutations_done = permutations_total - permutations_failed - permutations_missing;
  return { studies, ...sums, permutations_done };
}

/** The studies as a run would open them, and what complete steps on disk decide of later ones. */
async function plannedOutputs(
  host: Host,
  files: readonly string[],
  options: ResolvedOptions,
): Promise<PlannedOutput[]> {
  const suites = await openSuites(host.port, files, options);
  for (const suite of suites) while (await suite.decide(true));
  const studies = await loadStudies(host, suites, options);
  return studies.map(({ experiment, cells }, k): PlannedOutput => {
    const { permutations, precision, output, surface } = experiment.study;
    return {
      experiment,
      cells,
      target: permutations,
      stopping: stoppingOf(precision, permutations),
      share: shareOf(options, permutations),
      leaves_failed: !retriesFailed(options, surface.steps) && host.port.stat(layoutOf(output).per_cell) !== undefined,
      planned: [],
      at_most: false,
      computed: new Map(),
      rows_finished: 0,
      cells_shared: 0,
      waiting: suites[k]!.waiting,
    };
  });
}

/** Takes down what each output misses, and which permutations are computed for it. Returns the counts of the experiment, each permutation once. */
function planExperiment(
  port: FilePort,
  { members, donors }: ScannedExperiment<PlannedOutput>,
): {
  readonly total: number;
  readonly failed: number;
  readonly missing: number;
} {
  const parts = members.map((member) => partOf(port, member));
  for (const [k, { output, cell, look }] of members.entries()) {
    const { own, left, wanted, whole_after, target } = parts[k]!;
    const n_target = countPermutations(own);
    const n_missing = countPermutations(wanted);
    const n_failed = countPermutations(left) - n_missing;
    const n_done = n_target - n_failed - n_missing;
    output.planned.push({ cell_id: cell.cell_id, n_done, n_target, n_failed, missing: wanted });
    if (whole_after && n_missing > 0) output.rows_finished += target;
    if (k > 0) output.cells_shared += 1;
    if (output.stopping !== undefined && output.share === undefined && look?.stop !== true) output.at_most = true;
  }
  const wanted = parts.map((part) => part.wanted);
  const segments = segmentsOf(
    wanted,
    donors.map(({ scan }) => scan.present),
  );
  const computed = segments.filter(({ held_by }) => held_by.length === 0);
  for (const segment of computed) {
    const { output, cell } = members[segment.wanted_by[0]!]!;
    const before = output.computed.get(cell.cell_id) ?? 0;
    output.computed.set(cell.cell_id, before + segment.to - segment.from);
  }
  const failed = subtractRanges(union(parts.map((part) => subtractRanges(part.left, part.wanted))), segments);
  return {
    total: countPermutations(union(parts.map((part) => part.own))),
    failed: countPermutations(failed),
    missing: countPermutations(computed),
  };
}

/** What a run has to do with a cell in one output. */
interface CellPart {
  readonly target: number;
  /** The run's permutations of the cell. */
  readonly own: readonly PermutationRange[];
  /** Those of them without a row. */
  readonly left: readonly PermutationRange[];
  /** Those of these that get one. */
  readonly wanted: readonly PermutationRange[];
  /** Every row of the cell is there then, another run's included. */
  readonly whole_after: boolean;
}

function partOf(port: FilePort, { output, cell, scan }: ScannedCell<PlannedOutput>): CellPart {
  if (scan instanceof EngineError) throw scan;
  const { target } = scan;
  const all = [{ from: 0, to: target }];
  const missing = subtractRanges(all, scan.present);
  const share = output.share?.(cell);
  const leave = output.leaves_failed && missing.length > 0;
  const failed = leave ? readFailures(port, cell.place.folder).map(({ perm_index }) => perm_index) : [];
  const wanted = wantedOf(missing, share, failed);
  const whole_after = countPermutations(wanted) === countPermutations(missing);
  return { target, own: ownOf(all, share), left: ownOf(missing, share), wanted, whole_after };
}

function union(lists: readonly (readonly PermutationRange[])[]): readonly PermutationRange[] {
  return lists.length === 1 ? lists[0]! : segmentsOf(lists);
}

function studyPlan(output: PlannedOutput): Omit<StudyPlan, 'forecast'> {
  const { experiment, planned, computed, cells_shared, at_most, waiting } = output;
  // Cells that came with an earlier study stand out of order.
  const cells = cells_shared === 0 ? planned : inStudyOrder(output);
  const sum = (count: (cell: PlannedCell) => number): number => cells.reduce((total, cell) => total + count(cell), 0);
  const permutations_total = sum(({ n_target }) => n_target);
  const permutations_done = sum(({ n_done }) => n_done);
  const permutations_failed = sum(({ n_failed }) => n_failed);
  return {
    experiment,
    cells,
    permutations_total,
    permutations_done,
    permutations_failed,
    permutations_missing: permutations_total - permutations_done - permutations_failed,
    permutations_computed: [...computed.values()].reduce((total, n) => total + n, 0),
    at_most,
    cells_shared,
    waiting,
    overlap: overlapOf(experiment),
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
async function forecastRun(
  host: Host,
  output: PlannedOutput,
  { permutations_missing, permutations_computed }: Omit<StudyPlan, 'forecast'>,
  threads: number,
  kernel: KernelChoice['kernel'],
  before_seconds: number,
): Promise<Forecast> {
  const { experiment, cells, planned, rows_finished } = output;
  const { format, batch_rows } = experiment.study;
  const open = planned.filter(({ missing }) => missing.length > 0);
  const at = (i: number): RunCell => cells.find(open[i]!.cell_id)!;
  const rates = await measureRates(host, experiment, { length: open.length, at }, threads, kernel);
  const work: Work = {
    format,
    batch_rows,
    computed: permutations_computed,
    copied: permutations_missing - permutations_computed,
    cells: open.length,
    new_cells: open.filter(({ n_done }) => n_done === 0).length,
    rows_of_cells: rows_finished,
    written: open.map(({ missing }) => missing),
  };
  return forecastOf(work, { ...rates, start_seconds: rates.start_seconds + before_seconds }, threads);
}
