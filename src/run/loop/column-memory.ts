import type { MetricsSchema } from '../../encoding/metrics-schema.ts';
import { keptBytes, type KeptColumns } from '../../execute/kept-columns.ts';

/** A metrics file that is open. */
interface BegunFile {
  readonly cell: { readonly setup: { readonly schema: MetricsSchema } };
  readonly file: { readonly target: number };
  readonly resume_detected: boolean;
}

/** Most that one cell's values may take [bytes]: beyond, its statistics are made from its file, in passes. */
const CELL_BYTES = 64 * 2 ** 20;
/** Most that the values of all cells under way may take [bytes]. */
const ALL_BYTES = 192 * 2 ** 20;

/** A cell with more values than this is read back by whoever reads files: the coordinator has others to attend to. */
const SMALL_CELL_VALUES = 16_384;

/** One file, begun by this run, of a cell all of which comes at once: then its statistics come with its rows, and its values need not be kept. */
export function isSmall(files: readonly (BegunFile & { readonly output: { readonly stopping: unknown } })[]): boolean {
  const [begun, ...others] = files;
  if (begun === undefined || others.length > 0 || begun.resume_detected || begun.output.stopping !== undefined)
    return false;
  return begun.file.target * begun.cell.setup.schema.metrics.length <= SMALL_CELL_VALUES;
}

/**
 * Memory for the values of the cells under way. What was given back is given out again: V8 does not count shared memory as garbage worth collecting, so what
 * is let go stays for hours.
 */
export class ColumnMemory {
  private readonly spares: SharedArrayBuffer[] = [];
  private made_bytes = 0;

  /** For an experiment of which a file is begun: only of such a file are all values in memory when it ends. */
  takeFor(files: readonly BegunFile[]): KeptColumns | undefined {
    const begun = files.filter(({ resume_detected }) => !resume_detected);
    const [first] = begun;
    if (first === undefined) return undefined;
    return this.take(first.cell.setup.schema.metrics.length, Math.max(...begun.map(({ file }) => file.target)));
  }

  /** Undefined where that is too much: then the values are not kept. */
  private take(n_metrics: number, span: number): KeptColumns | undefined {
    const bytes = keptBytes(n_metrics, span);
    if (bytes === 0 || bytes > CELL_BYTES) return undefined;
    const fits = this.spares.findIndex(({ byteLength }) => byteLength >= bytes);
    if (fits >= 0) return { memory: this.spares.splice(fits, 1)[0]!, span };
    if (this.made_bytes + bytes > ALL_BYTES) return undefined;
    this.made_bytes += bytes;
    return { memory: new SharedArrayBuffer(bytes), span };
  }

  give({ memory }: KeptColumns): void {
    this.spares.push(memory);
  }
}
