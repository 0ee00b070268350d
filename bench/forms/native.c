/*
 * Runs a model's simulate natively, on the seeds that the engine gives with alea: native MODE base_seed count metrics parameters...
 * `rows`: the columns as doubles on stdout. `time`: CPU time of one call for all [ns per permutation].
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int32_t simulate(const double *parameters, const uint32_t *seeds, uint32_t first, uint32_t count, double *columns);

static double cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  const uint32_t base = (uint32_t)strtoul(argv[2], NULL, 10), count = (uint32_t)strtoul(argv[3], NULL, 10);
  const uint32_t metrics = (uint32_t)strtoul(argv[4], NULL, 10);
  double parameters[16];
  for (int k = 5; k < argc && k < 21; k++) parameters[k - 5] = strtod(argv[k], NULL);
  uint32_t *seeds = calloc(4 * (size_t)count, sizeof *seeds);
  double *columns = calloc((size_t)metrics * count, sizeof *columns);
  if (seeds == NULL || columns == NULL) return 1;
  for (uint32_t i = 0; i < count; i++) seeds[4 * i] = base + i * 1000003u;
  /* Once for the pages and the caches. */
  simulate(parameters, seeds, 0, count < 1000 ? count : 1000, columns);
  const double began = cpu_ns();
  if (simulate(parameters, seeds, 0, count, columns) != 0) return 1;
  const double ns = (cpu_ns() - began) / count;
  if (strcmp(argv[1], "rows") == 0) fwrite(columns, sizeof *columns, (size_t)metrics * count, stdout);
  else printf("%.17g\n", ns);
  return 0;
}
