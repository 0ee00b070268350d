import type { Finding } from './scan/cell-file.ts';

/**
 * What is set aside from a metrics file goes to `<cell>/quarantine/`: the bytes as found in `set_aside_<n>.bin`, whole
 * originals in `original_<n>.<ext>`, and one line of JSON per stretch in `index_<n>.jsonl`. Nothing there is ever
 * overwritten or read back as rows. A record of kind `conflict` makes `verify` fail for as long as it stands; a person
 * who has understood it removes the index file.
 */
export interface QuarantineRecord {
  readonly kind: Finding['kind'];
  /** Where it stood in the metrics file [bytes]. */
  readonly offset: number;
  /** Bytes set aside. */
  readonly length: number;
  readonly reason: string;
  readonly perm_index?: number;
  /** File in this folder, and where in it the bytes stand. */
  readonly file: string;
  readonly at: number;
  /** CRC-32 over the bytes set aside (absent for whole originals). */
  readonly crc32?: string;
}
