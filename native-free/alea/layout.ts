/**
 * Where things lie in the memory of the module that draws ahead: what the binding (wasm.ts) and the module (assembly/)
 * share. Both compile this file. Addresses are bytes.
 */

/**
 * The stream that is drawn from, five words: how many uniforms are left on the tape; then the generator behind the
 * tape's end, s0, s1, s2 and the carry.
 */
export const LEFT = 64;
export const STATE = 68;

/** Lanes of a tape: pieces of one stream that are drawn side by side. Steps of a lane come in sixes. */
export const LANES = 8;
export const STEPS_MULTIPLE = 6;
export const MOST_STEPS = 4032;
/** Uniforms of a tape come in these portions, and at most so many: 258 kB, so that they stay in the second-level cache. */
export const PORTION = 48;
export const MOST = 32256;

/** How far the lanes are apart [steps], and the states to multiply by to skip that much, twice and four times that. */
export const STRIDE = 96;
export const SKIP = 112;
/** The eight states at the beginnings of the lanes, 16 bytes each. */
export const BEGINNINGS = 160;
/** The same as `seedEight` and `drawEight` hold them: 5 x 16 bytes for each group of four. */
export const STATES = 320;
/** Eight permutations started ahead, held likewise, and their digits while seeding: 20 x 64 bytes. */
export const STARTED = 512;
export const DIGITS = 1024;
/** What to multiply a state by to skip 6, 12, .. MOST_STEPS draws: 16 bytes each. */
export const JUMPS = 2304;
/** The tape, doubles. It is read from its end towards its beginning: what is left says where the next one is. */
export const TAPE = 13312;
export const MEMORY_BYTES = 271360;
