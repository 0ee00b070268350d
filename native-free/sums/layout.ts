/**
 * Where things lie in the memory of the module for sums: what the binding (sums.ts) and the module (assembly/) share. Both compile this file. Addresses are
 * bytes.
 */

/** Most values of one call: few enough that the rounding errors of a lane rarely need more than the 53 bits of a double. */
export const MOST = 1024;
export const VALUES = 1024;
/** What is found, ten doubles: eight whose exact sum is that of the values, the least and the greatest of them; or four and six whose sums are those of powers. */
export const FOUND = 9216;
export const MEMORY_BYTES = 9296;
