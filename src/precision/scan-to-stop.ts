import type { CellPlace, CellScan } from '../store/scan/cell-file.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from '../store/read-rows.ts';
import { readBack, scanCell } from '../store/scan-cell.ts';
import type { Sums } from '../store/scan/sums.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import { dueChecks, takeChecks, type Check, type Stopping } from './checks.ts';

/** What a cell's file holds, and what its rows say about where the cell ends. */
export interface CheckedScan {
  /** Made for the cell's own number of permutations where its rows decide that, else for the most it may get. */
  readonly scan: CellScan;
  /** Undefined without rules, and before the first check. */
  readonly check: Check | undefined;
}

/** Scans a cell and makes all checks that its rows allow: where a cell stops is always found from its rows again. */
export function scanToStop(
  port: FilePort,
  place: CellPlace,
  permutations: number,
  stopping: Stopping | undefined,
): CheckedScan {
  const scan = scanCell(port, place, permutations);
  if (stopping === undefined) return { scan, check: undefined };
  const due = dueChecks(stopping, undefined, wholePrefix(scan.present));
  if (due.length === 0) return { scan, check: undefined };
  const whole = scan.canonical ? { end: scan.end } : undefined;
  const check = takeChecks(() => readRows(port, place, permutations, whole), place.schema.metrics, stopping, due);
  return { scan: check?.stop === true && check.n < permutations ? scanCell(port, place, check.n) : scan, check };
}

/** The checks `due` of a file that is being written. `sums`: those of its blocks, as they were written. */
export function checkOpenFile(
  port: FilePort,
  place: CellPlace,
  permutations: number,
  stopping: Stopping,
  due: readonly number[],
  sums: Sums,
): Check | undefined {
  const canonical = readBack(port, place, permutations, sums);
  const whole = canonical && { end: canonical.scan.end };
  return takeChecks(() => readRows(port, place, permutations, whole), place.schema.metrics, stopping, due);
}

/** Rows 0 .. n - 1 are there: this n. */
export function wholePrefix(present: readonly PermutationRange[]): number {
  const [first] = present;
  return first?.from === 0 ? first.to : 0;
}
