import { resolve } from 'node:path';

import { realPathOf } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import { threadCount } from '../execute/thread-count.ts';
import { makeFolderForGood } from '../files/folder.ts';
import { refuseForeignFolder } from '../run/output/foreign-folder.ts';
import type { FilePort } from '../files/port.ts';
import { removeLeftOversOfRun } from '../store/left-overs.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { writeManifest } from '../stored/manifest-file.ts';
import { manifestPath } from '../stored/manifest-path.ts';
import { compareIdentity, differenceLines } from '../study/identity.ts';
import {
  firstNodeOf,
  inputFilesOf,
  loadManifest,
  MADE_BY,
  requireManifest,
  studyPlaceFrom,
  type RunManifest,
} from '../stored/manifest.ts';
import { mergeCell, type MergeConflict, type MergedCell, type SourceCell } from '../merge/merge-cell.ts';
import { repair } from './repair.ts';
import { storedCell, storedCells } from '../readers/stored-cells.ts';
import { refuseOwnCode, storedStudy } from '../stored/stored-experiment.ts';
import { keepRowOrigins, majorOf, RowOrigins } from '../stored/row-origins.ts';
import { compareOrigins, type ComparedSource } from './compare-origins.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { setupOf } from '../execute/model-setup.ts';
import { filesOf, type Abortable, type StudyPlace } from './given-study.ts';
import { withSignal } from '../readers/with-signal.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';

/** The study's files are for the summaries. */
export interface MergeOptions extends StudyPlace, Abortable {
  /** Default: one per core. */
  readonly threads?: number | undefined;
}

/** What a merge wrote, and what did not agree. */
export interface MergeResult {
  readonly output: string;
  /** Metrics files that were written. */
  readonly files: readonly string[];
  readonly cells: number;
  readonly complete: number;
  readonly rows: number;
  readonly conflicts: readonly MergeConflict[];
  /** Whose rows were not compared although their math may differ: it is a user's model, and its code is not trusted. Undefined where nothing is left to compare. */
  readonly not_compared: string | undefined;
  /** Why summaries could not be made (the study is unavailable); undefined where they were. */
  readonly without_summaries: string | undefined;
}

/** The cell in every source that has it. */
function sourcesOf(cell_id: string, sources: readonly Source[]): SourceCell[] {
  return sources
    .filter(({ manifest }) => Object.hasOwn(manifest.identity.cells, cell_id))
    .map(({ path, manifest, origins }) => ({ path, origins, cell: storedCell(layoutOf(path), manifest, cell_id) }));
}

/** A run that rows come from. */
type Source = ComparedSource;

/**
 * Brings the rows of shards and copies of one experiment together: the union of their rows, each perm_index once, files in canonical form, complete
 * cells sealed and summarised. Formats may differ; the result has the format of what `into` held before, else of the first source.
 * Refuses another experiment with EngineError IDENTITY before anything is written. The sources are only read.
 */
export async function merge(
  from: readonly string[],
  into: string,
  options: MergeOptions = {},
  given: Host = thisMachine,
): Promise<MergeResult> {
  const host = withSignal(given, options.signal);
  const { port } = host;
  const threads = threadCount(options.threads);
  const sources = readSources(port, from, into);
  const manifest = mergedManifest(sources, into, loadManifest(port, into) ?? requireManifest(port, from[0]!));
  const others = sources.filter(({ path }) => path !== into);
  const not_compared = await compared(host, sources, threads, options);
  // Nothing is there yet.
  if (others.length === sources.length) await makeFolderForGood(port, into);
  const lock = await host.locks.acquire(into);
  // A cell is read in all sources at once, one cell after the other.
  const readers = host.open(Math.min(threads, others.length + 1));
  const merged: MergedCell[] = [];
  try {
    await removeLeftOversOfRun(port, into);
    await writeManifest(port, into, { ...manifest });
    await keepRowOrigins(port, into);
    const origins = RowOrigins.read(port, into, manifest);
    for (const cell of storedCells(into, manifest))
      merged.push(await mergeCell(port, cell, sourcesOf(cell.cell_id, others), manifest, origins, readers));
  } finally {
    await readers.close();
    lock.release();
  }
  const written = merged.filter((cell) => cell.file !== undefined);
  return {
    output: resolve(into),
    files: written.map((cell) => resolve(cell.file!)),
    cells: merged.length,
    complete: merged.filter(({ complete }) => complete).length,
    rows: merged.reduce((sum, { rows }) => sum + rows, 0),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
    not_compared,
    without_summaries: await summarised(host, into, options),
  };
}

/** Where rows come from, each folder once; what `into` holds is the first, the others in an order of their own, whatever the one they are named in. */
function readSources(port: FilePort, from: readonly string[], into: string): Source[] {
  const before = loadManifest(port, into);
  if (before === undefined) refuseForeignFolder(port, into);
  const source = (path: string, manifest: RunManifest): Source => ({
    path,
    manifest,
    origins: RowOrigins.read(port, path, manifest),
  });
  const own: Source[] = before === undefined ? [] : [source(into, before)];
  const others = new Map<string, Source>();
  for (const path of from) {
    const manifest = requireManifest(port, path);
    const real = realPathOf(port, path);
    if (real !== realPathOf(port, into) && !others.has(real)) others.set(real, source(path, manifest));
  }
  if (own.length + others.size === 0)
    throw new EngineError('USAGE', 'merge needs at least one run to take rows from.', { path: 'from' });
  const age = ([real, { manifest }]: readonly [string, Source]): string => `${manifest.created_at} ${real}`;
  const oldest = [...others].sort((a, b) => (age(a) < age(b) ? -1 : 1));
  return [...own, ...oldest.map(([, source]) => source)];
}

/**
 * What the result is: the experiment of the source with the most cells, all others being part of it. The study of what was there stays its study: another's
 * folder never makes a run depend on it. Of the order in which sources are named only the format depends.
 */
function mergedManifest(
  sources: readonly Source[],
  into: string,
  { format, batch_rows }: Pick<RunManifest, 'format' | 'batch_rows'>,
): RunManifest {
  const first = sources[0]!;
  let widest = first;
  for (const source of sources.slice(1)) {
    const larger = cellsOf(source) > cellsOf(widest);
    if (larger && compareIdentity(widest.manifest.identity, source.manifest.identity).length === 0) widest = source;
    else refuseForeign(widest, source);
  }
  const first_node = firstNodeOf(first.manifest);
  const study = first.path === into ? first : widest;
  // The paths of the study's inputs go with the study.
  return {
    ...withoutStudyPlace(widest.manifest),
    permutations: Math.max(...sources.map((source) => source.manifest.permutations)),
    format,
    batch_rows,
    thresholds: first.manifest.thresholds,
    precision: first.manifest.precision,
    made_by: MADE_BY,
    ...(first_node !== MADE_BY.node && { first_node }),
    ...studyPlaceFrom(study.path, study.manifest, into),
    study_text: study.manifest.study_text,
    ...(study.manifest.inputs && { inputs: inputsFrom(study, into) }),
    ...(widest.manifest.steps_run && { steps_run: stepsOf(sources) }),
    created_at: first.manifest.created_at,
  };
}

type Place = 'inputs' | 'study_file' | 'study_folder';

function withoutStudyPlace(manifest: RunManifest): Omit<RunManifest, Place> {
  const rest: { -readonly [Key in keyof RunManifest]: RunManifest[Key] } = { ...manifest };
  for (const name of ['inputs', 'study_file', 'study_folder'] satisfies Place[]) Reflect.deleteProperty(rest, name);
  return rest;
}

function cellsOf({ manifest }: Source): number {
  return Object.keys(manifest.identity.cells).length;
}

/** Steps that any of the sources was asked for. */
function stepsOf(sources: readonly Source[]): string[] {
  return [...new Set(sources.flatMap(({ manifest }) => manifest.steps_run ?? []))];
}

/** Input files that a command line named, as the manifest of `into` says where they are. */
function inputsFrom({ path, manifest }: Source, into: string): Record<string, string> {
  const files = Object.entries(inputFilesOf(path, manifest));
  return Object.fromEntries(files.map(([name, file]) => [name, manifestPath(into, file)]));
}

function refuseForeign(known: Source, foreign: Source): void {
  // The other way round nothing differs where the foreign one only has fewer cells.
  if (compareIdentity(foreign.manifest.identity, known.manifest.identity).length === 0) return;
  const differences = compareIdentity(known.manifest.identity, foreign.manifest.identity);
  const first = differences[0]!;
  throw new EngineError(
    'IDENTITY',
    `${foreign.path} holds another experiment than ${known.path}:\n  ${differenceLines(differences).join('\n  ')}\nNothing was changed. Only shards and copies of one experiment can be merged.`,
    { path: first.path, value: first.new, allowed: first.old === undefined ? 'nothing' : JSON.stringify(first.old) },
  );
}

/**
 * Where the rows are by several major versions of Node.js, those by others than this one are compared with what it computes, before anything is written.
 * Returns why they were not.
 */
async function compared(
  host: Host,
  sources: readonly Source[],
  threads: number,
  options: MergeOptions,
): Promise<string | undefined> {
  const nodes = new Set(sources.flatMap(({ origins }) => origins?.nodes ?? []));
  if (new Set([...nodes].map(majorOf)).size < 2) return undefined;
  const widest = sources.reduce((most, source) => (cellsOf(source) > cellsOf(most) ? source : most));
  const files = filesOf(options);
  try {
    await refuseOwnCode(host.port, widest.path, files);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return `The rows were computed by Node.js ${[...nodes].join(' and ')}, whose math may differ in the last bit. A sample of them is compared with --trust or --study, and later by verify --recompute.`;
  }
  const { experiment } = await storedStudy(host.port, widest.path, files);
  const setup = setupOf(experiment, chooseKernel('auto', threads).kernel);
  const local = host.open(threads, [setup]);
  try {
    await compareOrigins(sources, experiment, local, setup.id);
  } finally {
    await local.close();
  }
  return undefined;
}

/** Makes the summaries; without the study the rows are merged all the same. */
async function summarised(host: Host, into: string, options: MergeOptions): Promise<string | undefined> {
  try {
    await refuseOwnCode(host.port, into, filesOf(options));
    const { stopped } = await repair(into, options, host);
    if (stopped?.kind === 'error') throw stopped.error;
    options.signal?.throwIfAborted();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError) || error.exit !== 2 || options.study !== undefined) throw error;
    return error.message;
  }
}
