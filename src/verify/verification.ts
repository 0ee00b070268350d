import type { Problem } from './problem.ts';

/** What a verification found. */
export interface Verification {
  readonly ok: boolean;
  readonly cells_checked: number;
  readonly cells_ok: number;
  readonly rows: number;
  readonly problems: readonly Problem[];
  /** Rows computed again, and how many of them differ. */
  readonly recomputed: number;
  readonly mismatches: number;
  /** Rows by version of Node.js, where they are by several major ones and it is a user's model: its math may differ between them. */
  readonly row_origins?: readonly { readonly node: string; readonly rows: number }[];
  /** SHA-256 over the rows of all cells, the same for every format. */
  readonly digest: string;
}
