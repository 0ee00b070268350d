/* One permutation is one walk: every step goes up with probability p, else down. */
#include "permafrost.h"

PERMAFROST_EXPORTS

enum { P, STEPS };     /* the parameters, in the order of walk.json */
enum { END, HIGHEST }; /* its metrics */

/* Permutations first to first + count - 1 of a cell. A row may depend on parameters and seeds, and on nothing else. */
PERMAFROST_EXPORT(simulate)
int32_t simulate(const double *parameters, const uint32_t *seeds, uint32_t first, uint32_t count, double *columns) {
  const int32_t steps = (int32_t)parameters[STEPS];
  for (uint32_t i = 0; i < count; i++) {
    pf_rng rng;
    pf_start(&rng, seeds + 4 * i);
    int32_t at = 0, highest = 0;
    for (int32_t k = 0; k < steps; k++) {
      at += pf_uniform(&rng) < parameters[P] ? 1 : -1;
      highest = at > highest ? at : highest;
    }
    columns[END * count + i] = at;
    columns[HIGHEST * count + i] = highest;
  }
  return 0;
}
