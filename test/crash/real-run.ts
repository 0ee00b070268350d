import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import { execa } from 'execa';

import { run, verify as verifyRun } from '../../dist/index.js';
import type { RunOptions } from '../../dist/index.js';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { loadManifest } from '../../src/stored/manifest.ts';
import { storedCells } from '../../src/readers/stored-cells.ts';
import { disk } from '../../src/files/disk.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { countPermutations } from '../../src/study/permutation-range.ts';
import { CLI } from '../process/cli.ts';
import { SmallStudy } from '../process/small-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const TELLING_RUN = fileURLToPath(new URL('acknowledging-run.mjs', import.meta.url));
const TARGET = 2500;
const BATCH = 1000;
const OPTIONS = { threads: 1, chunk: BATCH, kernel: 'typescript' } as const;

/** What stands on disk before the run that is disturbed. */
export const STAGES = ['fresh', 'damaged', 'shorter'] as const;
/** `long`: also fresh, and long enough to be killed several times. */
export type Stage = (typeof STAGES)[number] | 'long';
const LONG_TARGET = 60_000;

/** One study of two cells with a folder of its own, the state each case begins with, and what must stand at its end. */
export class RealStudy {
  readonly format: Format;
  readonly stage: Stage;
  readonly #study: SmallStudy;
  readonly #start: string;
  readonly #target: number;
  #golden: Golden | undefined;
  #before = new Map<string, number>();
  #next = 0;

  private constructor(format: Format, stage: Stage) {
    this.format = format;
    this.stage = stage;
    this.#study = new SmallStudy();
    this.#start = join(this.#study.folder, 'start');
    this.#target = stage === 'long' ? LONG_TARGET : TARGET;
    this.#write(this.#target);
  }

  static async create(format: Format, stage: Stage): Promise<RealStudy> {
    const made = new RealStudy(format, stage);
    const golden = join(made.#study.folder, 'golden');
    await made.run(golden);
    made.#golden = { files: finishedFiles(golden, format), digest: (await verifyRun(golden)).digest };
    if (stage === 'damaged' || stage === 'shorter') {
      if (stage === 'shorter') made.#write(BATCH + 750);
      await made.run(made.#start);
      made.#write(TARGET);
      spoil(made.#start, format, stage);
    }
    made.#before = rowsOnDisk(made.#start, made.#target);
    return made;
  }

  #write(permutations: number): void {
    const { file } = this.#study;
    writeFileSync(
      file,
      `model: trades
inputs: { trades: trades.csv }
parameters: { initial_equity: 100000, slip_dollars: 20, shuffle_mode: permute }
grid: { p_skip: [0, 0.1] }
permutations: ${permutations}
batch_rows: ${BATCH}
format: ${this.format}
`,
    );
  }

  /** A new output in the state in which the stage begins. `in`: a folder to make it in. */
  output(inFolder: string = this.#study.folder): string {
    const output = join(inFolder, `case${this.#next++}`);
    if (existsSync(this.#start)) cpSync(this.#start, output, { recursive: true });
    return output;
  }

  async run(output: string): Promise<number> {
    return (await run(this.#study.file, { ...OPTIONS, output })).exit;
  }

  /** The command line of the run, as a user gives it. */
  command(output: string): string[] {
    const { threads, chunk, kernel } = OPTIONS;
    const flags = ['--threads', String(threads), '--chunk', String(chunk), '--kernel', kernel];
    return [process.execPath, CLI, 'run', this.#study.file, '--output', output, ...flags, '--json'];
  }

  /** The same run, which says every acknowledgment. */
  tellingCommand(output: string, options: RunOptions = {}): string[] {
    return [process.execPath, TELLING_RUN, this.#study.file, JSON.stringify({ ...OPTIONS, ...options, output })];
  }

  /** Nothing that was there and nothing that was acknowledged is gone. `acknowledged`: rows per cell, or of all cells. */
  lost(output: string, acknowledged: ReadonlyMap<string, number> | number): string | undefined {
    const now = rowsOnDisk(output, this.#target);
    const cells = new Set([...this.#before.keys(), ...now.keys()]);
    let gained = 0;
    for (const cell of cells) {
      const more = (now.get(cell) ?? 0) - (this.#before.get(cell) ?? 0);
      gained += more;
      const promised = typeof acknowledged === 'number' ? 0 : (acknowledged.get(cell) ?? 0);
      if (more < promised) return `cell ${cell}: ${promised} rows were acknowledged, ${more} are there`;
    }
    if (typeof acknowledged === 'number' && gained < acknowledged)
      return `${acknowledged} rows were acknowledged, ${gained} are there`;
    return undefined;
  }

  /** Nothing is missing, nothing is there twice, every byte of a finished file is that of an undisturbed run. `verify`: and the command of that name says so. */
  async unlike(output: string, verify = true): Promise<string | undefined> {
    const files = finishedFiles(output, this.format);
    const golden = this.#golden!;
    for (const [name, text] of golden.files) if (files.get(name) !== text) return `${name} differs`;
    if (!verify) return undefined;
    const { ok, digest, problems } = await verifyRun(output);
    if (!ok) return `verify: ${problems.map(({ message }) => message).join('; ')}`;
    return digest === golden.digest ? undefined : 'the digest differs';
  }

  remove(): void {
    this.#study.remove();
  }
}

interface Golden {
  readonly files: ReadonlyMap<string, string>;
  readonly digest: string;
}

/** The files of a finished run that are a function of the study: name and content. Of a summary its statistics: its counts tell a history. */
function finishedFiles(output: string, format: Format): Map<string, string> {
  const files = new Map<string, string>();
  const take = (name: string, path: string) => {
    files.set(name, existsSync(path) ? readFileSync(path, 'latin1') : '(none)');
  };
  for (const cell of foldersOf(output)) {
    const folder = join(output, 'per_cell', cell);
    take(`${cell} rows`, metricsPath(folder, format));
    if (format === 'csv') take(`${cell} sums`, sumsPath(folder));
    const summary = join(folder, 'summary.json');
    const { statistics } = existsSync(summary)
      ? (JSON.parse(readFileSync(summary, 'utf8')) as { statistics: unknown })
      : { statistics: '(none)' };
    files.set(`${cell} statistics`, JSON.stringify(statistics));
  }
  take('grid_summary.csv', join(output, 'aggregated', 'grid_summary.csv'));
  take('DONE.txt', join(output, 'aggregated', 'DONE.txt'));
  return files;
}

function foldersOf(output: string): string[] {
  const folder = join(output, 'per_cell');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Good rows of each cell. */
function rowsOnDisk(output: string, target: number): Map<string, number> {
  const rows = new Map<string, number>();
  const manifest = loadManifest(disk, output);
  if (manifest === undefined) return rows;
  for (const { cell_id, place } of storedCells(output, manifest)) {
    rows.set(cell_id, countPermutations(scanCell(disk, place, target).present));
  }
  return rows;
}

/** A torn tail in the first cell; where the run is whole also a gap, a wrong digit and, in the second cell, another program's hand. */
function spoil(output: string, format: Format, stage: Stage): void {
  const [first, second] = foldersOf(output).map((cell) => metricsPath(join(output, 'per_cell', cell), format));
  if (stage === 'damaged') {
    const bytes = readFileSync(first!);
    const middle = Math.floor(bytes.length / 2);
    if (format === 'csv') {
      const lines = bytes.toString('latin1').split('\n');
      lines.splice(200, 150);
      writeFileSync(first!, lines.join('\n').replace('\n1500,', '\n1500,1'), 'latin1');
      writeFileSync(second!, readFileSync(second!, 'latin1').replaceAll('\n', '\r\n'), 'latin1');
    } else {
      bytes.fill(0x21, middle, middle + 9);
      writeFileSync(first!, bytes);
    }
  }
  appendFileSync(first!, format === 'csv' ? '2499,0.6' : Buffer.from('ffffffff88000000', 'hex'));
}

/** How one process ended. */
export interface Ended {
  readonly exit: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export async function started(command: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const [program, ...args] = command;
  const ended = await execa(program!, args, {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', ...env },
    timeout: 60_000,
  });
  return { exit: ended.exitCode, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr };
}

/** When a telling run has said so many acknowledgments, or has ended. */
export async function heard(
  child: Promise<unknown> & { readonly stdout: Readable },
  acknowledgments: number,
): Promise<void> {
  let n = 0;
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer | string) => {
      n += data.toString().split('\n').length - 1;
      if (n >= acknowledgments) resolve();
    });
    void child.then(() => {
      resolve();
    });
  });
}

/** Rows per cell that a telling run acknowledged before it died. */
export function told(stdout: string): Map<string, number> {
  const rows = new Map<string, number>();
  for (const line of stdout.split('\n')) {
    const match = /^(\S+) (\d+)$/.exec(line);
    if (match !== null) rows.set(match[1]!, (rows.get(match[1]!) ?? 0) + Number(match[2]));
  }
  return rows;
}

/** What is wrong with the way in which the command ended under a disturbance, and how many rows it said to have made safe. */
export function refusal(ended: Ended): { readonly wrong: string | undefined; readonly acknowledged: number } {
  const { exit, signal, stdout, stderr } = ended;
  const fail = (wrong: string) => ({ wrong: `${wrong}\n${stderr}`, acknowledged: 0 });
  if (exit !== 0 && exit !== 3) return fail(`exit ${exit ?? signal}`);
  if (/internal error|\n {4}at /.test(stderr)) return fail('a stack trace or an internal error');
  let json: { outputs?: { permutations_computed: number }[]; error?: { message: string } };
  try {
    json = JSON.parse(stdout) as typeof json;
  } catch {
    return fail(`no JSON: ${stdout}`);
  }
  const said = json.error?.message ?? '';
  if (said.includes('\n')) return fail('an error of more than one line');
  if (json.error === undefined && json.outputs === undefined) return fail('neither a result nor an error');
  return { wrong: undefined, acknowledged: json.outputs?.[0]?.permutations_computed ?? 0 };
}

/** A folder outside any study. */
export function scratch(): string {
  return newFolder();
}

export function discard(path: string): void {
  removeFolder(path);
}
