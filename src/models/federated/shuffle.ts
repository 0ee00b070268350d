import type { Rng } from '../../random/generator.ts';

/** A random order in place (Durstenfeld 1964, doi:10.1145/364520.364540). One draw per value but the first. */
export function shuffle(values: Int32Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = rng.index(i + 1);
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}

/** 0 .. count - 1 in a random order. */
export function shuffled(count: number, rng: Rng): Int32Array {
  const values = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(values, rng);
  return values;
}
