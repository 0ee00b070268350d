import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Announcement } from '../../src/announce/announcement.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import type { FilePort } from '../../src/files/port.ts';
import { run } from '../../src/operations/run.ts';
import type { Host } from '../../src/readers/host.ts';
import type { Local } from '../../src/readers/readers.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import { CoinStudy, HOST } from './coin-study.ts';

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: Announcement;
}

/** A webhook on this machine. */
async function webhook(
  answer: RequestListener = (_, response) => response.end(),
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.once('end', () => {
      asked.push({ headers: request.headers, body: JSON.parse(body) as Announcement });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret?key=secret`, asked };
}

/** A program that keeps what it is told. */
function script(folder: string, text: string): string {
  const path = join(folder, 'tell.mjs');
  writeFileSync(path, text);
  return `"${process.execPath}" "${path}"`;
}

/** Patience is a hundredth of what it is. */
const hasty: Clock = { ...systemClock, after: (ms, work) => systemClock.after(ms / 100, work) };
const warnings = (events: RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('a webhook', () => {
  it('is told that a run is complete', async () => {
    const { url, asked } = await webhook();
    const { file, output } = new CoinStudy();
    const result = await run(file, { on_event: [url] }, HOST);
    expect(result.exit).toBe(0);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers['content-type']).toBe('application/json');
    expect(asked[0]!.body).toMatchObject({
      event: 'complete',
      run: output,
      name: 'study',
      why: null,
      exit: 0,
      cells_complete: 4,
      cells_total: 4,
      permutations_done: 1000,
      permutations_total: 1000,
      pid: process.pid,
    });
    expect(asked[0]!.body.text).toBe(`study (${output}) is complete (4 of 4 cells, 1,000 permutations).`);
  });

  it('is told that a run failed, and why', async () => {
    const { url, asked } = await webhook();
    const { folder, file } = new CoinStudy();
    const model = join(folder, 'coin.mjs');
    writeFileSync(
      model,
      readFileSync(model, 'utf8').replace('row.heads = row', "throw new Error('no'); row.heads = row"),
    );
    await run(file, { on_event: [url] }, HOST);
    expect(asked.map(({ body }) => [body.event, body.exit, body.why?.code])).toEqual([['failed', 1, 'SIMULATION']]);
    await expect(run(join(folder, 'missing.yaml'), { on_event: [url] }, HOST)).rejects.toThrow();
    expect(asked[1]!.body).toMatchObject({ event: 'failed', run: null, exit: 2 });
  });

  it('is told that a run was stopped', async () => {
    const { url, asked } = await webhook();
    const { file } = new CoinStudy();
    await run(file, { on_event: [url], signal: AbortSignal.abort('SIGTERM') }, HOST);
    expect(asked[0]!.body).toMatchObject({ event: 'stopped', exit: 143, why: { code: 'SIGTERM' } });
  });

  it.each<[string, RequestListener, string]>([
    ['answers with an error', (_, response) => response.writeHead(500).end(), 'it answered 500'],
    [
      'leads elsewhere',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'it answered 302',
    ],
    ['hangs', () => undefined, 'it took too long'],
    ['breaks off', (request) => request.socket.destroy(), 'it cannot be reached'],
  ])('that %s costs the run one note, without the secrets of its address', async (_, answer, why) => {
    const { url } = await webhook(answer);
    const events: RunEvent[] = [];
    const host: Host = { ...HOST, clock: hasty };
    const result = await run(new CoinStudy().file, { on_event: [url], onEvent: (event) => events.push(event) }, host);
    expect(result.exit).toBe(0);
    expect(warnings(events)).toHaveLength(1);
    expect(warnings(events)[0]).toContain(why);
    expect(warnings(events)[0]).toContain(`the webhook at ${new URL(url).origin} was not told "complete"`);
    expect(warnings(events)[0]).not.toContain('secret');
  });

  it('may be found where a file says', async () => {
    const { url, asked } = await webhook();
    const { folder, file } = new CoinStudy();
    writeFileSync(join(folder, 'hook'), `${url}\n`);
    await run(file, { on_event: [`file:${join(folder, 'hook')}`] }, HOST);
    expect(asked).toHaveLength(1);
    await expect(run(file, { on_event: ['env:NOT_SET_ANYWHERE'] }, HOST)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a command', () => {
  it('has the event on its stdin and in its environment, and its words as they were written', async () => {
    const { folder, file } = new CoinStudy();
    const said = join(folder, 'said.json');
    const command = script(
      folder,
      `import { readFileSync, writeFileSync } from 'node:fs';
       const stdin = JSON.parse(readFileSync(0, 'utf8'));
       writeFileSync(${JSON.stringify(said)}, JSON.stringify([stdin, JSON.parse(process.env.PERMAFROST_EVENT), process.argv.slice(2)]));`,
    );
    await run(file, { on_event: [`${command} '$HOME; id' two`] }, HOST);
    const [stdin, env, words] = JSON.parse(readFileSync(said, 'utf8')) as [Announcement, Announcement, string[]];
    expect(stdin).toMatchObject({ event: 'complete', cells_complete: 4 });
    expect(env).toEqual(stdin);
    expect(words).toEqual(['$HOME; id', 'two']);
  });

  it.each([
    ['ends with an error', 'process.exit(3)', 'it ended with 3'],
    [
      'hangs, and what it started with it',
      `import { spawn } from 'node:child_process'; spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); setInterval(() => {}, 1000)`,
      'it took too long, and was ended',
    ],
  ])('that %s costs the run one note', async (_, text, why) => {
    const { folder, file } = new CoinStudy();
    const events: RunEvent[] = [];
    const host: Host = { ...HOST, clock: { ...systemClock, after: (ms, work) => systemClock.after(ms / 5, work) } };
    const result = await run(file, { on_event: [script(folder, text)], onEvent: (event) => events.push(event) }, host);
    expect(result.exit).toBe(0);
    expect(warnings(events)).toEqual([expect.stringContaining(why)]);
  });

  it('that is not there, too; and what is neither a command nor a URL is refused before anything is done', async () => {
    const { folder, file, output } = new CoinStudy();
    await expect(run(file, { on_event: [`tell 'it`] }, HOST)).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(output)).toBe(false);
    const events: RunEvent[] = [];
    await run(file, { on_event: [join(folder, 'nothing')], onEvent: (event) => events.push(event) }, HOST);
    expect(warnings(events)).toEqual([
      expect.stringContaining('nothing was not told "complete": there is no such program'),
    ]);
  });
});

/** A host whose clock is ahead by what is added, and whose timers come at once in a while. */
function ticking(port: FilePort, compute: (local: Local, add: (ms: number) => void) => Local): Host {
  let ahead_ms = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + ahead_ms,
    after: (ms, work) => systemClock.after(ms / 1000, work),
  };
  const add = (ms: number): void => {
    ahead_ms += ms;
  };
  return { ...HOST, port, clock, open: (threads, setups) => compute(HOST.open(threads, setups), add) };
}

it('a stall is noticed by the run itself: once, and said to be over by rows', async () => {
  const events: RunEvent[] = [];
  let stalled: Promise<void> | undefined;
  const host = ticking(HOST.port, (local, add) => ({
    parallel: local.parallel,
    compute: async (...task) => {
      // Eleven minutes without a row, of any cell.
      if (stalled === undefined) {
        add(660_000);
        stalled = systemClock.sleep(300);
      }
      await stalled;
      return local.compute(...task);
    },
    release: (result) => {
      local.release(result);
    },
    read: (name, task) => local.read(name, task),
    close: () => local.close(),
  }));
  const { file, output } = new CoinStudy();
  const result = await run(file, { onEvent: (event) => events.push(event) }, host);
  expect(result.exit).toBe(0);
  const stalls = events.filter((event) => event.type === 'stalled');
  expect(stalls).toHaveLength(1);
  expect(stalls[0]).toMatchObject({ output, cells_total: 4 });
  expect(stalls[0]!.idle_seconds).toBeGreaterThan(660);
});

it('a disk that will not hold the missing rows is told once, to the webhook, too', async () => {
  const port: FilePort = { ...HOST.port, freeBytes: () => 1000 };
  const events: RunEvent[] = [];
  const slow = ticking(port, (local) => ({
    parallel: local.parallel,
    compute: async (...task) => {
      await systemClock.sleep(40);
      return local.compute(...task);
    },
    release: (result) => {
      local.release(result);
    },
    read: (name, task) => local.read(name, task),
    close: () => local.close(),
  }));
  const { folder, file } = new CoinStudy();
  const said = join(folder, 'said.jsonl');
  const command = script(
    folder,
    `import { appendFileSync, readFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(said)}, readFileSync(0, 'utf8'));`,
  );
  // The patience of the others is the real one: a program takes a while to start.
  const host: Host = {
    ...slow,
    clock: { ...slow.clock, after: (ms, work) => systemClock.after(ms === 10_000 ? 20 : ms, work) },
  };
  await run(file, { on_event: [command], chunk: 50, onEvent: (event) => events.push(event) }, host);
  expect(events.filter(({ type }) => type === 'low-disk')).toEqual([expect.objectContaining({ free_bytes: 1000 })]);
  expect(existsSync(said) || warnings(events).length > 0).toBe(true);
});
