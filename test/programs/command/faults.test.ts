import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

import { disk } from '../../../src/files/disk.ts';
import { run as runStudy } from '../../../src/operations/run.ts';
import type { StudyResult } from '../../../src/run/run-options.ts';
import { readFailures, type Failure } from '../../../src/store/failures.ts';
import { layoutOf } from '../../../src/store/scan/layout.ts';
import { HOST } from '../../inline-host.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What a program does wrong, and what is told of it. Every run is of six permutations in one chunk; the fault is in permutation 2. */

// Node.js is started several times for each, beside other tests.
vi.setConfig({ testTimeout: 60_000 });

const PROGRAM = fileURLToPath(new URL('fault-program.mjs', import.meta.url));
const AT = 2;

interface Told {
  readonly rows: readonly string[];
  readonly failures: readonly Failure[];
  readonly stderr: string;
  /** What ended the run. */
  readonly stopped: Error | undefined;
}

interface Options {
  readonly environment?: readonly string[];
  readonly timeout?: string;
  readonly run?: readonly string[];
  readonly folder?: string;
}

const NODE = [process.execPath, 'fault-program.mjs'];

async function runWith(fault: string, options: Options = {}): Promise<Told> {
  const { environment = [], timeout = '30s', run = NODE, folder = temporaryFolder() } = options;
  await copyFile(PROGRAM, join(folder, 'fault-program.mjs'));
  const written: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const study = {
    name: 'faults',
    model: 'command',
    command: {
      name: 'faulty',
      version: '1',
      run,
      environment,
      timeout,
      parameters: { fault: { type: 'string', default: 'none' }, at: { type: 'integer', default: AT } },
      metrics: { x: {}, y: {} },
    },
    cells: [{ id: 'only', fault }],
    permutations: 6,
  };
  const output = join(folder, 'out');
  let stopped: Error | undefined;
  try {
    stopped = errorOf(await runStudy(study, { base: folder, output, chunk: 6, on_error: 'continue' }, HOST));
  } finally {
    stderr.mockRestore();
  }
  const place = layoutOf(output).cell('only').folder;
  const metrics = join(place, 'metrics_compact.csv');
  const rows = existsSync(metrics)
    ? readFileSync(metrics, 'utf8')
        .split('\n')
        .filter((line) => /^\d/.test(line))
    : [];
  return { rows, failures: readFailures(disk, place), stderr: written.join(''), stopped };
}

/** By the class of the failure and its message. */
const FAULTS: Readonly<Record<string, RegExp>> = {
  dies: /^ProgramDied: \S+ fault-program\.mjs ended with exit code 7 after 0 of 1 row; the end of its stderr: about to die$/,
  'is killed': /^ProgramDied: .* was ended by SIGKILL after 0 of 1 row; it wrote nothing to stderr$/,
  'says so': /^ProgramError: no root found$/,
  garbage: /^WrongAnswer: .*: row 1 of 1 is "converged after 12 steps", which is no JSON; print messages to stderr/,
  'one more': /^WrongAnswer: .* prints more than it was asked for: after its answer came "\{\\"x\\":/,
  'unknown metric': /^WrongAnswer: .*: row 1 of 1 is a metric "z"; declared are x, y\.$/,
  'missing metric': /^WrongAnswer: .*: row 1 of 1 is a row without the metric y/,
  text: /^WrongAnswer: .*: row 1 of 1 is "12" for metric x, where a number belongs\.$/,
  'short list': /^WrongAnswer: .*: row 1 of 1 is a list of 1 values; the metrics are 2: x, y\.$/,
  scalar: /^WrongAnswer: .*: row 1 of 1 is "12", which is neither a list nor a map of metrics\.$/,
  NaN: /^UndefinedMetric: metric x is NaN; a metric that may be undefined must declare missing: true$/,
  null: /^UndefinedMetric: metric y is NaN/,
  infinite: /^InfiniteMetric: metric y is -Infinity/,
  'huge line': /^WrongAnswer: .* is a line of more than 1048576 bytes, which begins with "xxx/,
};

test.each(Object.entries(FAULTS))('%s: that permutation has failed, and no other', async (fault, message) => {
  const { rows, failures } = await runWith(fault);
  expect(failures.map(({ perm_index }) => perm_index)).toEqual([AT]);
  const [{ error_class, message: text, seed }] = failures as [Failure];
  expect(`${error_class}: ${text}`).toMatch(message);
  expect(rows.map((row) => Number(row.split(',')[0]))).toEqual([0, 1, 3, 4, 5]);
  // Column x is the seed: what is told of the failure is what the program was given.
  expect(Number(seed)).toBe((Number(rows[0]!.split(',')[1]) + AT * 1000003) % 2 ** 32);
});

test.each(['hangs', 'one less'])('%s: its process is ended when the time is over', async (fault) => {
  const { rows, failures } = await runWith(fault, { timeout: '1500ms' });
  expect(failures.map(({ perm_index }) => perm_index)).toEqual([AT]);
  expect(`${failures[0]!.error_class}: ${failures[0]!.message}`).toMatch(
    /^ProgramTimeout: .* had answered 0 of 1 row when 1\.5 s were over \(command\.timeout\), and was ended$/,
  );
  expect(rows).toHaveLength(5);
});

test('a program that dies once loses nothing: its chunk is computed again by another process', async () => {
  const folder = temporaryFolder();
  const given = { folder, environment: [`ONCE=${join(folder, 'once')}`] };
  const { rows, failures } = await runWith('dies once', given);
  expect(existsSync(join(folder, 'once'))).toBe(true);
  expect(failures).toEqual([]);
  expect(rows).toEqual((await runWith('none')).rows);
});

test('a program that ends at once stops the run with the end of its stderr, and no permutation has failed', async () => {
  const { failures, stopped } = await runWith('none', { environment: ['FAULT=at once'] });
  expect(stopped).toMatchObject({ code: 'MODEL' });
  expect(stopped?.message).toMatch(
    /ended with exit code 3 after 0 of 1 row; the end of its stderr: first line \| no module of that name.*a fault of the program, not of a permutation/,
  );
  expect(failures).toEqual([]);
});

test('so does one that greets on stdout', async () => {
  const { stopped } = await runWith('none', { environment: ['FAULT=greeting'] });
  expect(stopped).toMatchObject({ code: 'MODEL' });
  expect(stopped?.message).toContain('is "Loading the model ...", which is no JSON; print messages to stderr');
});

test('what it writes to stderr is shown with the cell, up to a bound, and never holds it up', async () => {
  const { rows, failures, stderr } = await runWith('much stderr');
  expect(failures).toEqual([]);
  expect(rows).toHaveLength(6);
  expect(stderr).toMatch(/^model \(cell only\): 0 eee/m);
  expect(stderr).toContain('model: more than 256 KiB on stderr; what follows is not shown');
  expect(stderr.length).toBeLessThan(300 * 1024);
});

test('the environment is empty but for what is named, and what is set', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'environment.mjs'),
    `process.stderr.write(JSON.stringify(process.env) + '\\n'); await import('./fault-program.mjs');`,
  );
  const given = { folder, run: [process.execPath, 'environment.mjs'], environment: ['PATH', 'NOT_THERE', 'A=b=c'] };
  const { stderr } = await runWith('none', given);
  const [, text = '{}'] = /^model \(cell only\): (\{.*\})$/m.exec(stderr) ?? [];
  const found = JSON.parse(text) as Record<string, string>;
  delete found['SystemRoot'];
  expect(found).toEqual({ PATH: process.env['PATH'], A: 'b=c' });
});

test('a process that ignores SIGTERM is killed when the run is over', async () => {
  const folder = temporaryFolder();
  const pids = join(folder, 'pids');
  await runWith('none', { folder, environment: ['IGNORES=SIGTERM', `PIDS=${pids}`] });
  const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  expect(started.length).toBeGreaterThan(0);
  expect(started.filter(isRunning)).toEqual([]);
});

test('a program that cannot be started is named, with the reason', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const { stopped } = await runWith('none', { folder, run: ['./script'] });
  expect(stopped).toMatchObject({ code: 'MODEL', exit: 2 });
  expect(stopped?.message).toMatch(
    /command\.run: \.\/script cannot be started: .*script: there is no such file, or what its first line names/,
  );
  writeFileSync(join(folder, 'plain.txt'), 'no program', { mode: 0o644 });
  await expect(runWith('none', { folder, run: ['./plain.txt'] })).rejects.toMatchObject({
    code: 'STUDY',
    message: expect.stringMatching(
      /command\.run\[0\]: .*plain\.txt may not be executed; chmod \+x, or name what runs it first/,
    ) as string,
  });
  await expect(runWith('none', { run: ['no-such-program-anywhere', 'x'] })).rejects.toMatchObject({
    code: 'STUDY',
    message: expect.stringMatching(
      /command\.run\[0\]: there is no program "no-such-program-anywhere", neither in .* nor in PATH/,
    ) as string,
  });
});

test('files that change while it runs end the run', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'changes.mjs'),
    `import { appendFileSync } from 'node:fs'; appendFileSync('changes.mjs', '// more\\n'); process.exit(1);`,
  );
  const { stopped } = await runWith('none', { folder, run: [process.execPath, 'changes.mjs'] });
  expect(stopped).toMatchObject({ code: 'MODEL' });
  expect(stopped?.message).toMatch(/command\.files: .*changes\.mjs holds other bytes/);
});

/** What ended a run. */
function errorOf({ stopped }: StudyResult): Error | undefined {
  return stopped !== undefined && 'error' in stopped ? (stopped.error as Error) : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
