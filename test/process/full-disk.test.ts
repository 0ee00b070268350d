import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi, type TestContext } from 'vitest';

import { digestOf, finished, permafrost, start, temporaryFolder } from './cli.ts';

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

const remount = (at: string, option: string): Buffer => execFileSync('mount', ['-o', `remount,${option}`, at]);
const errorLines = (stderr: string): string[] => stderr.split('\n').filter((line) => line.startsWith('permafrost: '));

describe('a full disk', () => {
  it('stops the run with exit 3 and one message that says what to do; with space the same command finishes', async (context) => {
    const { folder, study } = wideStudy(20_000);
    const at = smallDisk(folder, 3, context);
    const run = ['run', study, '--output', join(at, 'out'), '--threads', '2', '--json'];
    const full = await permafrost(run);
    expect(full.exit, full.stderr).toBe(3);
    expect(full.stderr).toMatch(/warning: the disk may not suffice: .* MB, and .* MB are free/);
    const [message, ...more] = errorLines(full.stderr);
    expect(more).toEqual([]);
    expect(message).toMatch(
      /metrics_compact\.csv: ENOSPC, the disk is full: free space there, then run the same command/,
    );
    expect(message).toMatch(/MB are needed .* MB are free now, [\d,]+ rows are on disk and safe\.$/);
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
});

it('an output folder that is removed during the run stops it with exit 3; run again it is whole', async () => {
  const { folder, study } = wideStudy(1_000_000);
  const output = join(folder, 'out');
  const child = start(['run', study, '--threads', '1', '--json']);
  const file = join(output, 'aggregated', 'progress.csv');
  while (!existsSync(file)) await sleep(20);
  await sleep(700);
  rmSync(output, { recursive: true, force: true });
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
