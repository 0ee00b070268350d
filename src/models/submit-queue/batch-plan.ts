import type { Settings } from './parameters.ts';

/** The size of a design: N batches (rows), each change in K of them. */
export interface Shape {
  readonly batches: number;
  readonly column_weight: number;
}

/** The shape for every number of waiting changes, and the few distinct ones. */
export interface BatchPlan {
  readonly shapes: readonly Shape[];
  /** For a window of W changes, `shapes[shape_of[W]]`. W = 1 .. maxbatch. */
  readonly shape_of: Int32Array;
}

const GROWTH = 1.05;
const HALF_STEP = Math.sqrt(GROWTH);

/**
 * Rounds to floor(1.05^round(ln v / ln 1.05)) from 20 on, so that there are few distinct designs. Biased down, not idempotent.
 * The power is multiplied up, because logarithms are not the same on every machine.
 */
export function quantised(v: number): number {
  if (v < 20) return v;
  let power = 1;
  while (v >= power * HALF_STEP) power *= GROWTH;
  return Math.floor(power);
}

type PlanSettings = Pick<Settings, 'resources' | 'maxbatch' | 'maxk' | 'kdiv' | 'cap_batches' | 'singleton'>;

/** N and K for a window of `window` >= 1 changes. */
export function shapeFor(window: number, settings: PlanSettings): Shape {
  const { resources, maxk, kdiv } = settings;
  if (window === 1 && settings.singleton === 'once') return { batches: 1, column_weight: 1 };
  const half = Math.floor(window / 2);
  const wanted = half === 0 ? resources : half;
  const batches = quantised(settings.cap_batches ? Math.min(wanted, resources) : wanted);
  let weight = Math.min(maxk, Math.floor(batches / kdiv));
  if (batches >= 2 && weight < 2) weight = 2;
  if (weight < 1) weight = 1;
  return { batches, column_weight: quantised(weight) };
}

export function batchPlan(settings: PlanSettings): BatchPlan {
  const shapes: Shape[] = [];
  const index_of = new Map<string, number>();
  const shape_of = new Int32Array(settings.maxbatch + 1);
  for (let window = 1; window <= settings.maxbatch; window++) {
    const shape = shapeFor(window, settings);
    const key = `${shape.batches} x ${shape.column_weight}`;
    if (!index_of.has(key)) index_of.set(key, shapes.push(shape) - 1);
    shape_of[window] = index_of.get(key)!;
  }
  return { shapes, shape_of };
}
