import { setupOf } from '../execute/model-setup.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import type { KernelChoice } from '../execute/kernel-choice.ts';
import type { Rates } from './forecast.ts';
import type { CellCost } from '../execute/measure-cell.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { sampled } from './sample.ts';
import type { Host } from '../readers/host.ts';

/** Cells that are tried, at most. */
const SAMPLED_CELLS = 48;
/** All of them together take about so long [ms], and no further one is begun after so long. */
const SAMPLE_MS = 1000;
const LONGEST_MS = 4000;
/** Code is compiled and optimised, and its speed known roughly, before anything counts [ms]. */
const WARM_UP_MS = 200;
/** A forecast takes no more than this of what it forecasts, but at least so long [ms]: a run of seconds is not waited for like one of a night. */
const SHARE = 0.02;
const SHORTEST_MS = 40;
/** progress.json, logs.txt and what summary.json has beside the statistics [bytes]. */
const SMALL_FILES_BYTES = 1600;

/**
 * Measures what cells cost, in as many threads as will run, all at work: so that what they take from each other counts. `cells`: those to be computed,
 * of which `missing` permutations are. Nothing is written.
 */
export async function measureRates(
  host: Host,
  experiment: LoadedStudy,
  cells: { readonly length: number; readonly missing: number; at(i: number): RunCell },
  threads: number,
  kernel: KernelChoice['kernel'],
): Promise<Rates> {
  const { permutations: target, thresholds } = experiment.study;
  const places = sampled(cells.length, SAMPLED_CELLS);
  const started_ms = performance.now();
  const setup = setupOf(experiment, kernel);
  const local = host.open(threads, [setup]);
  const measure = (place: number, n: number): Promise<CellCost> => {
    const options = { thresholds };
    return local.read('measure', { setup: setup.id, cell: cells.at(place).setup, target, permutations: n, options });
  };
  const inEveryThread = async (work: () => Promise<void>): Promise<void> => {
    await Promise.all(Array.from({ length: threads }, work));
  };
  try {
    await inEveryThread(async () => {
      await measure(places[0]!, 1);
    });
    const start_seconds = (performance.now() - started_ms) / 1000;
    let fastest_ms = Infinity;
    const worth = (most_ms: number): number => {
      const forecast_ms = (cells.missing * fastest_ms) / threads;
      return Number.isFinite(forecast_ms) ? Math.min(most_ms, Math.max(SHORTEST_MS, SHARE * forecast_ms)) : most_ms;
    };
    await inEveryThread(async () => {
      const warm_up_ms = performance.now();
      for (let n = 1; n === 1 || performance.now() - warm_up_ms < worth(WARM_UP_MS); n *= 4)
        fastest_ms = faster(fastest_ms, (await measure(places[0]!, n)).compute_ms);
    });
    const n = Math.max(1, Math.ceil((worth(SAMPLE_MS) * threads) / places.length / fastest_ms));
    const left = [...places];
    const deadline_ms = performance.now() + LONGEST_MS;
    const costs: CellCost[] = [];
    await inEveryThread(async () => {
      for (let place = left.pop(); place !== undefined; place = left.pop()) {
        costs.push(await measure(place, n));
        if (performance.now() > deadline_ms) return;
      }
    });
    return ratesOf(costs, start_seconds);
  } finally {
    await local.close();
  }
}

/** A cell that cannot be prepared has no speed. */
function faster(a_ms: number, b_ms: number): number {
  return b_ms < a_ms ? b_ms : a_ms;
}

/** Every cell counts for the same number of rows, however many of it were computed here. */
function ratesOf(costs: readonly CellCost[], start_seconds: number): Rates {
  const mean = (of: (cost: CellCost) => number): number => {
    const known = costs.map(of).filter(Number.isFinite);
    return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  };
  const compute_ms = mean((cost) => cost.compute_ms);
  return {
    start_seconds,
    prepare_ms: Math.max(0, mean((cost) => cost.prepare_ms) - compute_ms),
    compute_ms,
    finish_ms: mean((cost) => cost.finish_ms),
    row_bytes: mean((cost) => cost.row_bytes),
    cell_bytes: SMALL_FILES_BYTES + mean((cost) => cost.statistics_bytes),
  };
}
