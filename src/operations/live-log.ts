import type { FilePort } from '../files/port.ts';
import { readFully } from '../files/write-fully.ts';
import { cellLayout } from '../store/scan/layout.ts';
import { printable } from '../wording/printable.ts';

/** Enough for some lines of each cell. */
const TAIL_BYTES = 4_096;
const MOST_LINES = 30;
const LONGEST_LINE = 300;

/** The last lines of the logs of some cells. A log that has not grown is not read again. */
export class LiveLog {
  private readonly port: FilePort;
  private readonly tails = new Map<string, { readonly size: number; readonly lines: readonly string[] }>();

  constructor(port: FilePort) {
    this.port = port;
  }

  /** The newest first: lines begin with their time. `cells`: folder by id. */
  read(cells: ReadonlyMap<string, string>): string[] {
    for (const known of this.tails.keys()) if (!cells.has(known)) this.tails.delete(known);
    for (const [cell_id, folder] of cells) {
      const tail = this.tail(folder, this.tails.get(cell_id));
      if (tail !== undefined) this.tails.set(cell_id, tail);
    }
    const lines = [...this.tails].flatMap(([cell_id, tail]) =>
      tail.lines.map((line) => printable(`${line.slice(0, TIME_LENGTH)} ${cell_id} ${line.slice(TIME_LENGTH + 1)}`)),
    );
    return lines
      .sort()
      .reverse()
      .slice(0, MOST_LINES)
      .map((line) => line.slice(0, LONGEST_LINE));
  }

  /** A folder may be anybody's: links, which may lead anywhere, are not followed. Undefined where nothing can be read. */
  private tail(folder: string, known: Tail | undefined): Tail | undefined {
    const { port } = this;
    const path = cellLayout(folder).logs;
    try {
      if (port.stat(folder)?.kind !== 'folder') return undefined;
      const found = port.stat(path);
      if (found?.kind !== 'file') return undefined;
      if (found.size === known?.size) return known;
      return { size: found.size, lines: this.lastLines(path, found.size) };
    } catch {
      return undefined; // it was removed, or cannot be read: a page can do without
    }
  }

  private lastLines(path: string, size: number): string[] {
    const { port } = this;
    const from = Math.max(0, size - TAIL_BYTES);
    const fd = port.open(path, 'r');
    try {
      const bytes = Buffer.alloc(size - from);
      const text = bytes.subarray(0, readFully(port, fd, bytes, from)).toString('utf8');
      // The first line may have begun before, the last may still be written.
      return text
        .split('\n')
        .slice(from === 0 ? 0 : 1, -1)
        .filter((line) => DATED.test(line));
    } finally {
      port.close(fd);
    }
  }
}

interface Tail {
  readonly size: number;
  readonly lines: readonly string[];
}

const DATED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length;
