/*
 * CSV rows `perm_index,m1,...,mk\n`: written, found and read. Text and numbers lie in the instance's memory; the twin of
 * every function is in ../text.ts.
 */
import { AGAIN, FAULT } from '../layout';
export { run, runEnd } from './run';
import { readEnd, readNumber } from './read-number';
import { writeInteger, writeNumber } from './write-number';

/** Writes `count` rows to `text`; columns of doubles stand `stride` bytes apart. Returns where the text ends. */
export function format(text: usize, indices: usize, columns: usize, stride: usize, metrics: i32, count: i32): usize {
  let at = text;
  for (let row = 0; row < count; row++) {
    at = writeInteger(at, load<u32>(indices + (<usize>row << 2)));
    let value = columns + (<usize>row << 3);
    for (let m = 0; m < metrics; m++) {
      store<u8>(at, 44);
      at = writeNumber(at + 1, load<f64>(value));
      value += stride;
    }
    store<u8>(at, 10);
    at++;
  }
  return at;
}

/** perm_index of the line at `at`: 0|[1-9][0-9]* below 2^32 and a comma; -1 for anything else. Sets `indexEnd` to the comma. */
let indexEnd: usize = 0;
@inline function readIndex(at: usize): i64 {
  const start = at;
  let value: u64 = 0;
  let d = <i32>load<u8>(at) - 48;
  while (<u32>d < 10) {
    value = value * 10 + d;
    d = <i32>load<u8>(++at) - 48;
    if (at - start > 10) return -1;
  }
  const digits = at - start;
  indexEnd = at;
  if (d != -4 || digits == 0 || (digits > 1 && load<u8>(start) == 48) || value > 0xffffffff) return -1;
  return value;
}

/**
 * Finds whole rows in the text from `text` to `end`: perm_index to `indices`, offset behind the newline to `ends`.
 * A row has exactly `metrics` commas. Stops at a line that is no row, at an incomplete one, or after `most` rows; returns
 * the number of rows. `badAt()` says whether a bad line stopped it.
 */
let bad: bool = false;
export function scan(text: usize, end: usize, metrics: i32, indices: usize, ends: usize, most: i32): i32 {
  const comma = i8x16.splat(44);
  const newline = i8x16.splat(10);
  let at = text;
  let rows = 0;
  bad = false;
  while (rows < most && at < end) {
    const index = readIndex(at);
    let commas = 0;
    let from = index < 0 ? at : indexEnd;
    let newlines: i32;
    for (;;) {
      const bytes = v128.load(from);
      newlines = i8x16.bitmask(i8x16.eq(bytes, newline));
      const mask = i8x16.bitmask(i8x16.eq(bytes, comma));
      if (newlines != 0) {
        commas += popcnt(mask & ((newlines & -newlines) - 1));
        break;
      }
      commas += popcnt(mask);
      from += 16;
      if (from >= end) break;
    }
    const after = from + ctz(newlines) + 1;
    if (newlines == 0 || after > end) break;
    if (index < 0 || commas != metrics) {
      bad = true;
      break;
    }
    store<u32>(indices, <u32>index);
    store<u32>(ends, <u32>(after - text));
    indices += 4;
    ends += 4;
    rows++;
    at = after;
  }
  return rows;
}

export function stoppedAtBadRow(): bool {
  return bad;
}

/**
 * Reads `count` whole rows from `text` into columns `stride` bytes apart. With `strict` every number must stand as it
 * is written here. Stops at a field that is no such number, or one that this cannot read: returns the rows before it,
 * and its place is at FAULT (0 where there was none).
 */
export function decode(text: usize, columns: usize, stride: usize, metrics: i32, count: i32, strict: bool): i32 {
  let at = text;
  store<u32>(FAULT, 0);
  for (let row = 0; row < count; row++) {
    while (load<u8>(at) != 44) at++;
    let value = columns + (<usize>row << 3);
    for (let m = 0; m < metrics; m++) {
      at++;
      const x = readNumber(at);
      const end = readEnd;
      const ends: u8 = m == metrics - 1 ? 10 : 44;
      if (end == 0 || load<u8>(end) != ends || (strict && !writtenLikeThis(at, end, x))) {
        store<u32>(FAULT, <u32>at);
        return row;
      }
      store<f64>(value, x);
      value += stride;
      at = end;
    }
    at++;
  }
  return count;
}

@inline function writtenLikeThis(at: usize, end: usize, x: f64): bool {
  const length = end - at;
  if (writeNumber(AGAIN, x) - AGAIN != length) return false;
  const ones: i32 = -1;
  const wanted = length >= 16 ? 0xffff : ~(ones << <i32>length);
  if ((i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(AGAIN))) & wanted) != wanted) return false;
  for (let i: usize = 16; i < length; i++) if (load<u8>(at + i) != load<u8>(<usize>AGAIN + i)) return false;
  return true;
}
