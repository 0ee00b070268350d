import type { Rng } from '../../random/generator.ts';
import { gamma } from '../../random/gamma.ts';

/**
 * Shares of a whole, Dirichlet(alpha, ..., alpha): `count` numbers from 0 to 1 that sum to 1, as gamma values by their sum.
 * Source: Devroye 1986, "Non-Uniform Random Variate Generation", theorem XI.4.1. A small alpha can round every gamma value to 0:
 * then all are drawn again.
 */
export function dirichlet(rng: Rng, alpha: number, count: number): Float64Array {
  const shares = new Float64Array(count);
  for (;;) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      shares[i] = gamma(rng, alpha, 1);
      total += shares[i]!;
    }
    if (total === 0) continue;
    for (let i = 0; i < count; i++) shares[i] = shares[i]! / total;
    return shares;
  }
}

/**
 * Splits samples among clients, class by class in shares of Dirichlet(alpha): with a small alpha a client sees few classes, with a
 * large one all clients look alike. Returns each client's samples, classes in order; a client may be left with none.
 * Source: Yurochkin et al. 2019, "Bayesian nonparametric federated learning of neural networks", arXiv:1905.12022, section 4.
 */
export function partition(
  samples: Int32Array,
  labels: Uint8Array,
  classes: number,
  num_clients: number,
  alpha: number,
  rng: Rng,
): Int32Array[] {
  const clients: number[][] = Array.from({ length: num_clients }, () => []);
  for (let label = 0; label < classes; label++) {
    const members = samples.filter((sample) => labels[sample] === label);
    const shares = dirichlet(rng, alpha, num_clients);
    let share = 0;
    let from = 0;
    for (let client = 0; client < num_clients; client++) {
      share += shares[client]!;
      // The last client takes what rounding left.
      const to =
        client === num_clients - 1
          ? members.length
          : Math.min(Math.floor(share * members.length + 0.5), members.length);
      for (let i = from; i < to; i++) clients[client]!.push(members[i]!);
      from = Math.max(from, to);
    }
  }
  return clients.map((client) => Int32Array.from(client));
}
