import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisManager } from '../../src/queue/redis/manager.ts';
import { RedisWorker } from '../../src/queue/redis/worker.ts';
import { GivenBack, type SeenWorker, type TakenChunk } from '../../src/queue/transport.ts';
import { HAS_REDIS, WITHOUT_REDIS, RedisServer } from './redis-server.ts';

let server: RedisServer;
const ends: { close(): Promise<void> }[] = [];

async function manager(namespace: string): Promise<RedisManager> {
  const one = await RedisManager.open(server.url, namespace);
  ends.push(one);
  return one;
}

async function worker(namespace: string): Promise<RedisWorker> {
  const one = await RedisWorker.open(server.url, namespace);
  ends.push(one);
  return one;
}

function namespaceOfItsOwn(): string {
  return randomUUID().slice(0, 8);
}

describe.skipIf(!HAS_REDIS)(`over a real Redis${WITHOUT_REDIS}`, () => {
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => {
    await Promise.all(ends.map((end) => end.close()));
    await server.stop();
  });

  test('a chunk reaches one worker, its result the manager, and is gone when it is acknowledged', async () => {
    const namespace = namespaceOfItsOwn();
    const [m, w] = [await manager(namespace), await worker(namespace)];
    await m.claim();
    await m.offer('a-1', 'the chunk');
    await m.offer('a-1', 'the chunk');
    expect(await m.states(['a-1', 'a-2'])).toEqual(['waiting', 'missing']);
    expect(await m.counts()).toEqual({ waiting: 1, taken: 0, retries: 0 });
    const taken: string[] = [];
    const consumer = w.consume(2, async ({ id, chunk }) => {
      taken.push(chunk);
      expect(await m.states([id])).toEqual(['taken']);
      expect(await m.counts()).toMatchObject({ waiting: 0, taken: 1 });
      await w.submit(id, Buffer.from([0, 255, 10, 13]));
    });
    expect(await m.newResults(5000)).toEqual(['a-1']);
    expect(await m.states(['a-1'])).toEqual(['answered']);
    expect(Buffer.from((await m.result('a-1'))!)).toEqual(Buffer.from([0, 255, 10, 13]));
    expect(await m.results()).toEqual(['a-1']);
    await m.acknowledge(['a-1']);
    await consumer.stop();
    expect([await m.results(), await m.result('a-1'), await m.states(['a-1'])]).toEqual([[], undefined, ['missing']]);
    expect(taken).toEqual(['the chunk']);
  });

  test('a chunk that nobody has begun is taken back; one in hand is cancelled where it is', async () => {
    const namespace = namespaceOfItsOwn();
    const [m, w] = [await manager(namespace), await worker(namespace)];
    await m.offer('a-1', 'x');
    expect(await m.withdraw('a-1')).toBe(true);
    expect(await m.states(['a-1'])).toEqual(['missing']);
    await m.offer('a-2', 'x');
    let begun: (chunk: TakenChunk) => void = () => undefined;
    const taken = new Promise<TakenChunk>((resolve) => (begun = resolve));
    const consumer = w.consume(1, async (chunk) => {
      begun(chunk);
      await new Promise((resolve) => {
        chunk.cancelled.addEventListener('abort', resolve);
      });
    });
    const { cancelled } = await taken;
    expect(await m.withdraw('a-2')).toBe(false);
    await m.cancel('a-2');
    await new Promise((resolve) => {
      cancelled.addEventListener('abort', resolve);
    });
    await consumer.stop();
    expect(await m.states(['a-2'])).toEqual(['missing']);
  });

  test('a chunk that is given back goes to another worker at once', async () => {
    const namespace = namespaceOfItsOwn();
    const [m, first, second] = [await manager(namespace), await worker(namespace), await worker(namespace)];
    await m.offer('a-1', 'x');
    let tried: () => void = () => undefined;
    const gave_back = new Promise<void>((resolve) => (tried = resolve));
    const one = first.consume(1, () => {
      tried();
      return Promise.reject(new GivenBack('stopped'));
    });
    await gave_back;
    await one.stop();
    const started = performance.now();
    const two = second.consume(1, async ({ id }) => second.submit(id, Buffer.from('y')));
    expect(await m.newResults(5000)).toEqual(['a-1']);
    expect(performance.now() - started).toBeLessThan(5000);
    await two.stop();
    await m.acknowledge(['a-1']);
  });

  test('a chunk that fails again and again is dead, says why, and is gone when a manager begins', async () => {
    const namespace = namespaceOfItsOwn();
    const m = await RedisManager.open(server.url, namespace, { attempts: 3, backoff_ms: 10 });
    ends.push(m);
    const w = await worker(namespace);
    await m.offer('a-1', 'x');
    let tries = 0;
    const consumer = w.consume(1, () => Promise.reject(new Error(`try ${(tries += 1)} failed`)));
    while ((await m.states(['a-1']))[0] !== 'dead') await new Promise((resolve) => setTimeout(resolve, 20));
    await consumer.stop();
    expect([tries, await m.deathOf('a-1')]).toEqual([3, { why: 'try 3 failed', tries: 3 }]);
    // Begun again twice.
    expect(await m.counts()).toEqual({ waiting: 0, taken: 0, retries: 2 });
    await m.clear();
    expect(await m.states(['a-1'])).toEqual(['missing']);
    expect((await m.counts()).retries).toBe(0);
  });

  test('one manager has a namespace; another is told who, and gets it when the first is gone', async () => {
    const namespace = namespaceOfItsOwn();
    const [first, second] = [await manager(namespace), await manager(namespace)];
    await first.claim();
    const renewing = setInterval(() => void first.renew(), 200);
    await expect(second.claim()).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`(pid ${process.pid}) has it`) as string,
    });
    clearInterval(renewing);
    await first.close();
    await second.claim();
    await server.command('SET', `permafrost:{${namespace}}:manager`, '{"host":"far","pid":7}');
    await expect(second.renew()).rejects.toMatchObject({ code: 'LOCKED' });
  });

  test('blobs come whole, larger than what is sent at once', async () => {
    const namespace = namespaceOfItsOwn();
    const [m, w] = [await manager(namespace), await worker(namespace)];
    const bytes = Buffer.alloc((9 << 20) + 7, 'abc');
    await m.putBlob('f'.repeat(64), bytes);
    await m.putBlob('f'.repeat(64), bytes);
    expect(Buffer.compare((await w.blob('f'.repeat(64)))!, bytes)).toBe(0);
    expect(await w.blob('e'.repeat(64))).toBeUndefined();
  });

  test('workers are known while they say something', async () => {
    const namespace = namespaceOfItsOwn();
    const [m, w] = [await manager(namespace), await worker(namespace)];
    expect(await w.beat('w1', 'a note')).toBeUndefined();
    const [{ note, ago_ms }] = (await m.workers()) as [SeenWorker];
    expect(note).toBe('a note');
    expect(ago_ms).toBeGreaterThanOrEqual(0);
    expect(ago_ms).toBeLessThan(10_000);
    await m.expel('w1', 'wrong rows');
    expect(await w.beat('w1', 'a note')).toBe('wrong rows');
    await server.command('DEL', `permafrost:{${namespace}}:workers:w1`);
    expect(await m.workers()).toEqual([]);
  });

  test('a Redis that is away, full or forbidding is said as QUEUE, without the password', async () => {
    const away = await RedisManager.open('redis://user:geheim@127.0.0.1:1', 'default');
    ends.push(away);
    const error = await away.claim().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'QUEUE', exit: 3 });
    expect(String(error)).toMatch(/redis:\/\/127\.0\.0\.1:1\/0 cannot be reached: connect ECONNREFUSED/);
    expect(String(error)).not.toContain('geheim');
    const w = await worker(namespaceOfItsOwn());
    await server.command('CONFIG', 'SET', 'maxmemory', '1mb');
    await expect(w.submit('a-1', Buffer.alloc(2 << 20))).rejects.toMatchObject({
      code: 'QUEUE',
      message: expect.stringContaining('its memory is full') as string,
    });
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
  });
});
