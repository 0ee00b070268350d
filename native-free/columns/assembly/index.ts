/** Adds 0 to `count` doubles at `at`, which makes -0 to 0. Returns whether there was a NaN or an infinity: x - x is 0 but for those. */
export function addZero(at: usize, count: i32): bool {
  const end = at + (<usize>count << 3);
  let found = i64x2.splat(0);
  for (; at + 56 < end; at += 64) {
    found = v128.or(found, v128.or(v128.or(two(at), two(at + 16)), v128.or(two(at + 32), two(at + 48))));
  }
  let rest: f64 = 0;
  for (; at < end; at += 8) {
    const value = load<f64>(at);
    store<f64>(at, value + 0);
    rest += value - value;
  }
  return v128.any_true(found) || rest != 0;
}

/** Two doubles: what is found of them is bits that are not 0. */
function two(at: usize): v128 {
  const pair = v128.load(at);
  v128.store(at, f64x2.add(pair, f64x2.splat(0)));
  return f64x2.sub(pair, pair);
}
