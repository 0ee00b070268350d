import { EngineError } from '../errors.ts';
import type { Parameters, ParameterValue, ResultRow } from '../model/model.ts';
import type { FilePort } from '../files/port.ts';
import { derivationsOf, type Derivation, type Derived } from '../study/derived.ts';
import { readSetOptions } from '../study/set-options.ts';
import { Problems } from '../study/problem.ts';
import { declaredSettings, withSettings } from '../study/settings.ts';
import { readOnce, type StudyAsRead, type StudyReference } from '../study/source.ts';
import type { StudyOverrides } from '../study/study.ts';
import { hasEnough } from '../precision/cell-precision.ts';
import { openStudy, type LoadedStudy } from '../study/loaded-study.ts';
import { loadManifest } from '../stored/manifest.ts';
import { selectedCells } from '../plan/select-cells.ts';
import { readSummary } from '../stored/summaries.ts';

/** What the options of a run say of its study. */
export interface SuiteOptions extends Pick<StudyOverrides, 'output' | 'format' | 'permutations' | 'inputs'> {
  readonly steps?: readonly string[] | undefined;
  /** `--set`, as it was written. */
  readonly settings?: readonly string[] | undefined;
}

/**
 * A study on its way through its steps. Most are done in one stage; a step whose parameter an earlier step decides (`from: step2`) waits for that
 * step, which is run first, asked for or not: so any order of steps ends in the same rows. It is read once: what is edited on the way counts the next time.
 */
export class Suite {
  private readonly reference: StudyAsRead;
  private readonly port: FilePort;
  private readonly overrides: StudyOverrides;
  private readonly derivations: readonly Derivation[];
  /** Steps to run, those that they wait for included; undefined for the whole study. */
  private readonly wanted: ReadonlySet<string> | undefined;
  private decided: Derived;

  private constructor(
    port: FilePort,
    reference: StudyAsRead,
    overrides: StudyOverrides,
    derivations: readonly Derivation[],
    wanted: ReadonlySet<string> | undefined,
    decided: Derived,
  ) {
    this.port = port;
    this.reference = reference;
    this.overrides = overrides;
    this.derivations = derivations;
    this.wanted = wanted;
    this.decided = decided;
  }

  /** Throws as loading the study does, and USAGE for wrong settings. */
  static async open(port: FilePort, given: StudyReference, options: SuiteOptions): Promise<Suite> {
    const { output, format, permutations, inputs, steps } = options;
    const reference = await readOnce(given);
    const { raw } = reference.source;
    const set = readSetOptions(options.settings ?? [], declaredSettings(raw), derivationsOf(raw));
    const { settings, derived: decided } = set;
    // Errors in the settings are reported when the study is loaded.
    const derivations = derivationsOf(withSettings(raw, settings, new Problems()));
    const overrides = { output, format, permutations, inputs, settings };
    if (derivations.length === 0) return new Suite(port, reference, overrides, [], steps && new Set(steps), decided);
    const wanted = steps && withNeeded(steps, derivations, decided);
    // Steps that are not run now stay as they were run last.
    const { study } = await openStudy(reference, { ...overrides, derived: decided });
    const recorded = Object.entries(loadManifest(port, study.output)?.derived ?? {});
    const resting = recorded.filter(([step]) => wanted !== undefined && !wanted.has(step));
    return new Suite(port, reference, overrides, derivations, wanted, merged(Object.fromEntries(resting), decided));
  }

  /** The study as far as it is decided. */
  load(): Promise<LoadedStudy> {
    return openStudy(this.reference, { ...this.overrides, derived: this.decided });
  }

  /** Steps that can be run now, for the selection of cells; undefined for all there are. */
  get steps(): readonly string[] | undefined {
    const waiting = new Set(this.waiting.map(({ step }) => step));
    return this.wanted && [...this.wanted].filter((step) => !waiting.has(step));
  }

  /** What is still to be decided before all wanted steps have cells. */
  get waiting(): readonly Derivation[] {
    return this.derivations.filter(
      ({ step, parameter }) => (this.wanted?.has(step) ?? true) && !Object.hasOwn(this.decided[step] ?? {}, parameter),
    );
  }

  /**
   * Decides what the rows on disk decide. `whole`: only from steps that are complete (a plan decides nothing that a run might decide otherwise); after a
   * run the rows that there are decide. Returns whether anything was decided.
   */
  async decide(whole: boolean): Promise<boolean> {
    const before = this.waiting.length;
    const undecided = new Set(this.waiting.map(({ step }) => step));
    const ready = this.waiting.filter(({ from }) => !undecided.has(from));
    if (ready.length === 0) return false;
    const experiment = await this.load();
    for (const derivation of ready) {
      const { rows, n_cells } = rowsOfStep(this.port, experiment, derivation.from);
      if (whole && rows.length < n_cells) continue;
      const value = choose(derivation, rows, experiment);
      this.decided = merged(this.decided, { [derivation.step]: { [derivation.parameter]: value } });
    }
    return this.waiting.length < before;
  }
}

/** A study as far as its settings and the complete steps of its output decide it. */
export async function decidedExperiment(
  port: FilePort,
  reference: StudyReference,
  options: SuiteOptions,
): Promise<LoadedStudy> {
  const suite = await Suite.open(port, reference, options);
  while (await suite.decide(true));
  return suite.load();
}

function merged(a: Derived, b: Derived): Derived {
  const steps = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...steps].map((step): [string, Parameters] => [step, { ...a[step], ...b[step] }]));
}

/** The steps and those whose rows decide something of them. */
function withNeeded(steps: readonly string[], derivations: readonly Derivation[], decided: Derived): Set<string> {
  const wanted = new Set(steps);
  // A set that grows while it is gone through: what is added is looked at, too.
  for (const step of wanted) {
    for (const derivation of derivations) {
      const given = Object.hasOwn(decided[step] ?? {}, derivation.parameter);
      if (derivation.step === step && !given) wanted.add(derivation.from);
    }
  }
  return wanted;
}

/** The complete cells of a step, in the order of the study. */
function rowsOfStep(
  port: FilePort,
  experiment: LoadedStudy,
  step: string,
): { readonly rows: ResultRow[]; readonly n_cells: number } {
  const rows: ResultRow[] = [];
  const cells = selectedCells(experiment, { steps: [step] });
  for (const { place, parameters } of cells) {
    const summary = readSummary(port, place.folder);
    // Without its digest nothing says that it is as it was made: the run makes it again, and then it decides.
    if (summary?.digest === undefined) continue;
    // Rows with fewer permutations are of an earlier, smaller study, or of a rule that was content with less.
    const { permutations, precision } = experiment.study;
    if (summary.n_perms_target < permutations && !hasEnough(summary, permutations, precision)) continue;
    const means = Object.entries(summary.statistics).map(([metric, { mean }]) => [metric, mean] as const);
    rows.push({ parameters, metrics: Object.fromEntries(means) });
  }
  return { rows, n_cells: cells.length };
}

function choose(derivation: Derivation, rows: readonly ResultRow[], { study }: LoadedStudy): ParameterValue {
  const { step, parameter, from, best, of, otherwise } = derivation;
  const rule = study.model.choices?.[best];
  const usable = rows.filter(({ parameters }) => parameters[parameter] !== undefined);
  const chosen =
    usable.length === 0 ? undefined : rule === undefined ? bestOf(usable, parameter, best, of) : rule(usable);
  const value = chosen ?? otherwise;
  if (value === undefined) {
    throw new EngineError(
      'STUDY',
      `steps.${step}.parameters.${parameter}: no complete row of ${from} decides it; add otherwise: to it in the study, or pass --set ${step}.${parameter}=<value>.`,
      { path: `steps.${step}.parameters.${parameter}` },
    );
  }
  return value;
}

/** The parameter's value in the row with the largest (smallest) mean of a metric; on ties the smallest value, else the earlier row. */
function bestOf(
  rows: readonly ResultRow[],
  parameter: string,
  metric: string,
  of: 'max' | 'min',
): ParameterValue | undefined {
  const sign = of === 'max' ? 1 : -1;
  const rank = ({ metrics }: ResultRow): number => sign * metrics[metric]!;
  const known = rows.filter((row) => !Number.isNaN(rank(row)));
  if (known.length === 0) return undefined;
  const winner = known.reduce((best, row) => {
    if (rank(row) !== rank(best)) return rank(row) > rank(best) ? row : best;
    const [a, b] = [row.parameters[parameter]!, best.parameters[parameter]!];
    return typeof a === 'number' && typeof b === 'number' && a < b ? row : best;
  });
  return winner.parameters[parameter];
}
