import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { removeFolder } from '../temporary-folder.ts';
import { copyHelper, PYTHON } from '../programs/command/languages.ts';
import { digestOf, finished, permafrost, start, temporaryFolder } from './cli.ts';

/** Processes of programs and those of the engine: who ends whom, and what the rows are afterwards. */

const PROGRAM = fileURLToPath(new URL('../programs/command/fault-program.mjs', import.meta.url));
/** Windows has neither signals nor process groups. */
const POSIX = process.platform !== 'win32';

function newStudy(more = '', environment: readonly string[] = []): { folder: string; pids: string } {
  const folder = temporaryFolder();
  const pids = join(folder, 'pids');
  copyFileSync(PROGRAM, join(folder, 'program.mjs'));
  const study = `model: command
command:
  name: faulty
  version: '1'
  run: [${JSON.stringify(process.execPath)}, program.mjs]
  environment: ${JSON.stringify([`PIDS=${pids}`, ...environment])}
  parameters: { fault: { type: string, default: none }, at: { type: integer, default: 2 } }
  metrics: { x: {}, y: {} }
grid: { at: [1, 2, 3] }
permutations: 400
output: out
${more}`;
  writeFileSync(join(folder, 'study.yaml'), study);
  return { folder, pids };
}

function startedIn(pids: string): number[] {
  return readFileSync(pids, 'utf8').trim().split('\n').map(Number);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false; // there is none
  }
}

/** What nobody has waited for yet, in a container without an init, does nothing any more. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // no /proc
  }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await pause(20);
}

/** Of a run that was told to stop, a chunk is under way. */
async function isUnderWay(pids: string, folder: string): Promise<void> {
  await until(() => {
    try {
      return startedIn(pids).length > 0 && readdirSync(join(folder, 'out/per_cell')).length > 0;
    } catch {
      return false; // not yet
    }
  });
}

test('one thread and three, chunks of any size: the same rows; all processes are gone at the end', async () => {
  const { folder, pids } = newStudy();
  const digests: string[] = [];
  for (const options of [
    ['--threads', '1'],
    ['--threads', '3', '--chunk', '7'],
  ]) {
    removeFolder(join(folder, 'out'));
    const ran = await permafrost(['run', 'study.yaml', ...options], { cwd: folder });
    expect(ran.exit, ran.stderr).toBe(0);
    digests.push(await digestOf(join(folder, 'out')));
  }
  expect(new Set(digests).size).toBe(1);
  expect(startedIn(pids).filter(isRunning)).toEqual([]);
});

test.runIf(POSIX)('a program that ignores SIGTERM holds up no end, and does not stay', async () => {
  const { folder, pids } = newStudy('', ['IGNORES=SIGTERM']);
  const ran = await permafrost(['run', 'study.yaml', '--threads', '2'], { cwd: folder });
  expect(ran.exit, ran.stderr).toBe(0);
  expect(startedIn(pids).filter(isRunning)).toEqual([]);
});

test('an engine that is killed leaves no process behind, and the run goes on where it was', async () => {
  const { folder, pids } = newStudy('batch_rows: 100\n');
  writeFileSync(
    join(folder, 'slow.mjs'),
    `await new Promise((resolve) => setTimeout(resolve, 0)); await import('./program.mjs');`,
  );
  const child = start(['run', 'study.yaml', '--threads', '2', '--chunk', '1', '--permutations', '4000'], {
    cwd: folder,
  });
  await isUnderWay(pids, folder);
  child.kill('SIGKILL');
  await finished(child);
  await until(() => startedIn(pids).filter(isRunning).length === 0);
  const resumed = await permafrost(['run', 'study.yaml', '--threads', '2', '--permutations', '4000'], { cwd: folder });
  expect(resumed.exit, resumed.stderr).toBe(0);
  const verified = await permafrost(['verify', 'out', '--recompute', '20'], { cwd: folder });
  expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
});

test.runIf(POSIX)(
  'Ctrl-C is for the engine alone: its chunks are ended, and no row is missing in the files',
  async () => {
    const { folder, pids } = newStudy();
    const child = start(['run', 'study.yaml', '--threads', '2', '--chunk', '1', '--permutations', '4000'], {
      cwd: folder,
    });
    await isUnderWay(pids, folder);
    // A terminal sends it to the whole group of the foreground: none of the programs is in it.
    const groups = startedIn(pids)
      .filter(isRunning)
      .map((pid) => groupOf(pid));
    expect(groups).not.toContain(groupOf(child.pid!));
    child.kill('SIGINT');
    const ended = await finished(child);
    expect(ended.exit, ended.stderr).toBe(130);
    expect(startedIn(pids).filter(isRunning)).toEqual([]);
    expect(ended.stderr).not.toContain('ProgramDied');
    const resumed = await permafrost(['run', 'study.yaml', '--permutations', '4000'], { cwd: folder });
    expect(resumed.exit, resumed.stderr).toBe(0);
  },
);

/** Linux tells it in /proc; elsewhere nothing is compared. */
function groupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[2]!;
  } catch {
    return String(pid); // no /proc
  }
}

test('replay computes a row again; a run of a changed program is another experiment, and of other words the same', async () => {
  const { folder } = newStudy();
  const study = readFileSync(join(folder, 'study.yaml'), 'utf8');
  const first = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
  expect(first.exit, first.stderr).toBe(0);
  const replayed = await permafrost(['replay', 'out', '--cell', 'at=2', '--perm', '5', '--json'], {
    cwd: folder,
  });
  expect(replayed.json(), replayed.stderr).toMatchObject({ equal: true, row: { y: 5 } });
  writeFileSync(
    join(folder, 'study.yaml'),
    study
      .replace('x: {}', "x: { unit: seeds, description: 'what it was given' }")
      .replace('  name:', '  timeout: 1m\n  name:'),
  );
  const words = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
  expect(words.exit, words.stderr).toBe(0);
  writeFileSync(join(folder, 'program.mjs'), `${readFileSync(PROGRAM, 'utf8')}\n// another program\n`);
  const changed = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
  expect(changed.exit).toBe(2);
  expect(changed.stderr).toContain('model_version');
});

test('a received folder starts no program unasked', async () => {
  const { folder } = newStudy();
  const ran = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
  expect(ran.exit, ran.stderr).toBe(0);
  rmSync(join(folder, 'pids'));
  const merged = await permafrost(['merge', 'out', '--into', 'merged'], { cwd: folder });
  expect(merged.stdout + merged.stderr).toMatch(/points to code\s+\(the\s+program\s+that\s.*\snames\)/s);
  expect(() => readFileSync(join(folder, 'pids'))).toThrow('ENOENT');
});

test.runIf(PYTHON)('the helper of Python ends when the engine is killed, also in the middle of nothing', async () => {
  const folder = temporaryFolder();
  copyHelper('permafrost.py', folder);
  const pids = join(folder, 'pids');
  writeFileSync(
    join(folder, 'sim.py'),
    `import os\nfrom permafrost import serve\nopen("pids", "a").write("%d\\n" % os.getpid())\nserve(lambda parameters, rng: {"x": rng.random()})\n`,
  );
  writeFileSync(
    join(folder, 'study.yaml'),
    `model: command
command: { name: sim, version: '1', run: [python3, sim.py], environment: [PATH, HOME], parameters: {}, metrics: { x: {} } }
cells: [{ id: only }]
permutations: 100000
output: out
`,
  );
  const child = start(['run', 'study.yaml', '--threads', '1', '--chunk', '1'], { cwd: folder });
  await isUnderWay(pids, folder);
  child.kill('SIGKILL');
  await finished(child);
  await until(() => startedIn(pids).filter(isRunning).length === 0);
  expect(startedIn(pids).length).toBeGreaterThan(0);
});
