import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { report } from '../../src/operations/report.ts';
import { run } from '../../src/operations/run.ts';
import { status } from '../../src/operations/status.ts';
import { inlineHost } from '../../src/readers/host.ts';
import { thisMachine } from '../../src/readers/this-machine.ts';
import { acquireLock } from '../../src/store/lock.ts';
import type { QueueReport } from '../../src/stored/queue-report.ts';
import type { StudyObject } from '../../src/study/study-object.ts';
import { finished, start } from './cli.ts';

/** `wait_ms`: how long a permutation waits, so that a run is long and leaves the machine to what is tested. */
const MODEL = `const bell = new Int32Array(new SharedArrayBuffer(4));
export default {
  name: 'slow-coin', version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5, unit: 'share' },
    flips: { type: 'integer', min: 1, default: 3 },
    mode: { type: 'choice', values: ['plain', 'weighted'], default: 'plain' },
    wait_ms: { type: 'number', min: 0, default: 0 },
  },
  metrics: { heads: { description: 'heads of all flips', unit: 'flips' }, first: { description: 'the first draw' } },
  simulate: ({ parameters: { p, flips, mode, wait_ms } }, rng, row) => {
    if (wait_ms > 0) Atomics.wait(bell, 0, 0, wait_ms);
    row.first = rng();
    row.heads = row.first < p ? 1 : 0;
    for (let i = 1; i < flips; i += 1) if (rng() < p) row.heads += mode === 'plain' ? 1 : 2;
  },
};`;

const HOST = inlineHost(thisMachine.port, thisMachine.locks);

/** Runs in every state that a live page has to show, below one folder. */
export class RunsToShow {
  readonly folder: string;
  private readonly ends: (() => unknown)[] = [];

  /** An empty folder. */
  constructor(folder: string) {
    this.folder = folder;
    writeFileSync(join(folder, 'slow-coin.mjs'), MODEL);
  }

  output(name: string): string {
    return join(this.folder, 'runs', name);
  }

  /** `complete` and `without-report` are, `computing` computes, `dead` was killed, `queued` has workers elsewhere, `damaged` cannot be read. */
  async begin(): Promise<void> {
    const computing = start(['run', this.study('computing', GRID, 8), '--threads', '1']);
    this.ends.push(async () => {
      computing.kill('SIGKILL');
      await computing;
    });
    await run('examples/sp500/study.yaml', { permutations: 300, output: this.output('complete') }, HOST);
    await report(this.output('complete'), {}, HOST);
    await run(this.study('without-report', { p: range(24), flips: [1, 2, 3] }), {}, HOST);
    await run(this.study('dead', GRID), { cells: ['p=0.14', 'p=0.29,flips=2'] }, HOST);
    this.kill('dead');
    await run(this.study('queued', { p: range(5), flips: [2, 5] }), { cells: ['flips=2'] }, HOST);
    await this.queue('queued');
    await run(this.study('damaged', { p: [0.5] }), {}, HOST);
    writeFileSync(join(this.output('damaged'), 'run_manifest.json'), '{');
    for (;;) {
      if (computing.exitCode !== null) throw new Error((await finished(computing)).stderr);
      const found = await status(this.output('computing'), {}, HOST).catch(() => undefined);
      if ((found?.cells_complete ?? 0) >= 2) return;
      await HOST.clock.sleep(100);
    }
  }

  async end(): Promise<void> {
    for (const end of this.ends) await end();
  }

  private study(name: string, grid: StudyObject['grid'], wait_ms = 0): string {
    const file = join(this.folder, `${name}.yaml`);
    const parameters = { wait_ms };
    const study = { name, model: './slow-coin.mjs', grid, parameters, permutations: 200, batch_rows: 20 };
    writeFileSync(file, JSON.stringify({ ...study, output: `runs/${name}` }));
    return file;
  }

  /** What kill -9 leaves: a heartbeat that says running, and the lock of a process that is gone. */
  private kill(name: string): void {
    this.beat(name, { state: 'running' });
    const gone = { pid: 4_194_304 + 7, host: hostname(), since: '2026-01-01T00:00:00Z', started: '1', by: 'file' };
    writeFileSync(join(this.output(name), '.lock'), JSON.stringify(gone));
  }

  /** As a manager leaves it for others to see: its lock, and a heartbeat that tells of its queue. */
  private async queue(name: string): Promise<void> {
    const lock = await acquireLock(this.output(name));
    this.ends.push(() => {
      lock.release();
    });
    const timestamp = HOST.clock.date();
    this.beat(name, { state: 'running', timestamp, eta_seconds: 4_000, sims_per_second: 1_234_567, queue: QUEUE });
  }

  private beat(name: string, said: Readonly<Record<string, unknown>>): void {
    const path = join(this.output(name), 'aggregated/heartbeat.json');
    const beat = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...beat, ...said }));
  }
}

const GRID = { p: range(6), flips: [1, 2, 3, 5, 8], mode: ['plain', 'weighted'] };

function range(levels: number): number[] {
  return Array.from({ length: levels }, (_, k) => Number(((k + 1) / (levels + 1)).toFixed(2)));
}

const worker = {
  pid: 4711,
  threads: 64,
  chunks: 812,
  permutations: 1_624_000,
  permutations_per_second: 18_400,
  spooled: 0,
  last_seen_seconds: 2,
  alive: true,
};
const QUEUE: QueueReport = {
  namespace: 'permafrost',
  reachable: true,
  chunks_waiting: 12_345,
  chunks_taken: 128,
  chunks_done: 1_600,
  chunks_done_here: 24,
  retries: 1,
  results_waiting: 3,
  audited: 40,
  workers: [
    { ...worker, host: 'lab1' },
    { ...worker, host: 'a-node-with-a-long-name.cluster.example.org', spooled: 2 },
    { ...worker, host: 'lab2', alive: false, last_seen_seconds: 320 },
  ],
  put_out: [{ host: 'lab7', pid: 99, why: 'its rows differ from those of the manager' }],
  dead_letters: [
    { cell_id: '0123456789ab', perm_index: 40, count: 20, seed: '7', tries: 3, error: 'TypeError: p is undefined' },
  ],
};
