import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi, type TestContext } from 'vitest';

import { noStrace } from '../crash/strace.ts';
import { CLI, digestOf, finished, permafrost, start, temporaryFolder, type Finished } from './cli.ts';
import { removeFolder } from '../temporary-folder.ts';

// Every test starts several processes; a busy machine is slow at that.
vi.setConfig({ testTimeout: 240_000 });

/** A fast model with rows of some 120 bytes. */
const MODEL = `export default {
  name: 'wide', version: '1', parameters: { size: { type: 'number', default: 1 } },
  metrics: { a: {}, b: {}, c: {}, d: {}, e: {}, f: {} },
  simulate: (_state, rng, row) => { for (const name of 'abcdef') row[name] = rng(); },
};`;

interface Run {
  readonly outputs: readonly { readonly permutations_computed: number; readonly permutations_reused: number }[];
}
interface Failed {
  readonly error: { readonly code: string; readonly message: string; readonly path: string };
}

function wideStudy(permutations: number): { readonly folder: string; readonly study: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'wide.mjs'), MODEL);
  const study = join(folder, 'study.yaml');
  writeFileSync(study, `model: ./wide.mjs\ngrid: { size: [1, 2] }\npermutations: ${permutations}\noutput: out\n`);
  return { folder, study };
}

/** A file system of its own of so many MiB, gone when the test ends. */
function smallDisk(folder: string, mib: number, context: TestContext): string {
  const at = join(folder, 'disk');
  mkdirSync(at);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}M`, 'tmpfs', at]);
  if (mounted.status !== 0) context.skip('mounting a tmpfs is not allowed here');
  onTestFinished(() => {
    spawnSync('umount', ['-l', at]);
  });
  return at;
}

/** The metrics files of the study's two cells, in study order. */
function metricsFiles(study: string, output: string, format: string): string[] {
  const seeds = execFileSync(process.execPath, [CLI, 'seeds', study, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { cells } = JSON.parse(seeds.toString()) as { readonly cells: readonly { readonly cell_id: string }[] };
  return cells.map(({ cell_id }) => join(output, 'per_cell', `cell_${cell_id}`, `metrics_compact.${format}`));
}

/** The command under another program that stands in its way. */
async function under(program: string, options: readonly string[], run: readonly string[]): Promise<Finished> {
  const { exitCode, signal, stdout, stderr } = await execa(program, [...options, process.execPath, CLI, ...run], {
    reject: false,
    stdin: 'ignore',
    // Counters of strace are per thread; writes of io_uring it does not see.
    env: { NO_COLOR: '1', UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
  });
  return { exit: exitCode, signal, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

/** The same command goes on with what is there, to the bytes of a run that nothing disturbed. */
async function finishes(study: string, run: readonly string[], output: string, format: string): Promise<void> {
  const undisturbed = `${output}-undisturbed`;
  const other = await permafrost(['run', study, '--output', undisturbed, '--format', format]);
  expect(other.exit, other.stderr).toBe(0);
  const pairs = metricsFiles(study, output, format).map((file) => ({
    file,
    whole: readFileSync(file.replace(output, undisturbed)),
    kept: existsSync(file) ? readFileSync(file) : Buffer.alloc(0),
  }));
  const rest = await permafrost(run);
  expect(rest.exit, rest.stderr).toBe(0);
  for (const { file, whole, kept } of pairs) {
    expect(readFileSync(file).equals(whole)).toBe(true);
    // What was kept is the beginning of it: nothing is written twice.
    expect(whole.subarray(0, kept.length).equals(kept)).toBe(true);
  }
}

const remount = (at: string, option: string): Buffer => execFileSync('mount', ['-o', `remount,${option}`, at]);
const errorLines = (stderr: string): string[] => stderr.split('\n').filter((line) => line.startsWith('permafrost: '));

describe('a full disk', () => {
  it('stops the run with exit 3 and one message that says what to do; with space the same command finishes', async (context) => {
    const { folder, study } = wideStudy(20_000);
    const at = smallDisk(folder, 3, context);
    const run = ['run', study, '--output', join(at, 'out'), '--threads', '2', '--json'];
    const full = await permafrost(run);
    expect(full.exit, full.stderr).toBe(3);
    expect(full.stderr).toMatch(
      /warning: disk may be too small: the remaining rows need about .* MB, .* has .* MB free/,
    );
    const [message, ...more] = errorLines(full.stderr);
    expect(more).toEqual([]);
    expect(message).toMatch(
      /metrics_compact\.csv: ENOSPC, the disk is full: free space there, then run the same command/,
    );
    expect(message).toMatch(/issing rows need about .* MB, .* MB is free now, [\d,]+ rows are on disk and safe\.$/);
    const safe = Number(/([\d,]+) rows are on disk and safe/.exec(message!)![1]!.replaceAll(',', ''));
    expect((full.json() as Run).outputs[0]!.permutations_computed).toBe(safe);

    remount(at, 'size=40M');
    const rest = await permafrost(run);
    expect(rest.exit, rest.stderr).toBe(0);
    expect((rest.json() as Run).outputs[0]!.permutations_reused).toBeGreaterThanOrEqual(safe);
    const undisturbed = join(folder, 'undisturbed');
    expect((await permafrost(['run', study, '--output', undisturbed])).exit).toBe(0);
    expect(await digestOf(join(at, 'out'))).toBe(await digestOf(undisturbed));
  });

  it('with --disk-wait the run goes on by itself when there is space', async (context) => {
    const { folder, study } = wideStudy(20_000);
    const at = smallDisk(folder, 3, context);
    const output = join(at, 'out');
    const child = start(['run', study, '--output', output, '--disk-wait', '2', '--json']);
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
    });
    while (!said.includes('the disk is full: waiting up to')) await sleep(50);
    remount(at, 'size=40M');
    const done = await finished(child);
    expect(done.exit, done.stderr).toBe(0);
    // Rows that were written before the disk was full, and not yet counted, are found again and count as reused.
    const { permutations_computed, permutations_reused } = (done.json() as Run).outputs[0]!;
    expect(permutations_computed + permutations_reused).toBe(40_000);
    expect(permutations_computed).toBeGreaterThan(0);
    expect((await permafrost(['verify', output])).exit).toBe(0);
  });

  it('an export that does not fit leaves nothing behind', async (context) => {
    const { folder, study } = wideStudy(20_000);
    expect((await permafrost(['run', study])).exit).toBe(0);
    const at = smallDisk(folder, 2, context);
    const free = statfsSync(at).bavail;
    const result = await permafrost([
      'export',
      join(folder, 'out'),
      '--to',
      'csv',
      '--file',
      join(at, 'rows.csv'),
      '--json',
    ]);
    expect(result.exit).toBe(3);
    expect((result.json() as Failed).error).toMatchObject({ code: 'DISK_FULL', path: join(at, 'rows.csv') });
    expect(statfsSync(at).bavail).toBe(free);
  });
});

/** What the operating system says of a write, and what the message must say of it. */
const REFUSALS = [
  { format: 'csv', code: 'EIO', says: 'input/output error: check the disk (dmesg), then run the same command again' },
  { format: 'arrow', code: 'EIO', says: 'input/output error: check the disk (dmesg), then run the same command again' },
  { format: 'csv', code: 'EDQUOT', says: 'the quota is used up: free space there, then run the same command again' },
  { format: 'csv', code: 'EROFS', says: 'the file system is read-only: make it writable' },
] as const;

describe('a disk that takes some of the rows and no more', () => {
  it.for(REFUSALS)(
    '$format, $code: exit 3, one message, nothing lost; the same command finishes',
    async ({ format, code, says }, context) => {
      if (noStrace() !== undefined) context.skip(noStrace());
      const { folder, study } = wideStudy(6000);
      const output = join(folder, 'out');
      const file = metricsFiles(study, output, format)[1]!;
      const run = ['run', study, '--output', output, '--format', format, '--chunk', '2000', '--threads', '2', '--json'];
      // The second cell's header and first chunk are written, and everything behind them is refused.
      const refuse = ['-P', file, '-e', 'trace=pwrite64', '-e', `inject=pwrite64:error=${code}:when=3+`];
      const stopped = await under('strace', ['-f', '-qq', '-o', '/dev/null', ...refuse], run);
      expect(stopped.exit, stopped.stderr).toBe(3);
      const [message, ...more] = errorLines(stopped.stderr);
      expect(more).toEqual([]);
      expect(message).toContain(`cannot write to ${file}: ${code}, ${says}`);
      await finishes(study, run, output, format);
    },
  );
});

it('a file-size limit: exit 3, one message, nothing lost; without it the same command finishes', async (context) => {
  if (spawnSync('prlimit', ['--fsize=1000', 'true']).status !== 0) context.skip('prlimit is not here');
  const { folder, study } = wideStudy(6000);
  const output = join(folder, 'out');
  const run = ['run', study, '--output', output, '--chunk', '2000', '--threads', '2', '--json'];
  const stopped = await under('prlimit', ['--fsize=400000'], run);
  expect(stopped.exit, stopped.stderr).toBe(3);
  const [message, ...more] = errorLines(stopped.stderr);
  expect(more).toEqual([]);
  expect(message).toMatch(
    /metrics_compact\.csv: EFBIG, the file-size limit is reached: raise it \(ulimit -f\), then run/,
  );
  await finishes(study, run, output, 'csv');
});

it('a folder that nothing may be made in is named, exit 3; when it may, the same command finishes', async (context) => {
  const { folder, study } = wideStudy(3000);
  const output = join(folder, 'out');
  const cells = join(output, 'per_cell');
  mkdirSync(cells, { recursive: true });
  // Modes do not hold back root, this does.
  if (spawnSync('chattr', ['+i', cells]).status !== 0) context.skip('this file system has no immutable flag');
  onTestFinished(() => void spawnSync('chattr', ['-i', cells]));
  const run = ['run', study, '--output', output, '--json'];
  const stopped = await permafrost(run);
  expect(stopped.exit, stopped.stderr).toBe(3);
  const [message, ...more] = errorLines(stopped.stderr);
  expect(more).toEqual([]);
  expect(message).toContain(cells);
  expect(message).toMatch(/EPERM, not permitted: check owner and mode, then run the same command again/);
  execFileSync('chattr', ['-i', cells]);
  await finishes(study, run, output, 'csv');
});

it('a read-only file system is named, exit 3; made writable, the same command finishes', async (context) => {
  const { folder, study } = wideStudy(2000);
  const at = smallDisk(folder, 20, context);
  const output = join(at, 'out');
  // A new output, then one with rows in it.
  for (const permutations of ['1000', '2000']) {
    const run = ['run', study, '--output', output, '--permutations', permutations, '--json'];
    remount(at, 'ro');
    const refused = await permafrost(run);
    expect(refused.exit, refused.stderr).toBe(3);
    const { error } = refused.json() as Failed;
    expect(error.code).toBe('DISK');
    expect(error.message).toContain('read-only');
    expect(error.message).toContain(output);
    remount(at, 'rw');
    expect((await permafrost(run)).exit).toBe(0);
  }
  remount(at, 'ro');
  for (const reading of ['status', 'verify']) expect((await permafrost([reading, output])).exit).toBe(0);
  for (const writing of [['report'], ['summarize'], ['export', '--to', 'csv']]) {
    const refused = await permafrost([...writing, output]);
    expect(refused.exit, refused.stderr).toBe(3);
    expect(refused.stderr).toContain('the file system is read-only');
  }
  remount(at, 'rw');
});

it('an output folder that is removed during the run stops it with exit 3; run again it is whole', async () => {
  const { folder, study } = wideStudy(1_000_000);
  const output = join(folder, 'out');
  const child = start(['run', study, '--threads', '1', '--json']);
  const file = join(output, 'aggregated', 'progress.csv');
  while (!existsSync(file)) await sleep(20);
  await sleep(700);
  removeFolder(output);
  const stopped = await finished(child);
  expect(stopped.exit, stopped.stderr).toBe(3);
  const [message, ...more] = errorLines(stopped.stderr);
  expect(more).toEqual([]);
  expect(message).toContain('vanished');
  expect(message).toContain(output);
  const again = await permafrost(['run', study, '--permutations', '3000']);
  expect(again.exit, again.stderr).toBe(0);
  expect((await permafrost(['verify', output])).exit).toBe(0);
});
