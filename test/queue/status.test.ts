import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { queueLines } from '../../src/commands/queue-text.ts';
import { statusJson, statusText } from '../../src/commands/status-text.ts';
import { replay } from '../../src/operations/replay.ts';
import { run } from '../../src/operations/run.ts';
import { status, type RunStatus } from '../../src/operations/status.ts';
import { workerNoteText } from '../../src/queue/wire.ts';
import { WorkerList } from '../../src/queue/worker-list.ts';
import type { QueueReport } from '../../src/stored/queue-report.ts';
import { CoinStudy, HOST } from '../operations/coin-study.ts';
import { hire, overQueue } from './hired.ts';
import { MemoryBroker } from './memory-broker.ts';

async function until(found: () => Promise<boolean>): Promise<void> {
  while (!(await found())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('status of a run over a queue', () => {
  test('shows how many chunks and results wait, and the workers, from the heartbeat alone', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker();
    // What the worker computes stays in its spool.
    broker.full = true;
    const worker = hire(broker, study.folder);
    const abort = new AbortController();
    const running = overQueue(study, broker, { signal: abort.signal });
    let found: RunStatus | undefined;
    await until(async () => {
      found = await status(study.output, {}, HOST).catch(() => undefined);
      return (found?.queue?.workers[0]?.spooled ?? 0) > 1;
    });
    const { queue } = statusJson(found!) as { readonly queue: QueueReport };
    expect(queue).toMatchObject({
      namespace: 'default',
      reachable: true,
      chunks_done: 0,
      retries: 0,
      results_waiting: 0,
      workers: [{ pid: process.pid, threads: 1, last_seen_seconds: expect.any(Number) as number }],
      put_out: [],
      dead_letters: [],
    });
    expect(statusText(found!)).toMatch(
      /\n {2}queue {9}\d+ chunks? waiting, \d+ being computed, 0 results not yet in a( file,)?\n {16}.*0 retries\n {2}worker {8}\S+ \(pid \d+\): 1 thread, /,
    );
    const { heartbeat } = statusJson(found!) as { readonly heartbeat: object };
    expect(heartbeat).not.toHaveProperty('queue');
    broker.full = false;
    expect((await running).exit).toBe(0);
    await worker.stop();
    const after = await status(study.output, {}, HOST);
    expect(after.queue).toMatchObject({ chunks_waiting: 0, chunks_done_here: 0 });
    expect(after.queue!.chunks_done).toBeGreaterThan(10);
    expect(statusText(after)).not.toContain('worker ');
  });

  test('says nothing of a queue where there is none', async () => {
    const study = new CoinStudy();
    await run(study.file, {}, HOST);
    const found = await status(study.output, {}, HOST);
    expect(statusJson(found)).not.toHaveProperty('queue');
    expect(statusText(found)).not.toMatch(/queue|worker/);
  });

  test('a chunk that no worker can compute is on record: its error, its cell, its permutations, a seed', async () => {
    const study = new CoinStudy();
    const broker = new MemoryBroker({ attempts: 3 });
    hire(broker, study.folder, {}, () => {
      throw new Error('no memory left,\nnone at all');
    });
    const { exit, stopped } = await overQueue(study, broker);
    expect(exit).toBe(3);
    const message = (stopped as { readonly error: Error }).error.message;
    expect(message).toMatch(
      /in 3 tries\. The last one said: no memory left, none at all\. It is on record in aggregated\/dead_letters\.csv/,
    );
    const found = await status(study.output, {}, HOST);
    const [letter] = found.queue!.dead_letters;
    expect(letter).toMatchObject({ count: 20, tries: 3, error: 'no memory left,\nnone at all' });
    expect(found.queue!.retries).toBeGreaterThanOrEqual(2);
    expect(statusText(found)).toMatch(
      /\n {2}dead letter {3}cell [0-9a-f]{16}, permutations \d+-\d+ \(seed \d+\), 3\n {16}tries: no memory left, none at all\n/,
    );
    const lines = readFileSync(join(study.output, 'aggregated/dead_letters.csv'), 'utf8').split('\n');
    expect(lines[0]).toBe('time,cell_id,perm_index,count,seed,tries,error');
    const { cell_id, perm_index, seed } = letter!;
    expect(lines.slice(1).map((line) => line.replace(/^[^,]*,/, ''))).toContain(
      `${cell_id},${perm_index},20,${seed},3,"no memory left,\\nnone at all"`,
    );
    // With what is on record one of them is computed alone.
    expect(String((await replay(study.output, cell_id, perm_index, {}, HOST)).seed)).toBe(seed);
  });
});

test('workers have a rate, and one that is gone is named for a while', () => {
  const list = new WorkerList();
  const note = (permutations: number, refused?: string): string =>
    workerNoteText({
      ...(refused !== undefined && { refused }),
      worker: 'w',
      host: 'lab2',
      pid: 7,
      threads: 3,
      engine: '1',
      node: 'v20.1.0',
      chunks: 1,
      permutations,
      spooled: 0,
      spooled_bytes: 0,
    });
  for (let s = 0; s <= 40; s += 2) list.see([{ note: note(s < 20 ? 0 : 100 * (s - 20)), ago_ms: 500 }], 1000 * s);
  list.see(
    [
      { note: 'garbage', ago_ms: 0 },
      { note: note(2000), ago_ms: 0 },
    ],
    40_000,
  );
  expect(list.threads).toBe(3);
  expect(list.report(41_000)).toMatchObject([{ host: 'lab2', permutations_per_second: 97.3, last_seen_seconds: 1 }]);
  list.see([], 100_000);
  expect(list.threads).toBe(0);
  expect(list.report(100_000)).toMatchObject([{ permutations_per_second: 0, last_seen_seconds: 60, alive: false }]);
  list.see([], 700_000);
  expect(list.report(700_000)).toEqual([]);

  // One that will not compute says why, which is told once; nobody counts on it.
  const refusing = [{ note: note(0, 'no program here'), ago_ms: 0 }];
  expect(list.see(refusing, 800_000)).toMatchObject([{ host: 'lab2', refused: 'no program here' }]);
  expect(list.see(refusing, 801_000)).toEqual([]);
  expect(list.threads).toBe(0);
});

test('what status says of a queue fits 80 columns, and of a run that ended only what is to be seen to', () => {
  const worker = {
    host: 'a-machine-with-a-long-name.of.some.lab.example.org',
    pid: 4_194_304,
    threads: 128,
    chunks: 10,
    permutations: 1000,
    permutations_per_second: 12_345.6,
    spooled: 3,
    last_seen_seconds: 2,
    alive: true,
  };
  const queue: QueueReport = {
    namespace: 'lab',
    reachable: false,
    chunks_waiting: 12,
    chunks_taken: 3,
    chunks_done: 10,
    chunks_done_here: 0,
    retries: 2,
    results_waiting: 1,
    audited: 0,
    workers: [{ ...worker, host: 'lab9', alive: false, spooled: 0 }, ...Array.from({ length: 29 }, () => worker)],
    put_out: [{ host: 'bad', pid: 3, why: 'permutation 7 of cell x came as 1,2, and is 1,3' }],
    dead_letters: [],
  };
  const lines = queueLines(queue, true).join('\n');
  expect(Math.max(...lines.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(lines).toMatch(/cannot be reached[^]*\(namespace\s+lab\)[^]*and 10 more/);
  expect(lines).toContain('  worker        lab9 (pid 4194304): gone, last seen 2.0 s ago\n');
  expect(queueLines(queue, false).join('\n')).toBe(
    '  retries       2\n  put out       bad (pid 3): permutation 7 of cell x came as 1,2, and is 1,3',
  );
});
