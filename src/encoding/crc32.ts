import { crc32 as zlibCrc32 } from 'node:zlib';

import { crc32 as crcOfBytes } from '#native-free/crc32/crc32';

/**
 * CRC-32 (the one of gzip and PNG) of `bytes` (a string: of its UTF-8), continued from `start`. Checksums of a cell start over the 64 hex digits
 * of its experiment (`saltOf`), so that a block copied from another cell or experiment never verifies.
 */
export function crc32(bytes: Uint8Array | string, start = 0): number {
  return typeof bytes === 'string' ? zlibCrc32(bytes, start) : crcOfBytes(bytes, start);
}

/**
 * `crc32(bytes, start)` from `crc = crc32(bytes, other)` over the same `length` bytes, without reading them again: the two
 * differ by (start XOR other) x^(8 length) modulo the CRC's polynomial (as zlib's crc32_combine has it).
 */
export function crcGoingOn(crc: number, other: number, start: number, length: number): number {
  return (crc ^ timesXTo8(other ^ start, length)) >>> 0;
}

/** x^32 + x^26 + ... + 1, its highest power left out, bits reversed: the coefficient of x^0 is bit 31. */
const POLYNOMIAL = 0xedb88320;

/** x^8 and its squares, one for every bit of a length. */
const SQUARES = [1 << 23];
while (SQUARES.length < 53) SQUARES.push(times(SQUARES.at(-1)!, SQUARES.at(-1)!));

/** factor x^(8 length) modulo the polynomial. */
function timesXTo8(factor: number, length: number): number {
  let product = factor;
  for (let bit = 0, rest = length; rest > 0; bit++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = times(SQUARES[bit]!, product);
  }
  return product;
}

/** a b modulo the polynomial. */
function times(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
}

/** Where every checksum of an experiment starts: the CRC over its 64 hex digits. */
export function saltOf(experiment: string): number {
  return crc32(experiment);
}

/** Eight lower-case hex digits. */
export function hex32(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}
