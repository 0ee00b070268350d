// One permutation is one walk: every step goes up with probability p, else down. AssemblyScript: TypeScript's words, compiled to WebAssembly.
import { Alea, uniform } from './permafrost';

export { buffer, permafrost_abi } from './permafrost';

// Generators are made once.
const rng = new Alea();

/** Permutations first to first + count - 1 of a cell. A row may depend on parameters and seeds, and on nothing else. */
export function simulate(parameters: usize, seeds: usize, first: u32, count: u32, columns: usize): i32 {
  // In the order of walk.json.
  const p = load<f64>(parameters);
  const steps = <i32>load<f64>(parameters + 8);
  for (let i: u32 = 0; i < count; i++) {
    rng.start(seeds + 16 * i);
    let at = 0;
    let highest = 0;
    for (let k = 0; k < steps; k++) {
      at += uniform(rng) < p ? 1 : -1;
      if (at > highest) highest = at;
    }
    store<f64>(columns + 8 * i, <f64>at);
    store<f64>(columns + 8 * (count + i), <f64>highest);
  }
  return 0;
}
