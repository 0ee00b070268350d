import { defineModel, exponential } from 'permafrost';

/**
 * A queue with c servers: customers come at random (Poisson), are served in the order in which they came, and a service takes an exponential
 * time of mean 1. Times are in mean service times, so that `load` and `servers` say everything.
 */
export default defineModel({
  name: 'mmc-queue',
  version: '1',
  parameters: {
    servers: { type: 'integer', min: 1, max: 1000, default: 1, description: 'c' },
    load: { type: 'number', above: 0, below: 1, default: 0.5, description: 'of each server: arrival rate / c' },
    customers: { type: 'integer', min: 1, default: 5000, description: 'counted in a permutation' },
    warm_up: { type: 'integer', min: 0, default: 2000, description: 'customers before those: the queue begins empty' },
  },
  metrics: {
    mean_wait: {
      unit: 'service times',
      label: 'mean wait',
      good: 'low',
      goals: [{ at: 0.5, means: 'a customer waits less than half a service takes' }],
    },
    waiting_share: { unit: '1', label: 'share of customers who wait', good: 'low' },
  },
  lead: ['mean_wait', 'waiting_share'],
  ranking: { metric: 'mean_wait', best: 'lowest' },
  views: [{ title: 'Mean wait against the load', x: 'load', y: 'mean_wait', series: 'servers' }],
  caveats: ['Waits are those of a queue in balance: the first customers, who find it empty, are not counted.'],
  prepare: ({ parameters }) => ({
    ...parameters,
    between_arrivals: 1 / (parameters.servers * parameters.load),
    free_at: new Float64Array(parameters.servers),
  }),
  simulate: ({ customers, warm_up, between_arrivals, free_at }, rng, row) => {
    // Two streams: the customers of every cell come in the same rhythm and bring the same work, however many servers there are.
    const arrivals = rng.substream('arrivals');
    const services = rng.substream('services');
    free_at.fill(0);
    let now = 0;
    let waited = 0;
    let waiting = 0;
    for (let i = -warm_up; i < customers; i += 1) {
      now += exponential(arrivals, between_arrivals);
      const server = earliest(free_at);
      const wait = Math.max(0, (free_at[server] ?? 0) - now);
      free_at[server] = now + wait + exponential(services, 1);
      if (i < 0) continue;
      waited += wait;
      if (wait > 0) waiting += 1;
    }
    row.mean_wait = waited / customers;
    row.waiting_share = waiting / customers;
  },
});

/** The server that is free first. */
function earliest(free_at: Float64Array): number {
  let first = 0;
  for (let s = 1; s < free_at.length; s += 1) if ((free_at[s] ?? 0) < (free_at[first] ?? 0)) first = s;
  return first;
}
