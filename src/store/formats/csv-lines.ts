import { MAX_LINE_BYTES } from '../../encoding/csv-rows.ts';
import type { FileReader } from '../../files/file-reader.ts';

const NEWLINE = 10;
const PIECE_BYTES = 1 << 20;

export interface Line {
  readonly offset: number;
  /** Its newline included. */
  readonly length: number;
  /** Without its newline; undefined for a line over 64 KiB. Valid until the next line is asked for. */
  readonly bytes: Buffer | undefined;
  readonly terminated: boolean;
}

/** Every line of a file from `from` on, where one begins, whatever it holds. */
export function* linesOf(reader: FileReader, from = 0): Iterable<Line> {
  let piece = reader.read(from, PIECE_BYTES);
  let base = from;
  let at = 0;
  while (base + at < reader.size) {
    let newline = piece.indexOf(NEWLINE, at);
    if (newline < 0 && base + piece.length < reader.size && (at > 0 || piece.length < PIECE_BYTES)) {
      base += at;
      at = 0;
      piece = reader.read(base, PIECE_BYTES);
      if (piece.length === 0) return;
      newline = piece.indexOf(NEWLINE);
    }
    if (newline < 0) {
      const offset = base + at;
      const end = endOfLongLine(reader, base + piece.length);
      const length = end - offset;
      const bytes = length <= MAX_LINE_BYTES ? piece.subarray(at, at + length) : undefined;
      yield { offset, length, bytes, terminated: end < reader.size || reader.read(end - 1, 1)[0] === NEWLINE };
      base = end;
      at = 0;
      piece = reader.read(base, PIECE_BYTES);
      if (piece.length === 0) return;
      continue;
    }
    const length = newline + 1 - at;
    const bytes = length - 1 <= MAX_LINE_BYTES ? piece.subarray(at, newline) : undefined;
    yield { offset: base + at, length, bytes, terminated: true };
    at = newline + 1;
  }
}

/** Behind the next newline from `from` on, or the end of the file. */
function endOfLongLine(reader: FileReader, from: number): number {
  for (let at = from; at < reader.size; at += PIECE_BYTES) {
    const piece = reader.read(at, PIECE_BYTES);
    const newline = piece.indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    if (piece.length === 0) break;
  }
  return reader.size;
}

/** An unterminated rest is torn where it is part of a line, or anything followed by NULs to the end. */
export function isTorn(reader: FileReader, from: number): boolean {
  const start = reader.read(from, MAX_LINE_BYTES + 1);
  if (start.includes(NEWLINE)) return false;
  const nul = start.indexOf(0);
  return nul < 0
    ? start.length <= MAX_LINE_BYTES
    : reader.isNulFrom(from + nul) || reader.size - from <= MAX_LINE_BYTES;
}

export function tornAt(offset: number, size: number) {
  return {
    kind: 'torn',
    offset,
    length: size - offset,
    reason: 'an incomplete row at the end, as a crash leaves it',
  } as const;
}
