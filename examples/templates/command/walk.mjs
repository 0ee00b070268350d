// A program that is asked by lines of JSON on stdin and answers on stdout: what any language can do. This one needs nothing but Node.
import { createInterface } from 'node:readline';

/** A generator of its own, mulberry32: numbers in [0, 1) from a seed of 32 bits. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One permutation is one walk. Its row may depend on the seed and the parameters, and on nothing else. */
function simulate({ p, steps }, seed) {
  const random = generator(seed);
  let end = 0;
  let highest = 0;
  for (let k = 0; k < steps; k += 1) {
    end += random() < p ? 1 : -1;
    if (end > highest) highest = end;
  }
  return { end, highest };
}

// A request is a line: { cell, parameters, first, count, seeds, … }. The answer is a line for each of its seeds. What is for people goes to stderr.
for await (const line of createInterface({ input: process.stdin })) {
  const { parameters, seeds } = JSON.parse(line);
  process.stdout.write(seeds.map((seed) => `${JSON.stringify(simulate(parameters, seed))}\n`).join(''));
}
