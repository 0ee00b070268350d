import { EngineError } from '../errors.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { isOfCheck } from '../precision/cell-precision.ts';
import type { FilePort } from '../files/port.ts';
import type { Problem } from './problem.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import type { StoredCell } from '../readers/stored-cells.ts';
import { summaryIfReadable, whyNoSummary, type CellSummary } from '../stored/summaries.ts';

/** Where a cell's summary.json disagrees with its rows or with itself. */
export function summaryProblems(
  port: FilePort,
  { cell_id, place }: StoredCell,
  found: CheckedScan | EngineError,
): Problem[] {
  if (found instanceof EngineError) return [];
  const { scan } = found;
  const n_present = countPermutations(scan.present);
  const summary = summaryIfReadable(port, place.folder);
  const say = (message: string): Problem => ({ cell_id, code: 'SUMMARY', message });
  if (summary === undefined) {
    return n_present === scan.target ? [say(`${whyNoSummary(port, place.folder)!}; the next run rewrites it`)] : [];
  }
  return brokenInvariants(summary, found, n_present).map(say);
}

function brokenInvariants(summary: CellSummary, { scan, check }: CheckedScan, n_present: number): string[] {
  const s = summary;
  const invariants: (readonly [boolean, string])[] = [
    [
      s.n_perms_target === scan.target,
      `n_perms_target ${s.n_perms_target} is not the ${check?.reached === true ? 'count at which the rows reach the requested precision,' : "run's"} ${scan.target}`,
    ],
    [s.n_perms_done === s.n_perms_target, `n_perms_done ${s.n_perms_done} is not n_perms_target ${s.n_perms_target}`],
    [s.n_rows_deduped === s.n_perms_done, `n_rows_deduped ${s.n_rows_deduped} is not n_perms_done ${s.n_perms_done}`],
    [s.n_rows_raw >= s.n_rows_deduped, `n_rows_raw ${s.n_rows_raw} is less than n_rows_deduped ${s.n_rows_deduped}`],
    [
      s.n_duplicates_dropped === s.n_rows_raw - s.n_rows_deduped,
      `n_duplicates_dropped ${s.n_duplicates_dropped} is not n_rows_raw - n_rows_deduped`,
    ],
    [s.n_perms_done === n_present, `it covers ${s.n_perms_done} rows, but the file holds ${n_present}`],
    [isOfCheck(s.precision, check), "its precision is not what the run's rule gives for these rows"],
    [s.digest !== undefined, 'it has no digest, so a change to it would go unnoticed; the next run rewrites it'],
    [s.rows_crc32 === scan.rows_crc32, 'it was made from rows other than those in the file'],
  ];
  return invariants.filter(([holds]) => !holds).map(([, message]) => `summary.json: ${message}`);
}
