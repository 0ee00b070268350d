import { look } from '../files/look.ts';
import type { StudyOverlap } from '../plan/overlap.ts';
import { layoutOf } from '../store/scan/layout.ts';
import type { Derivation } from '../study/derived.ts';
import { loadStudies, openSuites } from '../run/output/claim-studies.ts';
import { resolveOptions, retriesFailed, type ResolvedOptions, type RunOptions } from '../run/run-options.ts';
import { fixedParameters, type FixedParameters } from '../study/fixed-parameters.ts';
import { inputNotes } from '../study/loaded-study.ts';
import type { Precision } from '../study/schema.ts';
import type { StudyReference } from '../study/source.ts';
import type { Parameters } from '../model/model.ts';
import type { Note } from '../model/note.ts';
import { withSignal } from '../readers/with-signal.ts';
import { isList, referencesOf, type GivenStudy, type StudyBase } from './given-study.ts';
import { overlapOf } from './seeds.ts';
import { apart, type Watching } from './watching.ts';
import { chooseKernel, type KernelChoice } from '../execute/kernel-choice.ts';
import { forecastOf, type Forecast, type Work } from '../forecast/forecast.ts';
import { measureRates } from '../forecast/measure-rates.ts';
import { reusableRuns } from '../run/loop/reuse.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { scannedExperiments } from '../run/loop/scan-cells.ts';
import { shareOf } from '../plan/share.ts';
import { stoppingOf } from '../precision/checks.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { planExperiment, type PlannedCell, type PlannedOutput } from './planned-output.ts';

/** What `run` would do for one output. */
export interface StudyPlan {
  /** Of the study. */
  readonly name: string;
  readonly model: string;
  readonly output: string;
  readonly cells: readonly PlannedCell[];
  /** The parameters that vary, of the first cells with something missing: at most ten. */
  readonly first_open: readonly { readonly cell_id: string; readonly parameters: Parameters }[];
  /** Points of the grid and explicit cells, before those that differ only in inactive parameters were folded into one cell. */
  readonly grid_points: number;
  readonly cells_folded: number;
  /** Per cell. */
  readonly permutations: number;
  /** Rules by which cells stop earlier. */
  readonly precision: readonly Precision[];
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
  /** Parameters that do not vary, by where their values come from. */
  readonly fixed: FixedParameters;
  /** What the model says of the inputs and of what the study makes of them. */
  readonly notes: readonly Note[];
  /** Undefined where nothing is to be computed, or no forecast was asked for. */
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

/** The options of the run that is planned; those that watch it are taken as well, so that any run can be planned with its own. */
export interface PlanOptions extends RunOptions, StudyBase, Watching {
  /** `false`: nothing is measured, so there is no forecast. */
  readonly forecast?: boolean | undefined;
  /** What a process takes before it comes to its study [s], where the forecast is to have it. */
  readonly process_seconds?: number | undefined;
}

/**
 * What `run` with the same options would do: reads the studies and what their outputs hold, computes a few permutations for the forecast, writes nothing.
 * Of several studies, experiments that they have in common are counted once. Rejects as that run would; with the signal's reason once it is aborted.
 */
export function plan(study: GivenStudy, options?: PlanOptions, host?: Host): Promise<StudyPlan>;
export function plan(studies: readonly GivenStudy[], options?: PlanOptions, host?: Host): Promise<RunPlan>;
export async function plan(
  given: GivenStudy | readonly GivenStudy[],
  options: PlanOptions = {},
  host: Host = thisMachine,
): Promise<StudyPlan | RunPlan> {
  const { watching, asked } = apart(options);
  const { base, ...run } = asked;
  const planned = await planStudies(referencesOf(given, base), run, withSignal(host, watching.signal));
  return isList(given) ? planned : planned.studies[0]!;
}

async function planStudies(
  references: readonly StudyReference[],
  given: Omit<PlanOptions, keyof StudyBase | keyof Watching>,
  host: Host,
): Promise<RunPlan> {
  const { port } = host;
  const started_ms = performance.now();
  const { forecast: forecasts = true, process_seconds = 0, ...run } = given;
  const options = resolveOptions(run);
  const threads = Math.max(1, options.threads);
  const { kernel } = chooseKernel(options.kernel, threads);
  const outputs = await plannedOutputs(host, references, options);
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
  references: readonly StudyReference[],
  options: ResolvedOptions,
): Promise<PlannedOutput[]> {
  const suites = await openSuites(host.port, references, options);
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
      leaves_failed: !retriesFailed(options, surface.steps) && look(host.port, layoutOf(output).per_cell) !== undefined,
      planned: [],
      at_most: false,
      computed: new Map(),
      rows_finished: 0,
      cells_shared: 0,
      waiting: suites[k]!.waiting,
    };
  });
}

function studyPlan(output: PlannedOutput): Omit<StudyPlan, 'forecast'> {
  const { experiment, planned, computed, cells_shared, at_most, waiting } = output;
  const { study } = experiment;
  // Cells that came with an earlier study are out of order.
  const cells = cells_shared === 0 ? planned : inStudyOrder(output);
  const sum = (count: (cell: PlannedCell) => number): number => cells.reduce((total, cell) => total + count(cell), 0);
  const fixed = fixedParameters(study, experiment.cells);
  const permutations_total = sum(({ n_target }) => n_target);
  const permutations_done = sum(({ n_done }) => n_done);
  const permutations_failed = sum(({ n_failed }) => n_failed);
  return {
    name: study.name,
    model: study.model.name,
    output: study.output,
    cells,
    first_open: firstOpen(output, cells, fixed),
    cells_folded: experiment.cells.folded,
    grid_points: experiment.cells.points,
    permutations: study.permutations,
    precision: study.precision,
    permutations_total,
    permutations_done,
    permutations_failed,
    permutations_missing: permutations_total - permutations_done - permutations_failed,
    permutations_computed: [...computed.values()].reduce((total, n) => total + n, 0),
    at_most,
    cells_shared,
    waiting,
    overlap: overlapOf(experiment),
    fixed,
    notes: inputNotes(experiment),
  };
}

/** How many are named with their parameters. */
const NAMED_CELLS = 10;

function firstOpen(
  { cells }: PlannedOutput,
  planned: readonly PlannedCell[],
  { given, from_inputs, defaults }: FixedParameters,
): StudyPlan['first_open'] {
  const known = new Set([given, from_inputs, defaults].flatMap((values) => Object.keys(values)));
  const open = planned.filter(({ missing }) => missing.length > 0).slice(0, NAMED_CELLS);
  const ids = new Set(open.map(({ cell_id }) => cell_id));
  const found: { cell_id: string; parameters: Parameters }[] = [];
  if (ids.size === 0) return found;
  for (const { cell_id, parameters } of cells) {
    if (!ids.has(cell_id)) continue;
    const varying = Object.entries(parameters).filter(([name]) => !known.has(name));
    found.push({ cell_id, parameters: Object.fromEntries(varying) });
    if (found.length === ids.size) break;
  }
  return found;
}

function inStudyOrder({ cells, planned }: PlannedOutput): PlannedCell[] {
  const by_id = new Map(planned.map((cell) => [cell.cell_id, cell]));
  return Array.from(cells, (cell) => by_id.get(cell.cell_id)!);
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
  const to_do = { length: open.length, missing: permutations_computed, at };
  const rates = await measureRates(host, experiment, to_do, threads, kernel);
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
