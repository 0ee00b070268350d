import pLimit from 'p-limit';

import { analyse, chosenQuantities, type Analysis, type AnalysisQuestions } from '../analysis/analyse.ts';
import { betterOf, type DeclaredAims } from '../analysis/aims.ts';
import { bestCell, type PairsOf } from '../analysis/contrasts.ts';
import { gridOf, neighboursOf, type Grid } from '../analysis/grid.ts';
import type { AnalysedCell } from '../analysis/quantity.ts';
import type { Readers } from '../readers/readers.ts';
import type { PairedRows } from '../readers/tasks.ts';
import type { PairedSample } from '../statistics/difference.ts';
import type { RunManifest } from '../stored/manifest.ts';

/**
 * Permutations of two cells that are paired at most. Of more, the spread of the differences is that of the first ones, which knows nothing of an event
 * that is rarer than one in so many: hence no smaller a number.
 */
const PAIRED_ROWS = 262_144;
/** Cells whose rows one task holds at once: 17 MB a metric. */
const CELLS_AT_ONCE = 8;

/** What a run declares about its metrics. */
export function declaredAims({ metrics, ranking, thresholds, lead }: RunManifest): DeclaredAims {
  return { metrics, ranking, thresholds, lead };
}

/**
 * The analysis of the complete cells of a run. Where they share their streams, means are compared permutation by permutation: the readers look at pairs of
 * cells, a bounded number at a time, and the result does not depend on who looks at which. `rowsOf`: where the rows of a cell are.
 */
export async function analyseCells(
  readers: Readers,
  cells: readonly AnalysedCell[],
  manifest: RunManifest,
  rowsOf: (cell: AnalysedCell) => PairedRows,
  questions: AnalysisQuestions = {},
): Promise<Analysis> {
  const declared = declaredAims(manifest);
  const shared = manifest.identity.streams.sharing === 'shared';
  const quantities = chosenQuantities(cells, declared, questions);
  const chosen = { ...questions, quantities };
  if (!shared) return analyse(cells, declared, chosen);
  const grid = gridOf(cells);
  const means = quantities.filter(({ statistic }) => statistic === 'mean');
  const best = means.flatMap((quantity) => {
    const better = questions.better?.[quantity.metric] ?? betterOf(declared, quantity.metric);
    return better === undefined ? [] : (bestCell(grid, quantity, better) ?? []);
  });
  const metrics = means.map(({ metric }) => metric);
  const pairsOf = metrics.length === 0 ? undefined : await readPairs(readers, grid, metrics, best, rowsOf);
  return analyse(cells, declared, chosen, { shared, pairsOf });
}

type Pair = readonly [from: number, to: number];

async function readPairs(
  readers: Readers,
  grid: Grid,
  metrics: readonly string[],
  best: readonly number[],
  rowsOf: (cell: AnalysedCell) => PairedRows,
): Promise<PairsOf> {
  const along = neighboursOf(grid).map(({ from, to }): Pair => [from, to]);
  const with_best = [...new Set(best)].flatMap((from) =>
    [...grid.cells.keys()].filter((to) => to !== from).map((to): Pair => [from, to]),
  );
  const found = new Map<string, PairedSample>();
  const keyOf = (from: number, to: number, metric: string): string => `${from} ${to} ${metric}`;
  const limit = pLimit(2 * readers.parallel);
  await Promise.all(
    tasksOf([...along, ...with_best]).map((pairs) =>
      limit(async () => {
        const places = [...new Set(pairs.flat())];
        const cells = places.map((cell) => rowsOf(grid.cells[cell]!));
        const numbered = pairs.map(([from, to]): Pair => [places.indexOf(from), places.indexOf(to)]);
        const samples = await readers.read('pairs', { cells, rows: PAIRED_ROWS, metrics, pairs: numbered });
        for (const [p, [from, to]] of pairs.entries())
          for (const [m, metric] of metrics.entries()) found.set(keyOf(from, to, metric), samples[p]![m]!);
      }),
    ),
  );
  return (from, to, metric) => found.get(keyOf(from, to, metric));
}

/** Pairs in their order, cut where more cells would have to be held. */
function tasksOf(pairs: readonly Pair[]): Pair[][] {
  const tasks: Pair[][] = [];
  let cells = new Set<number>();
  for (const pair of pairs) {
    const more = new Set([...cells, ...pair]);
    if (tasks.length === 0 || more.size > CELLS_AT_ONCE) {
      tasks.push([pair]);
      cells = new Set(pair);
    } else {
      tasks.at(-1)!.push(pair);
      cells = more;
    }
  }
  return tasks;
}
