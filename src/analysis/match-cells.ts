import type { Parameters } from '../model/model.ts';

/** A cell as far as it is matched. */
export interface MatchedCell {
  readonly cell_id: string;
  readonly parameters: Parameters;
}

/** Which cell of one run belongs to which of another one. */
export interface CellMatch {
  /** The parameters that tell the cells of a run apart, and by which they were matched. */
  readonly by: readonly string[];
  /** Places in both lists. */
  readonly pairs: readonly (readonly [first: number, second: number])[];
  readonly only_first: readonly number[];
  readonly only_second: readonly number[];
  /** Cells of which the other run has several, since it varies in something that theirs does not know: places in the first, and in the second list. */
  readonly ambiguous: readonly [first: readonly number[], second: readonly number[]];
}

/**
 * Cells belong together that are equal in every parameter that varies in either run and is known to both. So a parameter that is fixed in both, to different values, is
 * a difference of the runs and keeps no cells apart; one that is an axis of one run and fixed in the other matches the cells with that value.
 */
export function matchCells(first: readonly MatchedCell[], second: readonly MatchedCell[]): CellMatch {
  const known = namesOf(first).filter((name) => namesOf(second).includes(name));
  const by = known.filter((name) => varies(first, name) || varies(second, name));
  const keyOf = ({ parameters }: MatchedCell): string =>
    JSON.stringify(by.map((name) => (parameters[name] === undefined ? null : [parameters[name]])));
  const [a, b] = [groupsOf(first, keyOf), groupsOf(second, keyOf)];
  const pairs: [number, number][] = [];
  const ambiguous: [number[], number[]] = [[], []];
  for (const [key, here] of a) {
    const there = b.get(key);
    if (there === undefined) continue;
    if (here.length === 1 && there.length === 1) pairs.push([here[0]!, there[0]!]);
    else {
      ambiguous[0].push(...here);
      ambiguous[1].push(...there);
    }
  }
  const only = (own: Map<string, number[]>, other: Map<string, number[]>): number[] =>
    [...own].flatMap(([key, places]) => (other.has(key) ? [] : places));
  return { by, pairs, only_first: only(a, b), only_second: only(b, a), ambiguous };
}

function namesOf(cells: readonly MatchedCell[]): string[] {
  return [...new Set(cells.flatMap(({ parameters }) => Object.keys(parameters)))];
}

function varies(cells: readonly MatchedCell[], name: string): boolean {
  return new Set(cells.map(({ parameters }) => JSON.stringify(parameters[name]))).size > 1;
}

function groupsOf(cells: readonly MatchedCell[], keyOf: (cell: MatchedCell) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [place, cell] of cells.entries()) {
    const key = keyOf(cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  return groups;
}
