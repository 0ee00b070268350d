import { spawn, spawnSync } from 'node:child_process';
import { openSync, closeSync, existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SmallStudy } from './small-study.ts';
import { CLI } from './cli.ts';

/** Nobody reads what a command writes: its process is the subject. */
let study: SmallStudy;
beforeAll(async () => {
  study = new SmallStudy({ permutations: 1000, p_skip: [0] });
  await study.run();
});
afterAll(() => {
  study.remove();
});

type Stdio = 'ignore' | 'pipe' | number;

/** Standard output and error go where they are told; a pipe is closed at once by its reader. */
function ended(args: readonly string[], stdout: Stdio, stderr: Stdio): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', stdout, stderr] });
  let said = '';
  child.stdout?.destroy();
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) =>
    child.once('close', (code, signal) => {
      resolve({ code, said: said + (signal ?? '') });
    }),
  );
}

describe.runIf(existsSync('/dev/full'))('a command whose', () => {
  const full = (): number => openSync('/dev/full', 'w');

  it('standard error is full works on', async () => {
    const fd = full();
    const { code } = await ended(['run', study.file], 'ignore', fd);
    closeSync(fd);
    expect(code).toBe(0);
  });

  it('standard output is closed ends without a word about it', async () => {
    const { code, said } = await ended(['status', study.output, '--json'], 'pipe', 'pipe');
    expect([0, 141]).toContain(code);
    expect(said).not.toMatch(/EPIPE|at .*\.js|SIG/);
  });

  it('result a full disk did not take says so, and is not a success', async () => {
    const fd = full();
    const { code, said } = await ended(['status', study.output, '--json'], fd, 'pipe');
    closeSync(fd);
    expect(code).toBe(3);
    expect(said).toContain('standard output cannot be written: ENOSPC');
  });
});

/** A terminal that vanishes while a process has it for its three standard streams. */
const VANISHES = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
p = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
os.close(slave); os.read(master, 1); os.close(master)
print(p.wait())
`;

it('a terminal that vanishes does not abort a run', (context) => {
  const python = spawnSync('python3', ['--version']);
  if (python.status !== 0) context.skip('python3 makes the terminal, and is not here');
  const run = [process.execPath, CLI, 'run', study.file, '--permutations', '2000'];
  const { stdout } = spawnSync('python3', ['-c', VANISHES, ...run], { encoding: 'utf8' });
  expect(stdout.trim()).toBe('0'); // -6 was SIGABRT
});
