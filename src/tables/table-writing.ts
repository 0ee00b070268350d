import type { TableLines } from './table-lines.ts';

/** What tables need to know of the run that they are written at the end of. */
export interface TableWriting {
  /** Cells whose summary.json is not of their rows. */
  readonly outdated: ReadonlySet<string>;
  /** What is known of the complete cells without reading it again. */
  readonly lines: TableLines;
  /** Writes one table; whether it could be is not the others' concern. */
  readonly each: (write: () => Promise<void>) => Promise<void>;
  readonly warn: (line: string) => void;
}
