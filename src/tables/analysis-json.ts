import type { Analysis, QuantityAnalysis } from '../analysis/analyse.ts';
import { toJson } from '../encoding/json-numbers.ts';

/**
 * aggregated/analysis/analysis.json: what the surface says, cells by their ids. What has a line per cell or per pair of cells is in the tables beside it.
 * `rows_sha256`: of which rows it is; another one means that the run has changed since.
 */
export function analysisJson(analysis: Analysis, rows_sha256: string): string {
  const { grid, shared_streams, wished, quantities, front } = analysis;
  const idOf = (cell: number): string => grid.cells[cell]!.cell_id;
  return `${toJson(
    {
      rows_sha256,
      cells: grid.cells.length,
      axes: grid.axes.map(({ name, levels, ordered, at }) => ({ name, levels, ordered, everywhere: !at.includes(-1) })),
      shared_streams,
      wished,
      quantities: quantities.map((each) => quantityJson(each, idOf)),
      front:
        front === undefined
          ? null
          : { ...front, cells: front.cells.map(({ cell, ...found }) => ({ cell_id: idOf(cell), ...found })) },
    },
    1,
  )}\n`;
}

function quantityJson(each: QuantityAnalysis, idOf: (cell: number) => string): object {
  const { quantity, better, effects, neighbours, best, plateaus, break_evens, needed } = each;
  const worse = better === 'highest' ? -1 : 1;
  const permutations = needed.flatMap((found) => (found === undefined ? [] : [found.needed]));
  return {
    ...quantity,
    better: better ?? null,
    effects,
    neighbours: { compared: neighbours.length, told_apart: neighbours.filter(({ side }) => side !== 0).length },
    best:
      best === undefined
        ? null
        : {
            cell_id: idOf(best.cell),
            may_be_best: [
              idOf(best.cell),
              ...best.contrasts.filter(({ side }) => side !== worse).map(({ to }) => idOf(to)),
            ],
          },
    plateaus:
      plateaus === undefined
        ? null
        : {
            compared: plateaus.compared,
            alone: plateaus.alone,
            regions: plateaus.regions.map(({ cells, ...region }) => ({ ...region, cells: cells.map(idOf) })),
          },
    break_evens: break_evens.map(({ quantity: held, level, lines }) => ({
      ...held,
      level,
      lines: lines.map(({ cells, ...line }) => ({ ...line, cells: cells.map(idOf) })),
    })),
    permutations_needed: permutations.length === 0 ? null : permutations.reduce((a, b) => Math.max(a, b), 0),
  };
}
