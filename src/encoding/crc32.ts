import { crc32 as zlibCrc32 } from 'node:zlib';

/**
 * CRC-32 (the one of gzip and PNG) of `bytes`, going on from `start`. Checksums of a cell start over the 64 hex digits
 * of its experiment (`saltOf`), so that a block copied from another cell or experiment never verifies.
 */
export function crc32(bytes: Uint8Array, start = 0): number {
  return zlibCrc32(bytes, start);
}

/** Where every checksum of an experiment starts: the CRC over its 64 hex digits. */
export function saltOf(experiment: string): number {
  return zlibCrc32(experiment, 0);
}

/** Eight lower-case hex digits. */
export function hex32(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}
