import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { CLI, digestOf, finished, permafrost } from '../process/cli.ts';
import { studyIn, until, type Child } from '../queue/cluster.ts';
import { HAS_REDIS } from '../queue/redis-server.ts';
import { newFolder, removeFolder, temporaryFolder } from '../temporary-folder.ts';
import { HAS_NAMESPACES, Lab } from './lab.ts';

/** Manager, workers and Redis on hosts of their own, and what happens to cables and names between them. `npm run test:network` is the full form. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const CUT_S = FULL ? 60 : 8;
vi.setConfig({ testTimeout: FULL ? 600_000 : 180_000 });

const MISSING = [...(HAS_NAMESPACES ? [] : ['ip netns (iproute2, as root)']), ...(HAS_REDIS ? [] : ['redis-server'])];
const SKIPPED = MISSING.length === 0 ? '' : ` (skipped: this needs ${MISSING.join(' and ')})`;

/** A permutation takes five milliseconds and no processor. The code has a megabyte, as a model with its inputs may: slow lines must carry it, too. */
const NAPS = `const table = ${JSON.stringify('a value, '.repeat(120_000))};
const bell = new Int32Array(new SharedArrayBuffer(4));
export default {
  name: 'naps', version: '1', parameters: { p: { type: 'number' } }, metrics: { a: {}, b: {} },
  simulate: ({ parameters: { p } }, rng, row) => {
    Atomics.wait(bell, 0, 0, 5);
    row.a = rng() * p;
    row.b = rng() < p ? table.length : 0;
  },
};`;
/** For two workers so long that two cables can be cut, one after the other. */
const STUDY = {
  model: NAPS,
  study: { name: 'naps', grid: { p: [0.25, 0.5] }, permutations: FULL ? 30_000 : 4_000, batch_rows: 100 },
};

let expected: string;

/** A study on the hosts of a lab: `manager`, `worker1`, `worker2`, and Redis where the test wants it. */
class Campaign {
  readonly folder = temporaryFolder();
  readonly lab = new Lab('manager', 'worker1', 'worker2', 'redis', 'spare');
  private readonly said = new Map<Child, string>();

  constructor() {
    for (const host of ['manager', 'worker1', 'worker2']) this.moveName(host, 'redis');
  }

  /** Where a host finds `queue.lab`. */
  moveName(host: string, redis: string): void {
    this.lab.names(host, { 'queue.lab': this.lab.address(redis) });
  }

  async redisOn(host: string): Promise<void> {
    const dir = join(this.folder, `redis-${host}`);
    mkdirSync(dir);
    const settings = { bind: '0.0.0.0', 'protected-mode': 'no', dir, save: '', appendonly: 'yes' };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    void this.lab.start(host, 'redis-server', flags);
    await until(() => this.lab.answers(host, 'redis-cli', 'PING'));
  }

  manager(): Child {
    const study = studyIn(this.folder, STUDY);
    return this.permafrost('manager', 'run', study, '--queue', '--threads', '0', '--chunk', '100');
  }

  worker(host: string): Child {
    const places = ['--spool', join(this.folder, `spool-${host}`), '--cache', join(this.folder, `cache-${host}`)];
    return this.permafrost(host, 'worker', '--threads', '1', '--allow-models', ...places);
  }

  spooled(host: string): number {
    const folder = join(this.folder, `spool-${host}`);
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.result')).length : 0;
  }

  /** Waits until a process says that, after everything that it had said by the last time. */
  async says(child: Child, what: RegExp): Promise<void> {
    await until(() => {
      const at = what.exec(this.said.get(child)!);
      if (at === null) return false;
      this.said.set(child, this.said.get(child)!.slice(at.index + at[0].length));
      return true;
    });
  }

  async hasRows(): Promise<void> {
    const cells = join(this.folder, 'out', 'per_cell');
    await until(
      () =>
        existsSync(cells) && readdirSync(cells).some((cell) => existsSync(join(cells, cell, 'metrics_compact.csv'))),
    );
  }

  /** The run ends, its rows are those of one machine, and nothing is left anywhere. */
  async endsWell(manager: Child, redis: string): Promise<void> {
    const { exit, stderr } = await finished(manager);
    expect(exit, stderr).toBe(0);
    expect(await digestOf(join(this.folder, 'out'))).toBe(expected);
    await until(() => this.spooled('worker1') + this.spooled('worker2') === 0);
    expect(this.lab.ask(redis, 'redis-cli', 'EXISTS', 'permafrost:{default}:announcement').trim()).toBe('0');
  }

  private permafrost(host: string, ...args: readonly string[]): Child {
    const env = { PERMAFROST_QUEUE: 'redis://queue.lab:6379' };
    const child = this.lab.start(host, process.execPath, [CLI, ...args], env);
    this.said.set(child, '');
    child.stderr.on('data', (text: Buffer) => this.said.set(child, this.said.get(child)! + text.toString()));
    return child;
  }
}

describe.skipIf(SKIPPED !== '')(`several hosts${SKIPPED}`, () => {
  beforeAll(async () => {
    const folder = newFolder();
    // Naps cost nothing: many at once.
    expect((await permafrost(['run', studyIn(folder, STUDY), '--threads', '16'], { cwd: folder })).exit).toBe(0);
    expected = await digestOf(join(folder, 'out'));
    removeFolder(folder);
  });

  test(`the cable of a worker is cut for ${CUT_S} s, then that of the manager; both are plugged in again`, async () => {
    const campaign = new Campaign();
    const { lab } = campaign;
    await campaign.redisOn('redis');
    const manager = campaign.manager();
    const cut_off = campaign.worker('worker1');
    void campaign.worker('worker2');
    await campaign.hasRows();

    lab.unplug('worker1');
    await campaign.says(cut_off, /cannot be reached.*Results are kept in/s);
    await sleep(CUT_S * 1000);
    expect(campaign.spooled('worker1')).toBeGreaterThan(0);
    lab.plug('worker1');
    await campaign.says(cut_off, /The queue is back\./);
    await until(() => campaign.spooled('worker1') === 0);

    expect(manager.exitCode, 'the run is over already').toBeNull();
    lab.unplug('manager');
    await campaign.says(manager, /cannot be reached.*The run waits for it; nothing is lost/s);
    await sleep(CUT_S * 1000);
    lab.plug('manager');
    await campaign.says(manager, /The queue is back\./);
    await campaign.endsWell(manager, 'redis');
  });

  test.runIf(FULL)('the cables of a worker and of the manager are slow and lose packets', async () => {
    const campaign = new Campaign();
    await campaign.redisOn('redis');
    const slow = ['manager', 'worker1'].map((host) => campaign.lab.slow(host));
    expect(slow[0], 'tc has neither netem nor tbf').not.toBe('');
    const manager = campaign.manager();
    const far = campaign.worker('worker1');
    void campaign.worker('worker2');
    await campaign.says(far, /Computing for/);
    await campaign.endsWell(manager, 'redis');
  });

  test.runIf(FULL)(
    'Redis moves to another address under its name, empty, and its old host is gone without a word',
    async () => {
      const campaign = new Campaign();
      await campaign.redisOn('redis');
      const manager = campaign.manager();
      const workers = [campaign.worker('worker1'), campaign.worker('worker2')];
      await campaign.hasRows();
      campaign.lab.unplug('redis');
      await Promise.all(workers.map((worker) => campaign.says(worker, /cannot be reached/)));
      await campaign.redisOn('spare');
      for (const host of ['manager', 'worker1', 'worker2']) campaign.moveName(host, 'spare');
      await Promise.all([manager, ...workers].map((child) => campaign.says(child, /The queue is back\./)));
      await campaign.endsWell(manager, 'spare');
    },
  );
});
