// One permutation is one walk: every step goes up with probability p, else down.
export default {
  name: 'walk',
  version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5, description: 'probability of a step up' },
    steps: { type: 'integer', min: 1, default: 100 },
  },
  metrics: {
    end: { unit: 'steps', headline: true, description: 'where the walk ends' },
    highest: { unit: 'steps', description: 'the highest point on the way' },
  },
  // A row may depend on parameters, inputs and rng, and on nothing else: no Math.random, no clock, no variable that one permutation leaves for the next.
  simulate: ({ parameters: { p, steps } }, rng, row) => {
    let at = 0;
    let top = 0;
    for (let k = 0; k < steps; k += 1) {
      at += rng() < p ? 1 : -1;
      if (at > top) top = at;
    }
    row.end = at;
    row.highest = top;
  },
};
