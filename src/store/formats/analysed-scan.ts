import { blankScan } from '../scan/blank-scan.ts';
import type { CellScan, Finding } from '../scan/cell-file.ts';
import type { FileReader } from '../../files/file-reader.ts';
import { FINDINGS_KEPT } from '../scan/finding-list.ts';
import type { FindingList } from '../scan/finding-list.ts';
import type { Choice } from './choose.ts';

export interface AnalysedScan {
  readonly scan: CellScan;
  /** All of them, in file order. */
  readonly findings: readonly Finding[];
  /** Nothing in the file can be used. */
  readonly unreadable: boolean;
}

/** The scan of a file that is not canonical, from what was kept of it. `header_damaged`: the file's start is not as it must be. */
export function analysedScan(
  reader: FileReader,
  target: number,
  kept: Choice,
  found: FindingList,
  { n_rows_damaged, header_damaged }: { readonly n_rows_damaged: number; readonly header_damaged: boolean },
): AnalysedScan {
  const unreadable = kept.order.length === 0 && kept.n_rows_past_target === 0 && (n_rows_damaged > 0 || header_damaged);
  const findings: Finding[] = unreadable
    ? [{ kind: 'unreadable', offset: 0, length: reader.size, reason: 'there is nothing in it that can be used' }]
    : found.inFileOrder();
  const scan: CellScan = {
    ...blankScan(reader.size, target),
    present: kept.present,
    unprotected: kept.unprotected,
    n_rows_raw: kept.n_rows_raw,
    n_duplicates: kept.n_rows_raw - kept.order.length,
    n_conflicts: kept.n_conflicts,
    n_rows_damaged,
    n_rows_past_target: kept.n_rows_past_target,
    findings: findings.slice(0, FINDINGS_KEPT),
    n_findings: findings.length,
    canonical: false,
    end: reader.size,
    rows_crc32: undefined,
  };
  return { scan, findings, unreadable };
}
