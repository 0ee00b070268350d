/* A walk of equal steps up and down: one draw per step. walk.mjs is the same in JavaScript. */
#include "permafrost.h"

PERMAFROST_EXPORTS

PERMAFROST_EXPORT(simulate)
int32_t simulate(const double *parameters, const uint32_t *seeds, uint32_t first, uint32_t count, double *columns) {
  const double p = parameters[0], up = parameters[1], down = parameters[2];
  const int32_t steps = (int32_t)parameters[3];
  (void)first;
  for (uint32_t i = 0; i < count; i++) {
    double at = 0, peak = 0, deepest = 0, below = 0;
    pf_rng rng;
    pf_start(&rng, seeds + 4 * i);
    for (int32_t step = 0; step < steps; step++) {
      at += pf_if_less(pf_uniform(&rng), p, up, -down);
      peak = pf_max(at, peak);
      deepest = pf_max(peak - at, deepest);
      below += pf_if_less(at, 0, 1, 0);
    }
    columns[i] = at;
    columns[count + i] = deepest;
    columns[2 * count + i] = below;
  }
  return 0;
}
