import type { FilePort } from '../files/port.ts';
import { metricsPath } from '../store/formats/formats.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import { Inline } from './inline.ts';
import type { Readers } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/** What is read of small files before threads start [bytes]: as much as is read while one of them loads the engine. */
const READ_HERE = 1 << 20;
/** A file counts as no less [bytes]. */
const SMALLEST = 4096;

/** The first small files of a command, read by the calling thread. */
export class SmallFiles {
  readonly reader: Readers;
  private readonly port: FilePort;
  private left = READ_HERE;

  constructor(port: FilePort) {
    this.port = port;
    this.reader = new Inline(port);
  }

  /** Whether a task may be done here; counted once it is asked. */
  takes(task: ReaderTasks[ReaderName]['task']): boolean {
    const places = placesOf(task);
    if (places === undefined) return false;
    this.left -= places.reduce((sum, place) => sum + Math.max(SMALLEST, this.sizeOf(place)), 0);
    return this.left >= 0;
  }

  /** The bytes of a cell's metrics file; no number is too large where that cannot be told: who reads it says why. */
  private sizeOf({ folder, schema }: CellPlace): number {
    try {
      return this.port.stat(metricsPath(folder, schema.format))?.size ?? 0;
    } catch {
      return Infinity;
    }
  }
}

/** The cells that a task reads; undefined where it does more than that. */
function placesOf(task: ReaderTasks[ReaderName]['task']): readonly CellPlace[] | undefined {
  if ('cells' in task) return task.cells.map(({ place }) => place);
  if ('from' in task) return [task.from.place];
  return 'place' in task ? [task.place] : undefined;
}
