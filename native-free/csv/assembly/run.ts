/*
 * A run of rows, checked where it stands: what a metrics file that nothing disturbed consists of.
 */
import { AGAIN } from '../layout';
import { writeInteger } from './write-number';

/** One bit per byte of the 64 at `at` that equals the lanes of `byte`. */
@inline function equalAt(at: usize, byte: v128): u64 {
  const a = i8x16.bitmask(i8x16.eq(v128.load(at), byte));
  const b = i8x16.bitmask(i8x16.eq(v128.load(at, 16), byte));
  const c = i8x16.bitmask(i8x16.eq(v128.load(at, 32), byte));
  const d = i8x16.bitmask(i8x16.eq(v128.load(at, 48), byte));
  return <u64>(<u32>(a | (b << 16))) | (<u64>(<u32>(c | (d << 16))) << 32);
}

/** What a row of this perm_index begins with: its digits and a comma. Which lanes those are, and the last digit's lane. */
let beginning: v128 = i8x16.splat(0);
let compared: i32 = 0;
let ones: v128 = i8x16.splat(0);
function begin(perm_index: u32): void {
  const end = writeInteger(AGAIN, perm_index);
  store<u8>(end, 44);
  beginning = v128.load(AGAIN);
  const digits = <i32>(end - AGAIN);
  compared = (2 << digits) - 1;
  const lanes = v128(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ones = v128.and(i8x16.eq(lanes, i8x16.splat(<i8>(digits - 1))), i8x16.splat(1));
}

/**
 * Counts the whole rows `first`, `first` + 1, ... from `text` on, each with exactly `metrics` commas; at most `most`. Stops
 * at any other line or an incomplete one. `runEnd` is the offset behind the last. Up to 63 bytes behind `end` are read, not believed.
 */
let consumed: u32 = 0;
export function run(text: usize, end: usize, metrics: i32, first: u32, most: i32): i32 {
  const comma = i8x16.splat(44);
  const newline = i8x16.splat(10);
  let rows = 0;
  let row = text;
  let commas: i64 = 0;
  let due: i64 = metrics;
  begin(first);
  // In a decade only the last digit of perm_index changes.
  let decade = 10 - (first % 10);
  for (let at = text; at < end && rows < most; at += 64) {
    let newlines = equalAt(at, newline);
    const commasHere = equalAt(at, comma);
    while (newlines != 0) {
      const before = (newlines - 1) & ~newlines;
      const after = at + <usize>popcnt(before) + 1;
      const same = i8x16.bitmask(i8x16.eq(v128.load(row), beginning)) & compared;
      const wrong = <i64>(same ^ compared) | ((commas + <i64>popcnt(commasHere & before)) ^ due);
      if (wrong != 0 || after > end || rows == most) {
        consumed = <u32>(row - text);
        return rows;
      }
      rows++;
      row = after;
      due += metrics;
      newlines &= newlines - 1;
      beginning = i8x16.add(beginning, ones);
      if (--decade == 0) {
        decade = 10;
        begin(first + rows);
      }
    }
    commas += popcnt(commasHere);
  }
  consumed = <u32>(row - text);
  return rows;
}

export function runEnd(): u32 {
  return consumed;
}
