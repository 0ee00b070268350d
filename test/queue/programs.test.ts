import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { digestOf, EXAMPLES, finished, permafrost, temporaryFolder } from '../process/cli.ts';
import { copyHelper, PYTHON } from '../programs/command/languages.ts';
import { Cluster, until } from './cluster.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './redis-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const WITHOUT_PYTHON = PYTHON ? '' : ' (python3 is not installed: skipped)';
/** Windows has no names for a program that it finds without an extension. */
const POSIX = process.platform !== 'win32';

/** A model in Python: the script, its own module, and the helper. It leaves word of where it runs. */
const PYTHON_FILES = {
  'sim.py': `import os
from permafrost import serve
from parts.walk import step

with open(os.environ["TOLD"], "a") as told:
    print(os.getcwd(), file=told)

def simulate(parameters, rng):
    at = 0
    for _ in range(parameters["steps"]):
        at += step(rng, parameters["p"])
    return {"end": at, "last": rng.random()}

serve(simulate)
`,
  'parts/walk.py': 'def step(rng, p):\n    return 1 if rng.random() < p else -1\n',
};

/** A program that is found in PATH, and works where HAS is set, as one does that needs a package. */
const ENGINE = `import { createInterface } from 'node:readline';
if (process.env.HAS !== 'it') { console.error('no package named it'); process.exit(1); }
for await (const line of createInterface({ input: process.stdin })) {
  const { seeds, parameters } = JSON.parse(line);
  process.stdout.write(seeds.map((seed) => JSON.stringify({ x: seed * parameters.p }) + '\\n').join(''));
}
`;

function pythonStudy(folder: string, told: string): string {
  mkdirSync(join(folder, 'parts'), { recursive: true });
  for (const [name, text] of Object.entries(PYTHON_FILES)) writeFileSync(join(folder, name), text);
  copyHelper('permafrost.py', folder);
  const command = {
    name: 'walk',
    version: '1',
    run: ['python3', 'sim.py'],
    files: ['permafrost.py', 'parts/walk.py'],
    environment: ['PATH', 'HOME', 'PYTHONDONTWRITEBYTECODE=1', `TOLD=${told}`],
    parameters: { p: { type: 'number' }, steps: { type: 'integer', default: 20 } },
    metrics: { end: {}, last: {} },
  };
  return studyIn(folder, { model: 'command', command, grid: { p: [0.4, 0.6] }, permutations: 400 });
}

function engineStudy(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sim.mjs'), ENGINE);
  const command = {
    name: 'engine',
    version: '1',
    run: ['engine', 'sim.mjs'],
    environment: ['PATH', 'HAS'],
    parameters: { p: { type: 'number' } },
    metrics: { x: {} },
  };
  return studyIn(folder, { model: 'command', command, grid: { p: [0.25, 0.5] }, permutations: 300 });
}

function studyIn(folder: string, study: object): string {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, JSON.stringify({ ...study, output: 'out' }));
  return file;
}

/** The digest of one machine. */
async function alone(file: string, env: Record<string, string> = {}): Promise<string> {
  const output = join(dirname(file), 'alone');
  const { exit, stderr } = await permafrost(['run', file, '--output', output], { cwd: dirname(file), env });
  expect(exit, stderr).toBe(0);
  return digestOf(output);
}

function programsOf(cluster: Cluster): string[] {
  const folder = join(cluster.folder, 'cache', 'programs');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe.skipIf(!HAS_REDIS)(`models that are programs, over a real Redis${WITHOUT_REDIS}`, () => {
  test('a WebAssembly module is computed by a worker alone, with the digest of one machine', async () => {
    const folder = temporaryFolder();
    cpSync(join(EXAMPLES, 'sir-wasm'), folder, { recursive: true });
    const file = join(folder, 'study.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace(/^permutations: .*$/m, 'permutations: 300')
        .replace(/^output: .*$/m, 'output: out'),
    );
    const expected = await alone(file);

    const cluster = await Cluster.start();
    const worker = cluster.worker('a', '--json');
    const manager = await finished(cluster.manager(file, '--output', join(folder, 'out')));
    expect(manager.exit, manager.stderr).toBe(0);
    expect(await digestOf(join(folder, 'out'))).toBe(expected);
    worker.kill('SIGTERM');
    expect(((await finished(worker)).json() as { permutations: number }).permutations).toBeGreaterThanOrEqual(300);
  });

  test.skipIf(!PYTHON)(
    `a Python program and its files come to the worker by their hashes, and run there${WITHOUT_PYTHON}`,
    async () => {
      const folder = temporaryFolder();
      const told = join(folder, 'told');
      const file = pythonStudy(join(folder, 'study'), told);
      const expected = await alone(file);
      writeFileSync(told, '');

      const cluster = await Cluster.start();
      const worker = cluster.worker('a');
      const manager = await finished(cluster.manager(file, '--output', join(folder, 'out')));
      expect(manager.exit, manager.stderr).toBe(0);
      expect(await digestOf(join(folder, 'out'))).toBe(expected);
      const programs = `${realpathSync(join(cluster.folder, 'cache', 'programs'))}/`;
      const places = readFileSync(told, 'utf8').trim().split('\n');
      expect(places.filter((place) => !place.startsWith(programs))).toEqual([]);
      // Each file is in the cache, under its hash, for the next run: the setup, the script, its module and the helper.
      expect(readdirSync(join(cluster.folder, 'cache')).filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(4);

      worker.kill('SIGTERM');
      expect((await finished(worker)).exit).toBe(143);
      expect(programsOf(cluster), 'what was unpacked goes with its worker').toEqual([]);
    },
  );

  test('without --allow-models a worker refuses both with the reason, exit 2, fetches no file of theirs, and the manager says so', async () => {
    const cluster = await Cluster.start();
    const bin = binWith('engine');
    const env = { HAS: 'it', PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
    const file = engineStudy(join(cluster.folder, 'study'));
    const manager = cluster.begin(['run', file, '--queue', '--threads', '0'], { env });
    const cache = join(cluster.folder, 'cache-b');
    const places = ['--spool', cluster.spool('b'), '--cache', cache];
    const { exit, stderr } = await finished(cluster.begin(['worker', '--threads', '1', ...places], { env }));
    expect(exit, stderr).toBe(2);
    expect(stderr).toContain('was not started to run code that comes by the queue');
    expect(stderr).toContain('--allow-models');
    // The setup alone, in which the model is named.
    expect(readdirSync(cache).filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(1);
    await cluster.says(manager, /The worker on .* \(pid \d+\) does not compute this, and ended: .*--allow-models/s);
  });

  test.skipIf(!POSIX)(
    'a worker that has not the program, or not what it needs, ends with exit 2 and says what is missing; another one does it all',
    async () => {
      const cluster = await Cluster.start();
      const PATH = process.env['PATH'] ?? '';
      const env = { HAS: 'it', PATH: `${binWith('engine')}${delimiter}${PATH}` };
      const file = engineStudy(join(cluster.folder, 'study'));
      const expected = await alone(file, env);
      const manager = cluster.begin(['run', file, '--queue', '--threads', '0', '--chunk', '50'], { env });
      const worker = (name: string, its: Record<string, string>) => {
        const places = ['--spool', cluster.spool(name), '--cache', join(cluster.folder, 'cache')];
        return cluster.begin(['worker', '--threads', '1', '--allow-models', ...places], { env: { ...env, ...its } });
      };

      const bare = await finished(worker('bare', { PATH }));
      expect(bare.exit, bare.stderr).toBe(2);
      expect(bare.stderr).toContain('The run computes with "engine", and there is no such program on this machine');
      const poor = await finished(worker('poor', { HAS: 'nothing' }));
      expect(poor.exit, poor.stderr).toBe(2);
      expect(poor.stderr).toContain('no package named it');
      await cluster.says(manager, /does not compute this, and ended: .*no package named it/s);
      expect(manager.exitCode).toBeNull();
      expect(programsOf(cluster)).toEqual([]);

      void worker('rich', {});
      const { exit, stderr } = await finished(manager);
      expect(exit, stderr).toBe(0);
      expect(await digestOf(join(cluster.folder, 'study', 'out'))).toBe(expected);
    },
  );

  test('a program that was killed with its worker leaves files that the next worker of that machine removes', async () => {
    const cluster = await Cluster.start();
    const env = { HAS: 'it', PATH: `${binWith('engine')}${delimiter}${process.env['PATH'] ?? ''}` };
    void cluster.begin(['run', engineStudy(join(cluster.folder, 'study')), '--queue', '--threads', '0'], { env });
    const args = ['worker', '--threads', '1', '--allow-models', '--cache', join(cluster.folder, 'cache'), '--spool'];
    const killed = cluster.begin([...args, cluster.spool('a')], { env });
    await until(() => programsOf(cluster).length > 0);
    killed.kill('SIGKILL');
    await finished(killed);
    expect(programsOf(cluster)).toHaveLength(1);
    const next = cluster.begin([...args, cluster.spool('b'), '--max-idle', '1', '--namespace', 'nobody'], { env });
    expect((await finished(next)).exit).toBe(0);
    expect(programsOf(cluster)).toEqual([]);
  });
});

/** A folder for PATH with a program of that name, which is Node.js. */
function binWith(name: string): string {
  const bin = temporaryFolder();
  symlinkSync(process.execPath, join(bin, name));
  return bin;
}
