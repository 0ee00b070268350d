/*
 * How many uniforms to draw ahead for a permutation, from what the ones before it drew. It decides how long a
 * permutation takes and nothing else: after the end of the tape the stream continues.
 *
 * An unused uniform costs 0.3 ns, one drawn behind the tape's end 1 ns more than one on it; and where V8 has once seen the end of
 * a tape in a model's loop, it compiles the drawing into it, which makes the loop larger. So where permutations draw about
 * equally much no tape should end, and where they differ much not all should be as long as the longest.
 */
import { MOST, PORTION } from '#native-free/alea/wasm';

/** What the permutations of a cell drew so far: the most, and the mean of the last ones [draws]. */
export interface DrawsSeen {
  readonly most: number;
  readonly mean: number;
}

/** Before anything was seen: more than most models draw, so that their tapes never end (2 us). */
export const FIRST_LENGTH = 8064;

/** A permutation weighs 1 / 16 in the mean. */
const WEIGHT = 1 / 16;
const WEIGHT_OF_MOST = 1 / 64;

/** `seen`, and a permutation that left `left` of `length` uniforms. With none left it may have drawn any number more. */
export function drawsSeen(seen: DrawsSeen | undefined, length: number, left: number): DrawsSeen {
  const draws = left > 0 ? length - left : 2 * length;
  if (seen === undefined) return { most: draws, mean: draws };
  return {
    most: Math.max(draws, seen.most + (draws - seen.most) * WEIGHT_OF_MOST),
    mean: seen.mean + (draws - seen.mean) * WEIGHT,
  };
}

/** PORTION, 2 PORTION, .. MOST: a little more than the most that was seen, but not more than about twice the mean. */
export function tapeLength(seen: DrawsSeen | undefined): number {
  if (seen === undefined) return FIRST_LENGTH;
  const wanted = Math.min(seen.most * (17 / 16), seen.mean * 2) + 1;
  return Math.min(Math.ceil(wanted / PORTION) * PORTION, MOST);
}
