/* A stochastic SIR epidemic in a closed population, event by event. */
#include "permafrost.h"

PERMAFROST_EXPORTS

/* The order of sim.json. */
enum { R0, POPULATION, FIRST_INFECTED, INFECTIOUS_DAYS };
enum { EVER_INFECTED, SHARE_IF_LARGE, LARGE, PEAK, DAYS };

PERMAFROST_EXPORT(simulate)
int32_t simulate(const double *parameters, const uint32_t *seeds, uint32_t first, uint32_t count, double *columns) {
  const double r0 = parameters[R0], population = parameters[POPULATION], recovery = 1 / parameters[INFECTIOUS_DAYS];
  (void)first;
  if (parameters[FIRST_INFECTED] > population) return 1;
  for (uint32_t i = 0; i < count; i++) {
    double susceptible = population - parameters[FIRST_INFECTED], infected = parameters[FIRST_INFECTED];
    double peak = infected, days = 0;
    pf_rng rng;
    pf_start(&rng, seeds + 4 * i);
    while (infected > 0) {
      /* Each infected person infects r0 x susceptible / population others per recovery. */
      const double infections = r0 * susceptible / population;
      days += pf_exponential(&rng, 1 / (recovery * infected * (infections + 1)));
      /* 1 or 0, and no branch: it goes either way. */
      const double infects = pf_if_less(pf_uniform(&rng) * (infections + 1), infections, 1, 0);
      susceptible -= infects;
      infected += 2 * infects - 1;
      peak = pf_max(infected, peak);
    }
    const double ever = population - susceptible;
    const int large = ever > 0.2 * population;
    columns[EVER_INFECTED * count + i] = ever;
    columns[SHARE_IF_LARGE * count + i] = large ? ever / population : __builtin_nan("");
    columns[LARGE * count + i] = large;
    columns[PEAK * count + i] = peak;
    columns[DAYS * count + i] = days;
  }
  return 0;
}
