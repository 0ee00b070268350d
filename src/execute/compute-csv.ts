import type { RunCell } from '../plan/run-cell.ts';
import type { Executor } from './executor.ts';

/** Permutations of a cell computed now, as CSV lines whatever the format of its file: what `pickRows` reads from the file is to be the same text. Those that fail leave no line. */
export async function computeCsv(
  executor: Executor,
  setup: string,
  { setup: cell }: RunCell,
  { from, to }: { readonly from: number; readonly to: number },
  abandoned?: AbortSignal,
): Promise<string> {
  const as_csv = { ...cell, schema: { ...cell.schema, format: 'csv' as const } };
  const result = await executor.compute({ setup, cell: as_csv, first: from, count: to - from }, abandoned);
  const text = Buffer.from(result.bytes).toString('latin1');
  executor.release(result);
  return text;
}
