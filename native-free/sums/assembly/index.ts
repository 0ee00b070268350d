/*
 * Sums of doubles that lose nothing. In each lane Knuth's TwoSum splits off the rounding error of every addition, and a second sum collects the errors. Where
 * that one never rounds, both hold the values of the lane exactly; `lost` is what it did round off. An infinity, a NaN or a sum past the range of doubles
 * makes it NaN. (Knuth, TAOCP 2, 4.2.2, theorem B; Ogita, Rump, Oishi 2005, doi:10.1137/030601818, algorithm Sum2.)
 */
import * as layout from '../layout';

const VALUES: usize = layout.VALUES;
const FOUND: usize = layout.FOUND;

/** What an addition to a sum rounded off: `next` is the rounded sum of `sum` and `x`. */
@inline function errorOf(sum: v128, x: v128, next: v128): v128 {
  const rest = f64x2.sub(next, sum);
  return f64x2.add(f64x2.sub(sum, f64x2.sub(next, rest)), f64x2.sub(x, rest));
}

/**
 * Of `count` values, a multiple of 4: their sum in four lanes, their extremes, and whether all are 0 or 1. Returns 0 where the sum is not exact (nothing
 * else counts then), 1 where it is, 3 where besides all values are 0 or 1.
 */
export function tally(count: i32): i32 {
  const end = VALUES + (<usize>count << 3);
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let a = zero;
  let b = zero;
  let a_errors = zero;
  let b_errors = zero;
  let lost = zero;
  let least = f64x2.splat(Infinity);
  let greatest = f64x2.splat(-Infinity);
  let other = i64x2.splat(0);
  for (let at = VALUES; at < end; at += 32) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    const a_next = f64x2.add(a, x);
    const a_error = errorOf(a, x, a_next);
    a = a_next;
    const a_errors_next = f64x2.add(a_errors, a_error);
    lost = f64x2.add(lost, f64x2.abs(errorOf(a_errors, a_error, a_errors_next)));
    a_errors = a_errors_next;
    const b_next = f64x2.add(b, y);
    const b_error = errorOf(b, y, b_next);
    b = b_next;
    const b_errors_next = f64x2.add(b_errors, b_error);
    lost = f64x2.add(lost, f64x2.abs(errorOf(b_errors, b_error, b_errors_next)));
    b_errors = b_errors_next;
    least = f64x2.pmin(f64x2.pmin(least, x), y);
    greatest = f64x2.pmax(f64x2.pmax(greatest, x), y);
    other = v128.or(other, v128.and(f64x2.ne(x, zero), f64x2.ne(x, one)));
    other = v128.or(other, v128.and(f64x2.ne(y, zero), f64x2.ne(y, one)));
  }
  if (!isNothing(lost)) return 0;
  v128.store(FOUND, a);
  v128.store(FOUND, b, 16);
  v128.store(FOUND, a_errors, 32);
  v128.store(FOUND, b_errors, 48);
  store<f64>(FOUND, min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)), 64);
  store<f64>(FOUND, max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1)), 72);
  return v128.any_true(other) ? 1 : 3;
}

/**
 * Of `count` values, a multiple of 2: the sums of the squares and of the fourth powers of their distances from `mean`, in two lanes each. Returns whether they
 * are exact. Fourth powers are of so different sizes that what the second sum rounds off is collected in a third.
 */
export function deviations(count: i32, mean: f64): bool {
  const end = VALUES + (<usize>count << 3);
  const means = f64x2.splat(mean);
  let squares = f64x2.splat(0);
  let fourths = squares;
  let square_errors = squares;
  let fourth_errors = squares;
  let fourth_rest = squares;
  let lost = squares;
  for (let at = VALUES; at < end; at += 16) {
    const distance = f64x2.sub(v128.load(at), means);
    const square = f64x2.mul(distance, distance);
    const squares_next = f64x2.add(squares, square);
    const square_error = errorOf(squares, square, squares_next);
    squares = squares_next;
    const square_errors_next = f64x2.add(square_errors, square_error);
    lost = f64x2.add(lost, f64x2.abs(errorOf(square_errors, square_error, square_errors_next)));
    square_errors = square_errors_next;
    const fourth = f64x2.mul(square, square);
    const fourths_next = f64x2.add(fourths, fourth);
    const fourth_error = errorOf(fourths, fourth, fourths_next);
    fourths = fourths_next;
    const fourth_errors_next = f64x2.add(fourth_errors, fourth_error);
    const rest = errorOf(fourth_errors, fourth_error, fourth_errors_next);
    fourth_errors = fourth_errors_next;
    const fourth_rest_next = f64x2.add(fourth_rest, rest);
    lost = f64x2.add(lost, f64x2.abs(errorOf(fourth_rest, rest, fourth_rest_next)));
    fourth_rest = fourth_rest_next;
  }
  if (!isNothing(lost)) return false;
  v128.store(FOUND, squares);
  v128.store(FOUND, square_errors, 16);
  v128.store(FOUND, fourths, 32);
  v128.store(FOUND, fourth_errors, 48);
  v128.store(FOUND, fourth_rest, 64);
  return true;
}

function isNothing(lost: v128): bool {
  return v128.all_true<i64>(f64x2.eq(lost, f64x2.splat(0)));
}
