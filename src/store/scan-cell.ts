import { EngineError } from '../errors.ts';
import { crc32 } from '../encoding/crc32.ts';
import { blankScan } from './scan/blank-scan.ts';
import type { CellPlace, CellScan, ProvenBytes } from './scan/cell-file.ts';
import { diskError } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import type { Analysis, CanonicalScan } from './formats/format.ts';
import { sumsPath } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { quarantineRecords, standingConflicts } from './quarantine.ts';
import { notAFolder } from '../files/folder.ts';
import { readSmallFile } from '../files/small-file.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { parseAllSums, parseSums, sumsText } from './scan/sums.ts';
import type { Sums } from './scan/sums.ts';

/** The scan of a cell that has no file. */
export function noFile(target: number, n_conflicts = 0): CellScan {
  return { ...blankScan(0, target), exists: false, n_conflicts };
}

/**
 * The contents of a cell's metrics file, found by reading it and nothing else; nothing is changed. Only "not there"
 * means that there is no file: any other failure is EngineError DISK, and a file of another model, experiment or cell
 * is EngineError IDENTITY. Takes some 10 ms for 200,000 checksummed rows; a file that needs repair takes longer.
 */
export function scanCell(port: FilePort, place: CellPlace, target: number): CellScan {
  refuseLink(port, place.folder);
  const conflicts = onRead(place.folder, () => standingConflicts(quarantineRecords(port, place.folder)));
  const scan = readMetricsFile(port, place, (reader) => {
    const { canonical, analysis, sums_text } = understand(port, reader, place, target);
    if (canonical === undefined) return analysis!.scan;
    const { experiment, batch_rows } = place.schema;
    const sealed = canonical.scan.sealed && sumsText(canonical.sums, experiment, batch_rows) === sums_text;
    return { ...canonical.scan, sealed };
  });
  if (scan === undefined) return noFile(target, conflicts);
  return conflicts === 0 ? scan : { ...scan, n_conflicts: scan.n_conflicts + conflicts };
}

/** A metrics file as read: `canonical`, or else whatever can be recovered from it. */
interface Understood {
  readonly canonical: CanonicalScan | undefined;
  readonly analysis: Analysis | undefined;
  readonly sums: Sums;
  readonly sums_text: string;
}

/** Reads a metrics file to its end. Throws IDENTITY where it, or the sums beside it, are of another experiment. */
export function understand(port: FilePort, reader: FileReader, place: CellPlace, target: number): Understood {
  const { experiment, batch_rows } = place.schema;
  const format = formatOf(place.schema);
  const sums_text = readSumsText(port, place);
  const { ours: sums, strange } = parseAllSums(sums_text, experiment, batch_rows);
  const canonical = format.scanCanonical(reader, place, target, sums);
  const analysis = canonical === undefined ? format.analyse(reader, place, target, sums) : undefined;
  const { present } = (canonical ?? analysis!).scan;
  if (present.length > 0 && sums.size === 0 && strange.size > 0 && !isCoveredBySome(strange)) throw otherSums(place);
  return { canonical, analysis, sums, sums_text };

  /** A line of which only its own checksum is damaged: it still describes its rows correctly. */
  function isCoveredBySome(lines: Sums): boolean {
    if (canonical !== undefined) {
      return [...lines].some(([block, { count, crc32 }]) => {
        const found = canonical.sums.get(block);
        return found?.count === count && found.crc32 === crc32;
      });
    }
    const { scan } = format.analyse(reader, place, target, lines);
    return countPermutations(scan.present) > countPermutations(scan.unprotected);
  }
}

function otherSums(place: CellPlace): EngineError {
  const path = metricsPath(place.folder, place.schema.format);
  const { cell_id, experiment } = place.schema;
  return new EngineError(
    'IDENTITY',
    `${path} holds rows of another experiment: none of the checksums beside it (${sumsPath(place.folder)}) belongs to cell ${cell_id} of this run. Nothing was changed. Use another --output, or the study that made these rows, or move ${place.folder} away. If only the checksums are damaged, remove ${sumsPath(place.folder)}: a sample of the rows is then recomputed before any of them is used.`,
    { path, allowed: experiment },
  );
}

/** A run keeps to its output: a folder of it that is a link, or no folder at all, is neither read nor written through. */
function refuseLink(port: FilePort, folder: string): void {
  const found = onRead(folder, () => port.stat(folder));
  if (found !== undefined && found.kind !== 'folder') throw notAFolder(found.kind, folder);
}

/** A file just written, read back: undefined where it is not the canonical file that it should be. */
export function readBack(port: FilePort, place: CellPlace, target: number, sums: Sums): CanonicalScan | undefined {
  return readMetricsFile(port, place, (reader) => formatOf(place.schema).scanCanonical(reader, place, target, sums));
}

/** Read at once to be compared [bytes]. */
const PIECE_BYTES = 1 << 18;

/** Whether the file is exactly as long as what was written, and its rows are, byte for byte as far as a checksum tells. Nothing is decoded. */
export function isAsWritten(port: FilePort, place: CellPlace, { from, to, crc32: expected }: ProvenBytes): boolean {
  const same = readMetricsFile(port, place, (reader) => {
    if (reader.size !== to) return false;
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - from));
    let found = 0;
    for (let at = from; at < to; at += piece.length) {
      const read = piece.subarray(0, reader.readInto(piece.subarray(0, Math.min(piece.length, to - at)), at));
      found = crc32(read, found);
    }
    return found === expected;
  });
  return same === true;
}

/** Opens the metrics file for reading; undefined where there is none. */
export function readMetricsFile<T>(port: FilePort, place: CellPlace, work: (reader: FileReader) => T): T | undefined {
  const path = metricsPath(place.folder, place.schema.format);
  return onRead(path, () => {
    const size = sizeOfFile(port, path);
    if (size === undefined) return undefined;
    const fd = port.open(path, 'r');
    try {
      return work(new FileReader(port, fd, size));
    } finally {
      port.close(fd);
    }
  });
}

/** Size of a metrics file, undefined where there is none. A folder or link in its place is never touched. */
export function sizeOfFile(port: FilePort, path: string): number | undefined {
  const found = port.stat(path);
  if (found === undefined) return undefined;
  if (found.kind !== 'file') {
    throw new EngineError(
      'DISK',
      `a ${found.kind === 'other' ? 'device or pipe' : found.kind} is in the place of the metrics file: ${path}; move it away, then run the same command again`,
      { path },
    );
  }
  return found.size;
}

/** The block sums beside a metrics file; none where it has them within, and none where there is no such file. */
export function readSums(port: FilePort, place: CellPlace): Sums {
  const text = readSumsText(port, place);
  return parseSums(text, place.schema.experiment, place.schema.batch_rows);
}

export function readSumsText(port: FilePort, place: CellPlace): string {
  if (formatOf(place.schema).blocksOf === undefined) return '';
  return (readSmallFile(port, sumsPath(place.folder)) ?? Buffer.alloc(0)).toString('latin1');
}

function onRead<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, 'read', path);
  }
}
