import { hex32 } from '../../encoding/crc32.ts';
import type { FileReader } from '../file-reader.ts';
import { tornAt } from './csv-lines.ts';
import type { CanonicalScan } from './format.ts';

/** The file is the beginning of its header, or that and NULs to the end, or only NULs. */
export function headerIsTorn(reader: FileReader, header: Uint8Array): boolean {
  const first = reader.read(0, header.length);
  let same = 0;
  while (same < first.length && first[same] === header[same]) same++;
  return reader.isNulFrom(same);
}

/** A file whose header was never written whole: the same as none. */
export function emptyScan(reader: FileReader, target: number): CanonicalScan {
  const torn = reader.size > 0;
  const scan = {
    exists: true,
    size: reader.size,
    target,
    present: [],
    n_rows_raw: 0,
    n_duplicates: 0,
    n_conflicts: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    findings: torn ? [{ ...tornAt(0, reader.size), reason: 'an incomplete header, as a crash leaves it' }] : [],
    n_findings: torn ? 1 : 0,
    canonical: true,
    sealed: false,
    end: 0,
    rows_crc32: hex32(0),
    last_block: undefined,
  };
  return { scan, sums: new Map() };
}
