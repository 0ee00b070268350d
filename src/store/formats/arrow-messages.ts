import { MAX_METADATA_BYTES, framingOf, verifies } from '../../encoding/arrow-message.ts';
import type { FileReader } from '../../files/file-reader.ts';

const PIECE_BYTES = 1 << 20;
const PREFIX = 8;
const CONTINUATION = Buffer.from([0xff, 0xff, 0xff, 0xff]);

export type Piece =
  | {
      readonly kind: 'message';
      readonly offset: number;
      readonly headLength: number;
      /** The whole message, its checksum verified. Valid until the next read. */
      readonly bytes: Buffer;
    }
  /** An end-of-stream marker. */
  | { readonly kind: 'end'; readonly offset: number }
  /** No message that verifies. `whole`: its framing holds and it lies within the file, so it is damaged rather than cut short. */
  | { readonly kind: 'bad'; readonly offset: number; readonly whole: boolean };

/** A buffer for a file of `size` bytes. */
export function messageBuffer(size = Infinity): Buffer {
  return Buffer.allocUnsafe(Math.max(PREFIX, Math.min(PIECE_BYTES, size)));
}

/** Messages of an Arrow file, read through one buffer and verified before anything of them is used. */
export class MessageReader {
  readonly #reader: FileReader;
  readonly #salt: number;
  #buffer: Buffer;
  #base = 0;
  #filled = 0;

  /** `buffer`: where the file is read to; a larger one is made for a message that does not fit. */
  constructor(reader: FileReader, salt: number, buffer = messageBuffer(reader.size)) {
    this.#reader = reader;
    this.#salt = salt;
    this.#buffer = buffer;
  }

  /** What stands at `offset` (below the size of the file). */
  at(offset: number, salt = this.#salt): Piece {
    const available = this.#reader.size - offset;
    const prefix = this.view(offset, Math.min(PREFIX, available));
    if (prefix.length < PREFIX) return { kind: 'bad', offset, whole: false };
    const metadata = prefix.readInt32LE(4);
    if (metadata < 0 || metadata > MAX_METADATA_BYTES) return { kind: 'bad', offset, whole: false };
    const head = this.view(offset, Math.min(PREFIX + metadata, available));
    const framing = framingOf(head, available);
    if (framing.kind === 'end') return { kind: 'end', offset };
    if (framing.kind === 'bad') return { kind: 'bad', offset, whole: false };
    const bytes = this.view(offset, framing.length);
    if (bytes.length < framing.length || !verifies(bytes, framing.headLength, salt)) {
      return { kind: 'bad', offset, whole: true };
    }
    return { kind: 'message', offset, headLength: framing.headLength, bytes };
  }

  /** The next offset from `from` on at which a message verifies; undefined where there is none. */
  findFrom(from: number): number | undefined {
    for (let offset = from; offset < this.#reader.size;) {
      const view = this.view(offset, Math.min(PIECE_BYTES, this.#reader.size - offset));
      const found = view.indexOf(CONTINUATION);
      if (found < 0) {
        if (offset + view.length >= this.#reader.size) return undefined;
        offset += Math.max(1, view.length - CONTINUATION.length + 1);
        continue;
      }
      offset += found;
      if (this.at(offset).kind === 'message') return offset;
      offset++;
    }
    return undefined;
  }

  /** [offset, offset + length), cut at the end of the file. */
  view(offset: number, length: number): Buffer {
    const start = offset - this.#base;
    if (start < 0 || start + length > this.#filled) {
      if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2));
      this.#base = offset;
      const room = Math.min(this.#buffer.length, this.#reader.size - offset);
      this.#filled = this.#reader.readInto(this.#buffer.subarray(0, room), offset);
      return this.#buffer.subarray(0, Math.min(length, this.#filled));
    }
    return this.#buffer.subarray(start, start + length);
  }
}
