import type { Parameters } from '../../model/model.ts';
import type { Streams } from '../../random/generator.ts';
import { keyOf, seedsOf, type Seeds } from './seeds.ts';

/** What a program is asked for: these permutations of this cell. */
export interface Request {
  /** The cell's id, for messages: no row may depend on it. */
  readonly cell: string;
  /** All active parameters. */
  readonly parameters: Parameters;
  /** The metrics that are stored: the others need not be computed. */
  readonly metrics: readonly string[];
  readonly first: number;
  readonly count: number;
  /** One entry per permutation. */
  readonly seeds: Seeds;
  /** The cell's own. */
  readonly key: readonly [number, number];
}

/** A cell as `prepare` was given it. */
export type CellOfProgram = Pick<Request, 'cell' | 'parameters' | 'metrics'>;

export function requestOf({ cell, parameters, metrics }: CellOfProgram, streams: Streams): Request {
  const { source, first, count } = streams;
  return { cell, parameters, metrics, first, count, seeds: seedsOf(streams), key: keyOf(source) };
}
