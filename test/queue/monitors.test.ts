import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { metricsText } from '../../src/operations/metrics-text.ts';
import { run } from '../../src/operations/run.ts';
import { redis } from '../../src/queue/redis/redis.ts';
import { listenText, parseListenAt } from '../../src/wording/listen-at.ts';
import type { Host } from '../../src/readers/host.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import { CoinStudy, HOST } from '../operations/coin-study.ts';
import { hire, overQueue } from './hired.ts';
import { MemoryBroker } from './memory-broker.ts';
import { HAS_REDIS, WITHOUT_REDIS, RedisServer } from './redis-server.ts';

/** The first address that a run says of itself. */
function addressIn(): { readonly onEvent: (event: RunEvent) => void; readonly url: Promise<string> } {
  let found: (url: string) => void;
  const url = new Promise<string>((resolve) => (found = resolve));
  const onEvent = (event: RunEvent): void => {
    const said = event.type === 'note' ? /http:\S+/.exec(event.message) : null;
    if (said !== null) found(said[0]);
  };
  return { onEvent, url };
}

describe('metrics', () => {
  test('of a run over a queue are served while it lasts, and nothing else is', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker();
    const { onEvent, url: said } = addressIn();
    const running = overQueue(study, broker, { metrics_port: { port: 0 }, onEvent });
    const url = await said;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    await vi.waitUntil(async () => (await (await fetch(url)).text()).includes('permafrost_chunks_waiting 4\n'), 15_000);
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    // Every line is a comment, or a name with labels and a number.
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) permafrost_\w+ .+|permafrost_\w+(\{\w+="[^"\n]*"\})? -?[\d.e+-]+)$/);
    expect(text).toContain(`permafrost_permutations{output="${study.output}"} 1000\n`);
    expect(text).toMatch(/^permafrost_seconds_since_durable_row\{[^}]+\} [\d.]+$/m);
    expect(text).toContain('permafrost_workers 0\n');
    expect((await fetch(new URL('/', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    hire(broker, study.folder);
    expect((await running).exit).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('of a run without a queue say nothing of one', async () => {
    const study = new CoinStudy();
    const { onEvent, url: said } = addressIn();
    let text: Promise<string> | undefined;
    const running = run(
      study.file,
      {
        metrics_port: { port: 0 },
        onEvent: (event) => {
          onEvent(event);
          if (event.type === 'acknowledged') text ??= said.then((url) => fetch(url)).then((answer) => answer.text());
        },
      },
      HOST,
    );
    expect((await running).exit).toBe(0);
    // The run may have ended before its answer was sent.
    const served = await text!.catch(() => undefined);
    if (served !== undefined) expect(served).not.toContain('queue');
  });

  test('have a host and a port of their own, and say where that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(run(new CoinStudy().file, { metrics_port: { port } }, HOST)).rejects.toMatchObject({
      code: 'USAGE',
      path: '--metrics-port',
      message: `--metrics-port cannot listen at 127.0.0.1:${port}: another program does. Name another port, or 0 for one that is free.`,
    });
    taken.close();
    for (const text of ['9464', 'lab:0', '0.0.0.0:80', '[::1]:8080'])
      expect(listenText(parseListenAt('--metrics-port', text))).toBe(text);
    for (const text of ['', 'x', '70000', ':80', '::1:80', '-1', 'http://lab:80'])
      expect(() => parseListenAt('--metrics-port', text), text).toThrow(
        expect.objectContaining({ code: 'USAGE' }) as Error,
      );
    await expect(run(new CoinStudy().file, { metrics_port: { port: 1.5 } }, HOST)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('have labels that are escaped', () => {
    const numbers = {
      cells_total: 2,
      cells_complete: 1,
      permutations_total: 100,
      permutations_done: 60,
      permutations_computed: 50,
      permutations_per_second: 3,
      eta_seconds: undefined,
      uptime_seconds: 9,
    };
    const output = 'C:\\runs\\"a"\nb';
    const text = metricsText({
      outputs: [{ output, numbers, failures: 4, seconds_since_row: 0.25 }],
      queue: undefined,
    });
    expect(text).toContain(
      '# HELP permafrost_rows_computed_total Rows that this process or its workers computed.\n# TYPE permafrost_rows_computed_total counter\npermafrost_rows_computed_total{output="C:\\\\runs\\\\\\"a\\"\\nb"} 50\n',
    );
    expect(text).toContain('permafrost_failures_total{output="C:\\\\runs\\\\\\"a\\"\\nb"} 4\n');
  });
});

describe('a board', () => {
  test.skipIf(!HAS_REDIS)(`shows the chunks of a run in a browser, and changes none${WITHOUT_REDIS}`, async () => {
    const server = await RedisServer.start();
    const study = new CoinStudy();
    const host: Host = { ...HOST, broker: redis };
    const { onEvent, url: said } = addressIn();
    const abort = new AbortController();
    const options = { queue: server.url, threads: 0, chunk: 100, board_port: { port: 0 }, signal: abort.signal };
    const running = run(study.file, { ...options, onEvent }, host);
    try {
      const url = await said;
      const page = await (await fetch(url)).text();
      expect(page).toContain('<title>');
      // What the page is made of is there, too.
      const script = /(?:src|href)="([^"]+\.(?:js|css))"/.exec(page)![1]!;
      expect((await fetch(new URL(script, url))).status).toBe(200);
      interface Queues {
        readonly queues: readonly {
          readonly name: string;
          readonly readOnlyMode: boolean;
          readonly counts: Record<string, number>;
        }[];
      }
      const queues = async (): Promise<Queues> => (await (await fetch(new URL('/api/queues', url))).json()) as Queues;
      await vi.waitUntil(async () => (await queues()).queues[0]!.counts['waiting'] === 4, 15_000);
      expect((await queues()).queues).toMatchObject([{ name: 'chunks', readOnlyMode: true }]);
      const emptied = await fetch(new URL('/api/queues/chunks/empty', url), { method: 'PUT' });
      expect(emptied.status).toBe(405);
      abort.abort('seen');
      await running;
      await expect(fetch(url)).rejects.toThrow();
    } finally {
      abort.abort('over');
      await running;
      await server.stop();
    }
  });

  test('says what to install where it is not', async () => {
    vi.doMock('@bull-board/hono', () => {
      throw new Error('Cannot find package');
    });
    const host: Host = { ...HOST, broker: redis };
    const options = { queue: 'redis://127.0.0.1:1', board_port: { port: 0 } };
    await expect(run(new CoinStudy().file, options, host)).rejects.toMatchObject({
      code: 'USAGE',
      path: '--board-port',
      message: expect.stringMatching(
        /npm install @bull-board\/api@9 @bull-board\/hono@9 @hono\/node-server@2$/,
      ) as string,
    });
    vi.doUnmock('@bull-board/hono');
  });

  test('shows a queue, and needs one', async () => {
    const study = new CoinStudy();
    await expect(run(study.file, { board_port: { port: 0 } }, HOST)).rejects.toMatchObject({ path: '--board-port' });
    await expect(
      run(join(study.folder, 'study.yaml'), { board_port: { port: 0 }, queue: 'memory' }, HOST),
    ).rejects.toMatchObject({ code: 'USAGE' });
  });
});
