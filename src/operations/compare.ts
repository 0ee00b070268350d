import { join } from 'node:path';
import pLimit from 'p-limit';

import { analysedMetrics, quantityOf } from '../analysis/aims.ts';
import { compareCells, type CellPair } from '../analysis/compare-cells.ts';
import { matchCells } from '../analysis/match-cells.ts';
import type { AnalysedCell, Quantity } from '../analysis/quantity.ts';
import { threadCount } from '../execute/thread-count.ts';
import { makeGivenFolder } from '../files/folder.ts';
import { writeNewFile } from '../files/new-file.ts';
import { compareCsv, compareHtml, compareMarkdown } from '../report/compare/compare-files.ts';
import type { ComparedPair, ComparedRun, Comparison, RunDifference } from '../report/compare/comparison.ts';
import type { FilePort } from '../files/port.ts';
import type { Host } from '../readers/host.ts';
import type { Readers } from '../readers/readers.ts';
import { storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { withSignal } from '../readers/with-signal.ts';
import type { PairedSample } from '../statistics/difference.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import { identityDifferences } from '../study/identity.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import { summariesOf } from '../stored/summaries.ts';
import { declaredAims } from './analyse-cells.ts';
import { refuseUnknown } from './analysis-questions.ts';
import type { Abortable } from './given-study.ts';

/** Options of `compare`. */
export interface CompareOptions extends Abortable {
  /** Which quantities; default: the metrics that the model leads with, or those that rank or are its headline, each by its mean. */
  readonly quantities?: readonly Quantity[] | undefined;
  /** A folder for compare.html, compare.md and differences.csv. Default: nothing is written. */
  readonly into?: string | undefined;
  /** Default: one per core. */
  readonly threads?: number | undefined;
}

/** What two runs have of each other. */
export interface Compared extends Comparison {
  /** Files written. */
  readonly files: readonly string[];
}

/** Rows of a cell that are paired at most: two columns of each metric are in memory. */
const MOST_ROWS = 1_000_000;
/** Pairs that one task reads. */
const PAIRS_AT_ONCE = 8;

/**
 * Holds two runs against each other: what differs between them, and of cells that belong together by their parameters the differences with their errors: permutation by
 * permutation where both draw from the same streams. Reads manifests, summaries of complete cells, and rows where they are paired; changes neither run.
 */
export async function compare(
  first: string,
  second: string,
  options: CompareOptions = {},
  given: Host = thisMachine,
): Promise<Compared> {
  const host = withSignal(given, options.signal);
  const { port } = host;
  const [a, b] = [await openRun(port, first), await openRun(port, second)];
  const shared = Object.keys(a.manifest.metrics).filter((metric) => Object.hasOwn(b.manifest.metrics, metric));
  for (const { manifest } of [a, b]) refuseUnknown(options, manifest);
  const match = matchCells(a.cells, b.cells);
  const pairs = match.pairs.map(([i, j]) => pairOf(a, b, i, j));
  const all = [...a.cells, ...b.cells];
  const declared = declaredAims(a.manifest);
  const quantities =
    options.quantities ??
    analysedMetrics(all, declared)
      .filter((metric) => shared.includes(metric))
      .map((metric) => quantityOf(all, metric));
  const means = quantities.filter(({ statistic }) => statistic === 'mean').map(({ metric }) => metric);
  const readers = host.open(threadCount(options.threads));
  let samples: readonly (CellPair['pairs'] | undefined)[];
  try {
    samples = await pairedRows(readers, pairs, means);
  } finally {
    await readers.close();
  }
  const compared = pairs.map(({ from, to }, p): CellPair => {
    return { first: from.cell, second: to.cell, same_rows: hasSameRows(pairs[p]!), pairs: samples[p] };
  });
  const ids = (run: OpenedRun, places: readonly number[]): string[] => places.map((i) => run.cells[i]!.cell_id);
  const comparison: Comparison = {
    first: describe(first, a),
    second: describe(second, b),
    identity: differencesOf(identityDifferences(a.manifest.identity, b.manifest.identity)),
    record: recordDifferences(a.manifest, b.manifest),
    matched_by: match.by,
    pairs: pairs.map(({ from, to, same_experiment, same_streams }): ComparedPair => {
      const { cell_id, parameters } = from.cell;
      return { first: cell_id, second: to.cell.cell_id, parameters, same_experiment, same_streams };
    }),
    only_first: ids(a, match.only_first),
    only_second: ids(b, match.only_second),
    ambiguous: { first: ids(a, match.ambiguous[0]), second: ids(b, match.ambiguous[1]) },
    quantities: quantities.map((quantity) => compareCells(compared, quantity)),
  };
  return { ...comparison, files: await write(port, comparison, options.into) };
}

interface OpenedRun {
  readonly manifest: RunManifest;
  /** The complete ones. */
  readonly cells: readonly AnalysedCell[];
  readonly stored: readonly StoredCell[];
  /** What the streams of each cell start from. */
  readonly seeds: readonly string[];
}

async function openRun(port: FilePort, output: string): Promise<OpenedRun> {
  const manifest = requireManifest(port, output);
  const cells: AnalysedCell[] = [];
  const stored: StoredCell[] = [];
  const seeds: string[] = [];
  for await (const { cell, summary } of summariesOf(port, storedCells(output, manifest))) {
    const { params, n_perms_done, statistics, seed } = summary;
    cells.push({ cell_id: cell.cell_id, parameters: params, n: n_perms_done, statistics });
    stored.push(cell);
    seeds.push(streamOf(seed));
  }
  return { manifest, cells, stored, seeds };
}

/** All that decides a cell's streams. The global seed has done its part in the base seed, or the key; a pair begins with the draws of the permutation alone. */
function streamOf(seed: unknown): string {
  if (typeof seed !== 'object' || seed === null) return canonicalJson(seed ?? null);
  return canonicalJson(
    Object.fromEntries(Object.entries(seed).filter(([name]) => name !== 'global' && name !== 'antithetic')),
  );
}

interface Side {
  readonly cell: AnalysedCell;
  readonly stored: StoredCell;
}

interface Pair {
  readonly from: Side;
  readonly to: Side;
  readonly same_experiment: boolean;
  readonly same_streams: boolean;
}

function pairOf(a: OpenedRun, b: OpenedRun, i: number, j: number): Pair {
  const [from, to]: readonly [Side, Side] = [
    { cell: a.cells[i]!, stored: a.stored[i]! },
    { cell: b.cells[j]!, stored: b.stored[j]! },
  ];
  const experiment = ({ place }: StoredCell): string => place.schema.experiment;
  return {
    from,
    to,
    same_experiment: experiment(from.stored) === experiment(to.stored),
    same_streams: a.manifest.identity.model === b.manifest.identity.model && a.seeds[i] === b.seeds[j],
  };
}

function hasSameRows({ from, to, same_experiment }: Pair): boolean {
  return same_experiment && from.cell.n === to.cell.n;
}

/** Of the pairs with the same streams, in threads; each reads some pairs, one after the other. */
async function pairedRows(
  readers: Readers,
  pairs: readonly Pair[],
  metrics: readonly string[],
): Promise<(CellPair['pairs'] | undefined)[]> {
  const found = new Array<CellPair['pairs'] | undefined>(pairs.length).fill(undefined);
  if (metrics.length === 0) return found;
  const chosen = [...pairs.keys()].filter((p) => pairs[p]!.same_streams && !hasSameRows(pairs[p]!));
  const limit = pLimit(2 * readers.parallel);
  const groups = Array.from({ length: Math.ceil(chosen.length / PAIRS_AT_ONCE) }, (_, g) =>
    chosen.slice(g * PAIRS_AT_ONCE, (g + 1) * PAIRS_AT_ONCE),
  );
  const rowsOf = ({ cell, stored }: Side) => ({ place: stored.place, target: cell.n });
  await Promise.all(
    groups.map((group) =>
      limit(async () => {
        for (const p of group) {
          const { from, to } = pairs[p]!;
          const task = { cells: [from, to].map(rowsOf), rows: MOST_ROWS, metrics, pairs: [[0, 1]] as const };
          const [samples] = await readers.read('pairs', task);
          found[p] = Object.fromEntries(metrics.map((metric, m): [string, PairedSample] => [metric, samples![m]!]));
        }
      }),
    ),
  );
  return found;
}

function describe(output: string, { manifest, cells }: OpenedRun): ComparedRun {
  const { name, identity, permutations } = manifest;
  return {
    output,
    name,
    model: identity.model,
    model_version: identity.model_version,
    complete: cells.length,
    cells: Object.keys(identity.cells).length,
    permutations,
  };
}

function differencesOf(
  list: readonly { readonly path: string; readonly old: unknown; readonly new: unknown }[],
): RunDifference[] {
  return list.map(({ path, old, new: now }) => ({
    path,
    ...(old !== undefined && { first: old }),
    ...(now !== undefined && { second: now }),
  }));
}

function recordDifferences(a: RunManifest, b: RunManifest): RunDifference[] {
  const of = ({ name, permutations, format, batch_rows, made_by: { engine, node } }: RunManifest) => {
    return { name, permutations, format, batch_rows, 'made_by.engine': engine, 'made_by.node': node };
  };
  const [first, second] = [of(a), of(b)] as Readonly<Record<string, unknown>>[];
  return Object.keys(first!)
    .filter((path) => first![path] !== second![path])
    .map((path) => ({ path, first: first![path], second: second![path] }));
}

async function write(port: FilePort, comparison: Comparison, into: string | undefined): Promise<string[]> {
  if (into === undefined) return [];
  await makeGivenFolder(port, into);
  const texts: [name: string, text: string][] = [
    ['compare.html', compareHtml(comparison)],
    ['compare.md', compareMarkdown(comparison)],
    ['differences.csv', compareCsv(comparison)],
  ];
  for (const [name, text] of texts) await writeNewFile(port, join(into, name), text);
  return texts.map(([name]) => join(into, name));
}
