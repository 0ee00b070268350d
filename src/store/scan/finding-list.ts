import type { Finding } from './cell-file.ts';

/** Findings of one file, in file order as they come; neighbours of one kind and reason are joined. */
export class FindingList {
  readonly all: Finding[] = [];

  add(finding: Finding): void {
    const last = this.all.at(-1);
    if (
      last !== undefined &&
      last.kind === finding.kind &&
      last.kind !== 'conflict' &&
      last.reason === finding.reason &&
      last.offset + last.length === finding.offset
    ) {
      this.all[this.all.length - 1] = { ...last, length: last.length + finding.length };
    } else {
      this.all.push(finding);
    }
  }

  inFileOrder(): Finding[] {
    return this.all.toSorted((a, b) => a.offset - b.offset);
  }
}

/** How many findings a scan carries; all are counted. */
export const FINDINGS_KEPT = 100;
