/*
 * Skipping draws. A state is the number x = s0 + s1 b + s2 b^2 + c b^3, b = 2^32, and a draw divides it by b modulo
 * m = a b^3 - 1, a = 2091639: x + s0 m is divisible by b, and the quotient has the words s1, s2, T mod b and T div b of
 * T = a s0 + c. So k draws at once are a product with b^-k mod m, the number that k draws make of the state 1.
 * (The state is never 0 or m, which would be equal modulo m: a seeded carry is 1.)
 */

const A: u64 = 2091639;
const LOW: u64 = 0xffffffff;

/** Writes to `to` the state at `from` times the one at `by` times b^-4: Montgomery's product, as m = -1 modulo b. */
export function jump(from: usize, by: usize, to: usize): void {
  const y0 = <u64>load<u32>(by);
  const y1 = <u64>load<u32>(by, 4);
  const y2 = <u64>load<u32>(by, 8);
  const y3 = <u64>load<u32>(by, 12);
  let t0: u64 = 0, t1: u64 = 0, t2: u64 = 0, t3: u64 = 0;
  for (let word: usize = 0; word < 16; word += 4) {
    const x = <u64>load<u32>(from + word);
    let sum = x * y0 + t0;
    // Adding low x m makes the lowest word 0: - low there, + low a in the highest.
    const low = sum & LOW;
    sum = x * y1 + t1 + (sum >> 32);
    t0 = sum & LOW;
    sum = x * y2 + t2 + (sum >> 32);
    t1 = sum & LOW;
    // y3 and a have 21 bits, so this cannot overflow.
    sum = x * y3 + t3 + low * A + (sum >> 32);
    t2 = sum & LOW;
    t3 = sum >> 32;
  }
  if (t3 >= A) {
    // The product is below m + m^2 / b^4: once in some thousand times m has to be taken away.
    t3 -= A;
    t0 += 1;
    t1 += t0 >> 32;
    t2 += t1 >> 32;
    t3 += t2 >> 32;
  }
  store<u32>(to, <u32>t0);
  store<u32>(to, <u32>t1, 4);
  store<u32>(to, <u32>t2, 8);
  store<u32>(to, <u32>t3, 12);
}

/** Writes to `to` what `jump` takes to skip 6, 12, .. `most` draws: the state 1 after 4 draws fewer, 16 bytes each. */
export function tabulateJumps(to: usize, most: i32): void {
  let s0: u64 = 1, s1: u64 = 0, s2: u64 = 0, carry: u64 = 0;
  for (let skipped = 5; skipped <= most; skipped++) {
    const t = A * s0 + carry;
    s0 = s1;
    s1 = s2;
    s2 = t & LOW;
    carry = t >> 32;
    if (skipped % 6 != 0) continue;
    store<u32>(to, <u32>s0);
    store<u32>(to, <u32>s1, 4);
    store<u32>(to, <u32>s2, 8);
    store<u32>(to, <u32>carry, 12);
    to += 16;
  }
}
