import type { CellScan } from './cell-file.ts';

/** The scan of a file of `size` bytes before anything was found in it. */
export function blankScan(size: number, target: number): CellScan {
  return {
    exists: true,
    size,
    target,
    present: [],
    n_rows_raw: 0,
    n_duplicates: 0,
    n_conflicts: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    findings: [],
    n_findings: 0,
    canonical: true,
    sealed: false,
    end: 0,
    rows_crc32: '00000000',
    last_block: undefined,
    sections: [],
    unprotected: [],
    loose_blocks: [],
  };
}
