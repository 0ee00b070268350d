/**
 * What is done with the contents of a metrics file. The only truth is the file; a crash may have left its tail in any
 * state, another program may have saved it, a disk may have changed it.
 *
 *   what is there                                         decision
 *   ----------------------------------------------------  ----------------------------------------------------------
 *   a whole, good row of a new index                      keep
 *   the same index again, same values                     drop, count as duplicate
 *   the same index again, other values                    the row whose block fails its checksum goes; else the first
 *                                                         stays and the other is set aside as a conflict on record
 *   an index at or past the target                        drop, count
 *   rows of a block that fails its checksum               set aside, compute again
 *   a last row or batch that is incomplete, NULs to the   torn by a crash: cut, logged, not counted as damaged,
 *   end, a torn header, an empty file                     compute again
 *   a damaged row or batch with good ones behind it       set aside with offset and reason, continue after it, compute
 *                                                         again, rewrite
 *   saved by another program (BOM, CRLF, column order)    keep the rows that pass, set the original aside, rewrite in our
 *                                                         form, warn that values may have been rounded
 *   columns of another model, another experiment or cell  refuse (exit 2), naming both
 *   nothing that can be read                              set the file aside, start the cell again
 *   a read error; a folder or link in place of the file   stop (exit 3), touch nothing
 *
 * "Rewrite" is always the same: every kept row in perm_index order into a temporary file, synced, renamed over the old
 * one, folder synced; what is set aside is durable before that, and a summary.json is gone before that.
 */
export const RECOVERY = {
  good: { row: 'keep', rewrite: false, counted: undefined, original: false },
  duplicate: { row: 'drop', rewrite: true, counted: 'n_duplicates', original: false },
  conflict: { row: 'set aside', rewrite: true, counted: 'n_conflicts', original: false },
  past_target: { row: 'drop', rewrite: true, counted: 'n_rows_past_target', original: false },
  distrusted: { row: 'set aside', rewrite: true, counted: 'n_rows_damaged', original: false },
  torn: { row: 'drop', rewrite: false, counted: undefined, original: false },
  damaged: { row: 'set aside', rewrite: true, counted: 'n_rows_damaged', original: false },
  out_of_order: { row: 'keep', rewrite: true, counted: undefined, original: false },
  foreign: { row: 'keep', rewrite: true, counted: undefined, original: true },
  other_columns: { row: 'refuse', rewrite: false, counted: undefined, original: false },
  other_experiment: { row: 'refuse', rewrite: false, counted: undefined, original: false },
  unreadable: { row: 'drop', rewrite: true, counted: undefined, original: true },
  read_error: { row: 'stop', rewrite: false, counted: undefined, original: false },
  not_a_file: { row: 'stop', rewrite: false, counted: undefined, original: false },
} as const satisfies Readonly<Record<string, Decision>>;

export interface Decision {
  readonly row: 'keep' | 'drop' | 'set aside' | 'refuse' | 'stop';
  /** The file is rewritten before anything is appended. */
  readonly rewrite: boolean;
  /** Which number of the scan counts it. */
  readonly counted: 'n_duplicates' | 'n_conflicts' | 'n_rows_past_target' | 'n_rows_damaged' | undefined;
  /** The whole file as found goes to quarantine/. */
  readonly original: boolean;
}

/** More damage than this share of the rows is said loudly. */
export const LOUD_SHARE = 0.1;
