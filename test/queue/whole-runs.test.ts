import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { run } from '../../src/operations/run.ts';
import { seededRandom } from '../crash/simulated-disk.ts';
import { CoinStudy, finishedFiles, HOST } from '../operations/coin-study.ts';
import { CLOCK, hire, hostOf, overQueue, type Hands } from './hired.ts';
import { MemoryBroker, type Faults } from './memory-broker.ts';

async function onOneMachine(study: CoinStudy): Promise<Record<string, string>> {
  const output = join(study.folder, 'alone');
  await run(study.file, { output }, HOST);
  return finishedFiles(output);
}

describe('a run over a queue leaves the files of a run on one machine', () => {
  test('computed by workers alone, by the manager alone, and by both', async () => {
    const study = new CoinStudy();
    const expected = await onOneMachine(study);
    for (const [threads, workers] of [
      [0, 2],
      [1, 0],
      [1, 1],
    ] as const) {
      const broker = new MemoryBroker();
      const hired = Array.from({ length: workers }, (_, k) => hire(broker, join(study.folder, `w${k}`)));
      const output = join(study.folder, `queue-${threads}-${workers}`);
      const { exit, permutations_computed } = await overQueue(study, broker, { threads, output });
      expect([exit, permutations_computed]).toEqual([0, 1000]);
      expect(finishedFiles(output)).toEqual(expected);
      expect(broker.kept.size, 'results that nobody acknowledged').toBe(0);
      for (const each of hired) await each.stop();
    }
  });

  test('and leaves nothing to be computed where it is over', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker();
    hire(broker, study.folder);
    await overQueue(study, broker);
    expect([broker.kept.size, broker.chunks.size, broker.announced, broker.holder]).toEqual([
      0,
      0,
      undefined,
      undefined,
    ]);
  });

  test('what a manager left at the broker goes when a later one finds its rows in the files', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker();
    hire(broker, study.folder);
    // A manager that dies when its rows are durable, and before it says so.
    const { acknowledge, ...rest } = broker.manager();
    expect(acknowledge).toBeTypeOf('function');
    const host = hostOf(broker);
    const dying = {
      ...host.broker!,
      manager: () => Promise.resolve({ ...rest, acknowledge: () => Promise.resolve() }),
    };
    const options = { queue: 'memory', threads: 0, chunk: 20 };
    expect((await run(study.file, options, { ...host, broker: dying })).exit).toBe(0);
    expect(broker.kept.size).toBeGreaterThan(40);
    expect((await overQueue(study, broker, { permutations: 300 })).permutations_reused).toBe(1000);
    expect(broker.kept.size).toBe(0);
  });

  test('a study that another shares with it is computed once and reaches both', async () => {
    const [a, b] = [new CoinStudy(), new CoinStudy()];
    const broker = new MemoryBroker();
    hire(broker, a.folder);
    const { outputs, exit } = await run([a.file, b.file], { queue: 'memory', threads: 0, chunk: 50 }, hostOf(broker));
    expect(exit).toBe(0);
    expect(
      outputs.map(({ permutations_computed, permutations_reused }) => [permutations_computed, permutations_reused]),
    ).toEqual([
      [1000, 0],
      [0, 1000],
    ]);
    expect(finishedFiles(b.output)).toEqual(finishedFiles(a.output));
  });
});

/** Everything that goes wrong at once, from one seed. */
async function scenario(seed: number): Promise<void> {
  const study = new CoinStudy();
  const expected = await onOneMachine(study);
  const next = seededRandom(seed);
  const often = (share: number) => () => next() < share;
  const faults: Faults = {
    fails: often(0.03),
    twice: often(0.1),
    redelivered: often(0.1),
    delay: () => Math.floor(next() * 4),
    damaged: (bytes) => {
      if (next() > 0.03) return bytes;
      const copy = Uint8Array.from(bytes);
      copy[Math.floor(next() * copy.length)]! ^= 16;
      return copy;
    },
  };
  const broker = new MemoryBroker({ attempts: 1000, faults });
  let n_workers = 0;
  // The same folders again: a worker that comes back sends what it had kept.
  const another = (): Hands => hire(broker, join(study.folder, `worker-${(n_workers += 1) % 3}`));
  let workers = [another(), another()];
  let over = false;
  const trouble = async (): Promise<void> => {
    while (!over) {
      await CLOCK.sleep(500 + next() * 2000);
      const what = next();
      if (what < 0.3) {
        workers[0]!.kill();
        workers = [...workers.slice(1), another()];
      } else if (what < 0.45) broker.flush();
      else if (what < 0.6) {
        broker.down = true;
        await CLOCK.sleep(next() * 4000);
        broker.down = false;
      } else if (what < 0.75) {
        broker.full = true;
        await CLOCK.sleep(next() * 4000);
        broker.full = false;
      }
    }
  };
  const troubles = trouble();
  const threads = seed % 3 === 0 ? 1 : 0;
  try {
    for (let tries = 0; ; tries += 1) {
      const abort = new AbortController();
      // A manager that is stopped, or dies at its first message, and comes back.
      const cancel =
        tries < 3 && next() < 0.7
          ? CLOCK.after(next() * 6000, () => {
              abort.abort('enough');
            })
          : undefined;
      const outcome = await overQueue(study, broker, {
        threads,
        signal: abort.signal,
        chunk: 10 + Math.floor(next() * 30),
      }).catch((error: unknown) => error as { readonly code: string });
      cancel?.();
      if ('exit' in outcome && outcome.exit === 0) break;
      if ('code' in outcome) expect(outcome.code).toBe('QUEUE');
      expect(tries).toBeLessThan(50);
    }
  } finally {
    over = true;
    await troubles;
  }
  expect(finishedFiles(study.output)).toEqual(expected);
}

describe('whatever goes wrong, the files are those of a run on one machine', () => {
  const n = process.env['PERMAFROST_FULL'] === '1' ? 100 : 3;
  test.each(Array.from({ length: n }, (_, k) => k + 1))('seed %i', async (seed) => {
    await scenario(seed);
  });
});

describe('who may not compute', () => {
  test('a worker that was not told to run models of users says so, and what to do', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker();
    const abort = new AbortController();
    const running = overQueue(study, broker, { signal: abort.signal });
    const { ended } = hire(broker, study.folder, { allow_models: false });
    await expect(ended).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('--allow-models') as string,
    });
    abort.abort('no worker');
    await running;
  });

  test('a second manager of one namespace is refused, and the first goes on', async () => {
    const [a, b] = [new CoinStudy(), new CoinStudy()];
    const broker = new MemoryBroker();
    const first = overQueue(a, broker);
    await vi.waitUntil(() => broker.claimed, { timeout: 15_000 });
    await expect(overQueue(b, broker)).rejects.toMatchObject({ code: 'LOCKED', exit: 3 });
    hire(broker, a.folder);
    expect((await first).exit).toBe(0);
  });

  test('a worker ends by itself when there was nothing to do for long enough', async () => {
    const broker = new MemoryBroker();
    const study = new CoinStudy();
    await expect(hire(broker, study.folder, { max_idle_seconds: 5 }).ended).resolves.toMatchObject({ chunks: 0 });
  });
});
