import { blankScan } from '../scan/blank-scan.ts';
import type { FileReader } from '../../files/file-reader.ts';
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
  const finding = { ...tornAt(0, reader.size), reason: 'an incomplete header, as a crash leaves it' };
  const scan = {
    ...blankScan(reader.size, target),
    findings: torn ? [finding] : [],
    n_findings: Number(torn),
  };
  return { scan, sums: new Map() };
}
