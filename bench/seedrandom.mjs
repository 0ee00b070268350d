/** seedrandom's Alea, as everybody calls it: with a number. Its types allow text only; the stream is the same. */
import seedrandom from 'seedrandom';

export const seedrandomAlea = /** @type {(seed: number) => () => number} */ (/** @type {unknown} */ (seedrandom.alea));
