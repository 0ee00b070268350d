import { look, namesIn } from '../files/look.ts';
import { counted } from '../wording/format-number.ts';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { MAX_PERM_INDEX } from '../encoding/csv-rows.ts';
import { EngineError } from '../errors.ts';
import { FileReader } from '../files/file-reader.ts';
import type { FilePort } from '../files/port.ts';
import { diskError } from '../files/disk-error.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { metricsPath } from '../store/formats/formats.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { cellIdOf } from '../study/cell-id.ts';
import { describeRanges, rangesOf } from '../study/permutation-range.ts';
import type { Problem, ProblemCode } from './problem.ts';
import type { Verification } from './verification.ts';

/**
 * Checks a folder that another program wrote in our layout, without a manifest: `per_cell/<cell>/metrics_compact.csv` with perm_index and metric columns
 * of any name, in any order. Each cell must hold the permutations 0 .. expected-1, each once, with finite metrics, and the columns of the others.
 * Nothing is written. The digest is over the numbers as this engine spells them, so it can be compared with that of a run of ours.
 */
export async function verifyOldRun(
  folder: string,
  expected: number,
  { port }: Host = thisMachine,
  signal?: AbortSignal,
): Promise<Verification> {
  const { per_cell } = layoutOf(folder);
  if (look(port, per_cell)?.kind !== 'folder') {
    throw new EngineError(
      'NOT_A_RUN',
      `${folder} is not a run: it has no folder per_cell. Name the output folder of a run.`,
      {
        path: per_cell,
      },
    );
  }
  const names = namesIn(port, per_cell).filter((name) => look(port, join(per_cell, name))?.kind === 'folder');
  if (names.length === 0)
    throw new EngineError('NOT_A_RUN', `${per_cell} is empty: there are no cells to check.`, { path: per_cell });
  const cells = names
    .map((name) => ({ cell_id: cellIdOf(name) ?? name, path: metricsPath(join(per_cell, name), 'csv') }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.cell_id), Buffer.from(b.cell_id)));
  const problems: Problem[] = [];
  const digest = createHash('sha256');
  let rows = 0;
  let columns: string | undefined;
  for (const { cell_id, path } of cells) {
    signal?.throwIfAborted();
    digest.update(`${cell_id}\n`);
    const say = (code: ProblemCode, message: string): void => void problems.push({ cell_id, code, message });
    const found = look(port, path);
    if (found?.kind !== 'file') {
      say('INCOMPLETE', `0 of ${expected} rows; metrics_compact.csv is missing`);
      continue;
    }
    const check = new CellCheck(expected);
    await checkFile(port, path, found.size, check);
    for (const [code, message] of check.findings()) say(code, message);
    columns ??= check.columns;
    if (check.columns !== columns) say('DAMAGED', `columns are ${check.columns}; other cells have ${columns}`);
    for (const line of check.lines) if (line !== undefined) digest.update(line);
    rows += check.n_present;
  }
  const bad = new Set(problems.map(({ cell_id }) => cell_id));
  return {
    ok: problems.length === 0,
    cells_checked: cells.length,
    cells_ok: cells.length - bad.size,
    rows,
    problems,
    recomputed: 0,
    mismatches: 0,
    digest: digest.digest('hex'),
  };
}

async function checkFile(port: FilePort, path: string, size: number, check: CellCheck): Promise<void> {
  try {
    const fd = port.open(path, 'r');
    try {
      const input = Readable.from(piecesOf(new FileReader(port, fd, size)), { objectMode: false });
      for await (const line of createInterface({ input, crlfDelay: Infinity })) check.line(line);
    } finally {
      port.close(fd);
    }
  } catch (error) {
    throw diskError(error, 'read', path);
  }
}

const PIECE_BYTES = 65_536;

function* piecesOf(reader: FileReader): Generator<Buffer> {
  for (let at = 0; at < reader.size; at += PIECE_BYTES) yield reader.read(at, PIECE_BYTES);
}

/** What is counted while a file is read line by line. Keeps the rows of this one cell, spelled as this engine spells them. */
class CellCheck {
  columns = '';
  /** By perm_index. */
  readonly lines: (string | undefined)[] = [];
  n_present = 0;
  private readonly expected: number;
  private names: readonly string[] = [];
  private perm = -1;
  private n_lines = 0;
  private n_duplicates = 0;
  private n_conflicts = 0;
  private n_past = 0;
  private n_damaged = 0;
  private first_damage = '';
  private readonly not_finite = new Map<string, number>();

  constructor(expected: number) {
    this.expected = expected;
  }

  line(text: string): void {
    this.n_lines += 1;
    if (this.n_lines === 1) this.header(text.replace(/^\uFEFF/, ''));
    else if (this.perm >= 0) this.row(text);
  }

  private header(text: string): void {
    this.names = text.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
    this.perm = this.names.indexOf('perm_index');
    this.columns = this.names.join(',');
    if (this.perm < 0) this.damage('the header has no column perm_index');
    else if (new Set(this.names).size !== this.names.length || this.names.includes(''))
      this.damage('the header names a column twice, or leaves one unnamed');
    else if (this.names.length === 1) this.damage('the header names no metric');
  }

  private row(text: string): void {
    const fields = text.split(',');
    if (fields.length !== this.names.length) {
      this.damage(`${counted(fields.length, 'field')} where the header has ${this.names.length}`);
      return;
    }
    const index = fields[this.perm]!.trim();
    if (!/^(0|[1-9]\d{0,9})$/.test(index) || Number(index) > MAX_PERM_INDEX) {
      this.damage(`perm_index "${index.slice(0, 20)}" is not a whole number`);
      return;
    }
    const values: number[] = [];
    for (const [i, field] of fields.entries()) {
      if (i === this.perm) continue;
      const value = numberOf(field);
      if (value === undefined) {
        this.damage(`${this.names[i]} "${field.slice(0, 20)}" is not a number`);
        return;
      }
      if (!Number.isFinite(value)) this.not_finite.set(this.names[i]!, (this.not_finite.get(this.names[i]!) ?? 0) + 1);
      values.push(value + 0);
    }
    this.take(Number(index), `${index},${values.join(',')}\n`);
  }

  private take(index: number, line: string): void {
    if (index >= this.expected) {
      this.n_past += 1;
      return;
    }
    const before = this.lines[index];
    if (before === undefined) {
      this.lines[index] = line;
      this.n_present += 1;
    } else if (before === line) this.n_duplicates += 1;
    else this.n_conflicts += 1;
  }

  private damage(what: string): void {
    this.n_damaged += 1;
    if (this.n_damaged === 1) this.first_damage = `line ${this.n_lines}: ${what}`;
  }

  findings(): [ProblemCode, string][] {
    const { expected, n_present, n_duplicates, n_conflicts, n_past, n_damaged, first_damage } = this;
    const found: [ProblemCode, string][] = [];
    if (this.n_lines === 0) found.push(['DAMAGED', 'the file is empty']);
    if (n_damaged > 0) found.push(['DAMAGED', `${counted(n_damaged, 'line')} cannot be used; first: ${first_damage}`]);
    if (n_present < expected)
      found.push(['INCOMPLETE', `${n_present} of ${expected} rows; missing ${describeRanges(this.missing())}`]);
    if (n_duplicates > 0)
      found.push([
        'DUPLICATE',
        n_duplicates === 1
          ? '1 row appears twice, with equal values'
          : `${n_duplicates} rows appear twice, with equal values`,
      ]);
    if (n_conflicts > 0)
      found.push([
        'CONFLICT',
        n_conflicts === 1
          ? '1 row appears twice, with different values'
          : `${n_conflicts} rows appear twice, with different values`,
      ]);
    if (n_past > 0) found.push(['PAST_TARGET', `${counted(n_past, 'row')} at or past the expected ${expected}`]);
    for (const [metric, count] of this.not_finite)
      found.push([
        'NOT_FINITE',
        `${counted(count, 'value')} of ${metric} ${count === 1 ? 'is' : 'are'} missing, NaN or infinite`,
      ]);
    return found;
  }

  private missing() {
    const { lines, expected } = this;
    return rangesOf(
      (function* () {
        for (let index = 0; index < expected; index += 1) if (lines[index] === undefined) yield index;
      })(),
    );
  }
}

/** A number as any program may print it; NaN where there is none (empty, nan, NA). Undefined for anything else. */
function numberOf(field: string): number | undefined {
  const text = field.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^$|^[+-]?nan$|^n\/?a$|^null$|^none$/i.test(text)) return NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  return infinite === null ? undefined : infinite[1] === '-' ? -Infinity : Infinity;
}
