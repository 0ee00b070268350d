import { csvField } from '../encoding/csv-field.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { parameterTexts } from './grid-summary.ts';
import type { FilePort } from '../files/port.ts';
import { summariesOf } from '../stored/summaries.ts';

/**
 * results/final_results.csv, line by line: one row per complete cell in study order with its parameters, n, and mean and sd of every metric. A row is a
 * function of the experiment and n alone: studies that have a cell in common have the same row.
 */
export async function* finalResultsLines(
  port: FilePort,
  cells: Iterable<RunCell>,
  parameters: readonly string[],
  metrics: readonly string[],
): AsyncGenerator<string> {
  const columns = metrics.flatMap((metric) => [`${metric}_mean`, `${metric}_sd`]);
  yield `${['cell_id', ...parameters, 'n', ...columns].map(csvField).join(',')}\n`;
  for await (const { cell, summary } of summariesOf(port, cells)) {
    const values = metrics.flatMap((metric) => {
      const { mean, sd } = summary.statistics[metric]!;
      return [String(mean), String(sd)];
    });
    const row = [
      csvField(cell.cell_id),
      ...parameterTexts(cell.parameters, parameters),
      String(summary.n_perms_done),
      ...values,
    ];
    yield `${row.join(',')}\n`;
  }
}
