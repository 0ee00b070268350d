/**
 * Where things lie in the memory of the module for CRC-32: what the binding (crc32.ts) and the module (assembly/) share.
 * Both compile this file. Addresses are bytes.
 */

/** Blocks of 16 bytes that are left of any number of them. */
export const BLOCKS_LEFT = 300;
/** The bytes of one call. Before them lie BLOCKS_LEFT blocks of zeros, which are only read. */
export const BYTES = 5888;
/** So many at most: they stay in the second-level cache. */
export const MOST = 196608;
export const MEMORY_BYTES = BYTES + MOST;
