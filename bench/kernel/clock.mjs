import process from 'node:process';

/** CPU time of this process [ns]: what another process does on the machine hardly shows in it. */
export function cpuNs() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs every variant once per round, in turn, after one round that does not count; the median of each [its own unit]. */
export function interleave(variants, rounds) {
  const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const time = run(round);
      if (round > 0) times[name].push(time);
    }
  }
  return times;
}

/** Median over the rounds of how many times longer `a` took than `b` in the same round. */
export function pairedRatio(a, b) {
  return median(a.map((time, round) => time / b[round]));
}
