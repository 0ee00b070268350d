import type { Rows } from '../encoding/metrics-schema.ts';
import type { CellPlace } from './scan/cell-file.ts';
import { onDisk } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import type { FilePort } from '../files/port.ts';
import { sizeOfFile, understand } from './scan-cell.ts';

/** A part of a canonical file, as offsets in it. */
export interface Part {
  readonly from?: number;
  readonly end: number;
}

/**
 * The good rows of a cell below `target`, in perm_index order, each index once, at most one aligned block at a time.
 * A file that is not canonical is analysed first (as `scanCell` does) and then read in order; nothing is changed.
 * `part`: of a file that was just seen to be canonical, from one of its `sections` (or its start) to another (or its end); it is not scanned
 * again then.
 * No rows where there is no file. The file stays open until the iteration ends.
 */
export function* readRows(port: FilePort, place: CellPlace, target: number, part?: Part): Iterable<Rows> {
  const path = metricsPath(place.folder, place.schema.format);
  const size = onDisk('read', path, () => sizeOfFile(port, path));
  if (size === undefined) return;
  const fd = onDisk('read', path, () => port.open(path, 'r'));
  try {
    const reader = new FileReader(port, fd, size);
    const blocks = onDisk('read', path, () => blocksOf(port, reader, place, target, part))[Symbol.iterator]();
    for (;;) {
      const next = onDisk('read', path, () => blocks.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    onDisk('close', path, () => {
      port.close(fd);
    });
  }
}

function blocksOf(
  port: FilePort,
  reader: FileReader,
  place: CellPlace,
  target: number,
  part: Part | undefined,
): Iterable<Rows> {
  const format = formatOf(place.schema);
  if (part !== undefined) return format.rowsOf(reader, place, part.end, part.from);
  const { canonical, analysis } = understand(port, reader, place, target);
  return canonical === undefined ? analysis!.kept() : format.rowsOf(reader, place, canonical.scan.end);
}
