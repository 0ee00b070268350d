/**
 * Where the high 32-bit word of a double lies when a Float64Array is read as Uint32Array: 1 on little-endian machines
 * (all that Node.js runs on but s390x), else 0.
 */
export const HIGH_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
