import { crc32, crcGoingOn, saltOf } from '../encoding/crc32.ts';
import type { BlockPart } from '../encoding/csv-blocks.ts';
import type { EncodedChunk, ProvenBytes } from './scan/cell-file.ts';

/** The checksum over the rows of a file that this process writes from the first byte to the last, in order. */
export class WrittenBytes {
  readonly #from: number;
  readonly #salt: number;
  #crc32 = 0;

  /** `from`: where the rows begin [bytes]. */
  constructor(from: number, experiment: string) {
    this.#from = from;
    this.#salt = saltOf(experiment);
  }

  /** `parts`: the chunk cut at block borders, for a format that has their sums beside the file: then nobody looks at the bytes again. */
  add({ bytes, crc32: known }: EncodedChunk, parts: readonly BlockPart[] | undefined): void {
    if (parts === undefined) this.#crc32 = crcGoingOn(known ?? crc32(bytes), 0, this.#crc32, bytes.length);
    else for (const part of parts) this.#crc32 = crcGoingOn(part.crc32, this.#salt, this.#crc32, part.bytes);
  }

  upTo(to: number): ProvenBytes {
    return { from: this.#from, to, crc32: this.#crc32 };
  }
}
