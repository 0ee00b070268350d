import {
  analysedMetrics,
  betterOf,
  heldAgainstLevels,
  levelsOf,
  quantityOf,
  type Aim,
  type DeclaredAims,
} from './aims.ts';
import { axisEffects, type AxisEffects } from './axis-effects.ts';
import { baselineTests, type BaselineTests } from './baseline-tests.ts';
import { breakEvens, type BreakEven } from './break-even.ts';
import { bestCell, bestContrasts, neighbourContrasts, type Contrast, type PairsOf } from './contrasts.ts';
import { gridOf, type Grid } from './grid.ts';
import { neededPermutations, type WishedPrecision } from './needed.ts';
import { paretoFront, type Front } from './pareto.ts';
import { plateaus, type Plateaus } from './plateaus.ts';
import type { PermutationsNeeded } from '../statistics/permutations-needed.ts';
import { valueShares, type ValueShares } from '../statistics/value-shares.ts';
import type { AnalysedCell, Quantity } from './quantity.ts';

/** What is asked of a surface; what is not said follows from what the model and the study declare. */
export interface AnalysisQuestions {
  /** Default: `analysedMetrics`, each by `quantityOf`. */
  readonly quantities?: readonly Quantity[] | undefined;
  /** Which way is good, by metric; over what is declared. */
  readonly better?: Readonly<Record<string, Aim['better']>> | undefined;
  /** Values that decide, by metric; over what is declared. */
  readonly levels?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Default: 1 % of the value. */
  readonly wished?: WishedPrecision | undefined;
}

/** What is known of how cells hang together. */
export interface Streams {
  /** All cells share their random numbers. */
  readonly shared: boolean;
  /** The pairs of rows that were looked at. */
  readonly pairsOf?: PairsOf | undefined;
}

/** Along every axis of numbers: where a quantity crosses a value that decides. */
export interface BreakEvens {
  readonly quantity: Quantity;
  readonly level: number;
  readonly lines: readonly BreakEven[];
}

/** One quantity over the whole surface. */
export interface QuantityAnalysis {
  readonly quantity: Quantity;
  readonly better: Aim['better'] | undefined;
  readonly effects: AxisEffects;
  readonly neighbours: readonly Contrast[];
  /** Undefined where nothing says which way is good. */
  readonly best: { readonly cell: number; readonly contrasts: readonly Contrast[] } | undefined;
  readonly plateaus: Plateaus | undefined;
  readonly break_evens: readonly BreakEvens[];
  /** Per cell. */
  readonly needed: readonly (PermutationsNeeded | undefined)[];
  /** Per cell: missing, infinite and capped values of the metric. */
  readonly shares: readonly ValueShares[];
  readonly baseline: BaselineTests | undefined;
}

/** All that is worked out of the cells of a run beyond each cell's own statistics. A function of them alone. */
export interface Analysis {
  /** Cells are known by their place in it: in study order. */
  readonly grid: Grid;
  readonly shared_streams: boolean;
  readonly wished: WishedPrecision;
  readonly quantities: readonly QuantityAnalysis[];
  /** Of all quantities with a good direction, where there are at least two. */
  readonly front: Front | undefined;
}

/** The quantities that an analysis is about: those asked for, else those that follow from what is declared. */
export function chosenQuantities(
  cells: readonly AnalysedCell[],
  declared: DeclaredAims,
  { quantities }: AnalysisQuestions,
): readonly Quantity[] {
  return quantities ?? analysedMetrics(cells, declared).map((metric) => quantityOf(cells, metric));
}

export const DEFAULT_PRECISION: WishedPrecision = { half_width: 0.01, relative: true };

/** The complete cells of a run, and what is declared of their metrics. */
export function analyse(
  cells: readonly AnalysedCell[],
  declared: DeclaredAims,
  questions: AnalysisQuestions = {},
  { shared, pairsOf }: Streams = { shared: false },
): Analysis {
  const grid = gridOf(cells);
  const { wished = DEFAULT_PRECISION } = questions;
  const quantities = chosenQuantities(cells, declared, questions).map((quantity): QuantityAnalysis => {
    const { metric } = quantity;
    const better = questions.better?.[metric] ?? betterOf(declared, metric);
    const best = better && bestCell(grid, quantity, better);
    const spec = declared.metrics[metric];
    const levels = questions.levels?.[metric] ?? levelsOf(declared, metric);
    return {
      quantity,
      better,
      effects: axisEffects(grid, quantity),
      neighbours: neighbourContrasts(grid, quantity, pairsOf),
      best: best === undefined ? undefined : { cell: best, contrasts: bestContrasts(grid, quantity, best, pairsOf) },
      plateaus: better && plateaus(grid, { quantity, better }, { paired: shared }),
      break_evens: levels.flatMap((level) =>
        heldAgainstLevels(cells, quantity, better).map((held): BreakEvens => {
          return { quantity: held, level, lines: breakEvens(grid, held, level, shared) };
        }),
      ),
      needed: cells.map((cell) => neededPermutations(cell, quantity, wished)),
      shares: cells.map(({ statistics, parameters }) => valueShares(statistics[metric]!, capOf(spec?.cap, parameters))),
      baseline: baselineTests(grid, metric),
    };
  });
  const aims = quantities.flatMap(({ quantity, better }) => (better === undefined ? [] : [{ quantity, better }]));
  const front = aims.length >= 2 && cells.length >= 2 ? paretoFront(grid, aims) : undefined;
  return { grid, shared_streams: shared, wished, quantities, front };
}

function capOf(name: string | undefined, parameters: AnalysedCell['parameters']): number | undefined {
  const value = name === undefined ? undefined : parameters[name];
  return typeof value === 'number' ? value : undefined;
}
