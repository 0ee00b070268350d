import { defineModel } from 'permafrost';

/** A walk of equal steps up and down: one draw per step. walk.c is the same in C. */
export default defineModel({
  name: 'walk',
  version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.52 },
    up: { type: 'number', default: 1 },
    down: { type: 'number', default: 1.05 },
    steps: { type: 'integer', min: 1, default: 250 },
  },
  metrics: { end: {}, deepest: {}, below: {} },
  simulate: ({ parameters: { p, up, down, steps } }, rng, row) => {
    let at = 0;
    let peak = 0;
    let deepest = 0;
    let below = 0;
    for (let step = 0; step < steps; step++) {
      at += rng() < p ? up : -down;
      if (at > peak) peak = at;
      if (peak - at > deepest) deepest = peak - at;
      if (at < 0) below += 1;
    }
    row.end = at;
    row.deepest = deepest;
    row.below = below;
  },
});
