import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { describe, expect, test, vi } from 'vitest';

import { RedisManager } from '../../src/queue/redis/manager.ts';
import { Watchdog } from '../../src/queue/redis/watchdog.ts';
import { RedisWorker } from '../../src/queue/redis/worker.ts';
import { HAS_REDIS, WITHOUT_REDIS, RedisServer } from './redis-server.ts';

describe('a watchdog over whatever takes chunks', () => {
  const under = (chunksWait: () => Promise<boolean>, hasRoom = () => true) => {
    let look: () => void = () => undefined;
    const told: string[] = [];
    let started = 0;
    const watchdog = new Watchdog({
      start: () => {
        const name = `taking ${(started += 1)}`;
        told.push(name);
        return { stop: () => Promise.resolve(void told.push(`${name} stopped`)) };
      },
      chunksWait,
      hasRoom,
      every: (_, work) => {
        look = work;
        return () => void told.push('no more looks');
      },
    });
    const looks = async (times: number): Promise<void> => {
      for (let k = 0; k < times; k += 1) {
        look();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { watchdog, told, looks };
  };

  test('begins anew where chunks wait and none is taken, and ends what it replaced', async () => {
    const { watchdog, told, looks } = under(() => Promise.resolve(true));
    await looks(4);
    expect(told).toEqual(['taking 1']);
    await looks(1);
    expect(told).toEqual(['taking 1', 'taking 1 stopped', 'taking 2']);
    await looks(4);
    watchdog.taken();
    await looks(4);
    await watchdog.stop();
    expect(told.slice(3)).toEqual(['no more looks', 'taking 2 stopped']);
  });

  test('leaves alone what has no room, nothing to take, or no broker', async () => {
    const all = [
      under(
        () => Promise.resolve(true),
        () => false,
      ),
      under(() => Promise.resolve(false)),
      under(() => Promise.reject(new Error('away'))),
    ];
    for (const { looks, told } of all) {
      await looks(20);
      expect(told).toEqual(['taking 1']);
    }
  });
});

test.skipIf(!HAS_REDIS)(
  `a worker that takes nothing any more though Redis is there begins anew${WITHOUT_REDIS}`,
  async () => {
    const server = await RedisServer.start();
    const namespace = randomUUID().slice(0, 8);
    const ends = [
      await RedisManager.open(server.url, namespace),
      await RedisWorker.open(server.url, namespace),
    ] as const;
    const [m, w] = ends;
    // What clients were seen to do after some losses of their connection: they wait for the next chunk for ever.
    const next = vi.spyOn(Worker.prototype as unknown as { _getNextJob: () => Promise<undefined> }, '_getNextJob');
    next.mockImplementationOnce(() => new Promise(() => undefined));
    try {
      const consumer = w.consume(1, ({ id }) => w.submit(id, Buffer.from('y')));
      await vi.waitUntil(() => next.mock.calls.length > 0);
      await m.offer('a-1', 'x');
      expect(await m.newResults(15_000)).toEqual(['a-1']);
      await consumer.stop();
    } finally {
      vi.restoreAllMocks();
      await Promise.all(ends.map((end) => end.close()));
      await server.stop();
    }
  },
);
