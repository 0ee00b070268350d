import { csvField } from '../encoding/csv-field.ts';
import { appendRecords, recordsOf, wholeLines, writeRecordsAnew } from '../files/append-records.ts';
import type { FilePort } from '../files/port.ts';
import { readSmallFile } from '../files/small-file.ts';
import { layoutOf } from '../store/scan/layout.ts';
import {
  countPermutations,
  describeRanges,
  intersectRanges,
  subtractRanges,
  uniteRanges,
  type PermutationRange,
} from '../study/permutation-range.ts';
import type { RunIdentity } from '../study/identity.ts';
import { firstNodeOf, type RunManifest } from './manifest.ts';

const HEADER = 'cell_id,from,to,node\n';

/** Rows of a cell that one version of Node.js computed. */
export interface RowOrigin {
  readonly node: string;
  readonly ranges: readonly PermutationRange[];
}

/**
 * Which Node.js computed which rows of a run: V8's own math (`**`, Math.exp) may differ in the last bit from one major version to another, and so may the
 * rows of a model that uses it. All rows are by the Node.js that began the run, except those that aggregated/row_origins.csv names: a range is recorded there
 * before it is computed, and the last line that names a row is right. A run that never changed its major version has no such file.
 */
export class RowOrigins {
  readonly #port: FilePort;
  readonly #path: string;
  readonly #first: string;
  readonly #named: Map<string, RowOrigin[]>;

  private constructor(port: FilePort, path: string, first: string) {
    this.#port = port;
    this.#path = path;
    this.#first = first;
    this.#named = parse(wholeLines(readSmallFile(port, path)));
  }

  /** Undefined for a built-in model: its rows are the same under every Node.js. */
  static read(port: FilePort, output: string, manifest: RunManifest): RowOrigins | undefined {
    if (!usesOwnCode(manifest.identity)) return undefined;
    return new RowOrigins(port, layoutOf(output).row_origins, firstNodeOf(manifest));
  }

  /** Every version that has computed rows, the one that began the run first. */
  get nodes(): string[] {
    const named = [...this.#named.values()].flatMap((origins) => origins.map(({ node }) => node));
    return [...new Set([this.#first, ...named])];
  }

  /** Who computed the rows of `present`: each origin once, the one that began the run first. */
  of(cell_id: string, present: readonly PermutationRange[]): RowOrigin[] {
    const named = this.#named.get(cell_id) ?? [];
    let rest = present;
    for (const { ranges } of named) rest = subtractRanges(rest, ranges);
    return [{ node: this.#first, ranges: rest }, ...named]
      .map(({ node, ranges }) => ({ node, ranges: intersectRanges(present, ranges) }))
      .filter(({ ranges }) => countPermutations(ranges) > 0);
  }

  /** Rows of `present` by another major version of Node.js than `node`. */
  others(cell_id: string, present: readonly PermutationRange[], node: string): RowOrigin[] {
    return this.of(cell_id, present).filter((origin) => majorOf(origin.node) !== majorOf(node));
  }

  /** Records durably that `node` computes these rows from now on. Nothing is written where that is already known. */
  async claim(cell_id: string, ranges: readonly PermutationRange[], node: string): Promise<void> {
    const news = this.others(cell_id, ranges, node).flatMap((origin) => origin.ranges);
    if (news.length === 0) return;
    const lines = news.map(({ from, to }) => `${csvField(cell_id)},${from},${to},${node}\n`);
    await appendRecords(this.#port, this.#path, HEADER, lines.join(''));
    for (const range of news) name(this.#named, cell_id, node, range);
  }
}

/** Makes sure that the origins on record would survive a power cut, before a run goes by them. */
export function keepRowOrigins(port: FilePort, output: string): Promise<void> {
  return writeRecordsAnew(port, layoutOf(output).row_origins, HEADER);
}

/** The rows of several origins, ascending. */
export function rangesOfAll(origins: readonly RowOrigin[]): readonly PermutationRange[] {
  return origins.reduce<readonly PermutationRange[]>((all, { ranges }) => uniteRanges(all, ranges), []);
}

/** V8's math belongs to a major version. */
export function majorOf(node: string): string {
  return node.split('.')[0]!;
}

/** `Node.js 22.3.0 (permutations 0-1999)` for people. */
export function originText(origins: readonly RowOrigin[]): string {
  return origins.map(({ node, ranges }) => `Node.js ${node} (permutations ${describeRanges(ranges)})`).join(', ');
}

/** A user's model may use V8's math; built-in ones bring their own. */
function usesOwnCode({ model_version }: RunIdentity): boolean {
  return model_version.includes('+');
}

/** A line that is damaged names nothing. */
function parse(text: string): Map<string, RowOrigin[]> {
  const named = new Map<string, RowOrigin[]>();
  for (const [cell_id, from, to, node, ...more] of recordsOf(text)) {
    const whole = [from, to].every((each) => /^\d{1,10}$/.test(each ?? ''));
    if (!whole || !/^\d+(?:\.\d+)*$/.test(node ?? '') || more.length > 0 || Number(from) >= Number(to)) continue;
    name(named, cell_id!, node!, { from: Number(from), to: Number(to) });
  }
  return named;
}

/** The range is this version's, and nobody else's any more. */
function name(named: Map<string, RowOrigin[]>, cell_id: string, node: string, range: PermutationRange): void {
  const others = (named.get(cell_id) ?? []).map((origin) => ({
    ...origin,
    ranges: subtractRanges(origin.ranges, [range]),
  }));
  const same = others.find((origin) => origin.node === node);
  const mine = { node, ranges: uniteRanges(same?.ranges ?? [], [range]) };
  named.set(cell_id, [...others.filter((origin) => origin !== same), mine]);
}
