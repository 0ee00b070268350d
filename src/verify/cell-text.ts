import { EngineError } from '../errors.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import type { FilePort } from '../files/port.ts';
import type { Part } from '../store/read-rows.ts';
import { readRowText } from '../store/row-text.ts';
import { inOrder } from '../execute/in-order.ts';
import type { RunManifest } from '../stored/manifest.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import { scanStored, storedCells, type StoredCell } from '../readers/stored-cells.ts';
import type { Readers } from '../readers/readers.ts';

/** A cell of a run and the next of its rows. */
export interface CellText {
  readonly cell: StoredCell;
  readonly found: CheckedScan | EngineError;
  /** The first, and the last, that comes of this cell. */
  readonly first: boolean;
  readonly last: boolean;
  /** CSV lines; each piece is valid until the next is asked for. */
  readonly lines: Iterable<Uint8Array>;
}

/**
 * All cells in UTF-8 byte order of their ids, each with its scan and then its rows as CSV lines: what the digest is made of. Worker threads
 * scan, and turn Arrow into text, some cells and megabytes ahead; the text of a CSV file is read here as it is, right behind the worker
 * that checked it.
 */
export async function* cellTexts(
  port: FilePort,
  output: string,
  manifest: RunManifest,
  readers: Readers,
): AsyncGenerator<CellText> {
  const cells = [...storedCells(output, manifest)].sort((a, b) =>
    Buffer.compare(Buffer.from(a.cell_id), Buffer.from(b.cell_id)),
  );
  const scanned = inOrder(cells, readers.parallel, async (cell) => ({
    cell,
    found: await scanOf(cell, manifest, readers),
  }));
  yield* inOrder(partsOf(scanned), readers.parallel, async ({ part, ...its }) => {
    const { cell, found } = its;
    if (found instanceof EngineError || !found.scan.exists) return { ...its, lines: [] };
    const { scan } = found;
    if (part === undefined) return { ...its, lines: readRowText(port, cell.place, scan) };
    return { ...its, lines: await readers.read('text', { place: cell.place, target: scan.target, part }) };
  });
}

async function scanOf(cell: StoredCell, manifest: RunManifest, readers: Readers): Promise<CheckedScan | EngineError> {
  try {
    return await scanStored(readers, cell, manifest);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

interface CellPart extends Omit<CellText, 'lines'> {
  /** Undefined: the whole cell. */
  readonly part: Part | undefined;
}

async function* partsOf(scanned: AsyncIterable<Pick<CellText, 'cell' | 'found'>>): AsyncGenerator<CellPart> {
  for await (const { cell, found } of scanned) {
    const sections = found instanceof EngineError ? [] : sectionsOf(found.scan);
    const parts = sections.length === 0 ? [undefined] : sections;
    for (const [i, part] of parts.entries()) {
      yield { cell, found, part, first: i === 0, last: i === parts.length - 1 };
    }
  }
}

function sectionsOf({ sections, end }: CellScan): Part[] {
  return sections.map((from, i) => ({ from, end: sections[i + 1] ?? end }));
}
