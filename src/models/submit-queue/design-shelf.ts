import type { Rng } from '../../random/generator.ts';
import type { BatchPlan } from './batch-plan.ts';
import { createDesign, drawDesign, type Design } from './design.ts';

/** The designs of one replicate: one per shape, drawn when it is first needed. The memory is kept for the next replicate. */
export interface DesignShelf {
  readonly plan: BatchPlan;
  readonly positions: number;
  readonly optimized: boolean;
  readonly designs: (Design | undefined)[];
  readonly drawn: Uint8Array;
}

export function createDesignShelf(plan: BatchPlan, positions: number, optimized: boolean): DesignShelf {
  return {
    plan,
    positions,
    optimized,
    designs: plan.shapes.map(() => undefined),
    drawn: new Uint8Array(plan.shapes.length),
  };
}

/** Nothing random is shared between replicates: all designs are drawn again. */
export function clearDesignShelf(shelf: DesignShelf): void {
  shelf.drawn.fill(0);
}

/** The design for a window of `window` >= 1 changes. */
export function designFor(shelf: DesignShelf, window: number, rng: Rng): Design {
  const index = shelf.plan.shape_of[window]!;
  const design = (shelf.designs[index] ??= createDesign(shelf.plan.shapes[index]!, shelf.positions));
  if (shelf.drawn[index] === 0) {
    drawDesign(design, shelf.optimized, rng);
    shelf.drawn[index] = 1;
  }
  return design;
}
