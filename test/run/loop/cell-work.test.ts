import { describe, expect, test } from 'vitest';

import type { ChunkResult } from '../../../src/execute/messages.ts';
import { CellWork, type Delivery, type WorkCell } from '../../../src/run/loop/cell-work.ts';

/** A file that takes down what reaches it. */
class Recorded implements WorkCell {
  readonly output = { live: true };
  next_check: number | undefined;
  left = 0;
  readonly done: string[] = [];
  /** The output fails at the append of this permutation. */
  readonly fails_at: number | undefined;

  constructor(fails_at?: number) {
    this.fails_at = fails_at;
  }
  missing() {
    return this.left === 0 ? [] : [{ from: 0, to: this.left }];
  }
  append({ first }: { readonly first: number }, source: string): void {
    if (first === this.fails_at) this.output.live = false;
    this.done.push(`${source} ${first}`);
  }
  record(failures: readonly { readonly perm_index: number }[]): void {
    this.done.push(`failed ${failures.map(({ perm_index }) => perm_index).join(' ')}`);
  }
  sync(): Promise<void> {
    this.done.push('sync');
    return Promise.resolve();
  }
  acknowledge(upTo: string): void {
    this.done.push(upTo);
  }
}

function chunk(first: number, failed: readonly number[] = []): ChunkResult {
  const failures = failed.map((perm_index) => ({ perm_index, seed: '1', error_class: 'Error', message: 'no' }));
  return { first, count: 10, rows: 10 - failed.length, bytes: new Uint8Array(0), failures, compute_ms: 1 };
}

function delivery(result: ChunkResult, output_cells: readonly WorkCell[], copied = false): Delivery {
  return { result, copied, parts: output_cells.map((output_cell) => ({ output_cell, chunk: result })) };
}

function begin(...output_cells: Recorded[]) {
  const released: number[] = [];
  const acknowledged: number[] = [];
  const work = new CellWork(output_cells, {
    release: ({ first }) => released.push(first),
    acknowledge: ({ first }) => acknowledged.push(first),
  });
  const deliver = (sequence: number, result: ChunkResult, copied = false): number =>
    work.deliver(sequence, delivery(result, output_cells, copied));
  return { work, released, acknowledged, deliver };
}

describe('the chunks of a cell', () => {
  test('come in any order and are appended in theirs, each as soon as all before it are there; then their memory is free', () => {
    const file = new Recorded();
    const { work, released, deliver } = begin(file);
    for (let k = 0; k < 5; k += 1) expect(work.dispatch()).toBe(k);
    deliver(2, chunk(20));
    deliver(1, chunk(10));
    expect(file.done).toEqual([]);
    deliver(0, chunk(0));
    expect(file.done).toEqual(['computed 0', 'computed 10', 'computed 20']);
    expect(released).toEqual([0, 10, 20]);
    deliver(4, chunk(40));
    deliver(3, chunk(30));
    expect(file.done.slice(3)).toEqual(['computed 30', 'computed 40']);
  });

  test('count as computed in the first file only; the others had them from it', () => {
    const [a, b] = [new Recorded(), new Recorded()];
    const { work, deliver } = begin(a, b);
    work.dispatch();
    deliver(0, chunk(0));
    expect([a.done, b.done]).toEqual([['computed 0'], ['copied 0']]);
  });

  test('that reach a file only to end its output count as computed in the next one, and an ended output gets nothing more', () => {
    const [a, b] = [new Recorded(10), new Recorded()];
    const { work, deliver } = begin(a, b);
    for (let k = 0; k < 3; k += 1) work.dispatch();
    for (let k = 0; k < 3; k += 1) deliver(k, chunk(10 * k));
    expect(a.done).toEqual(['computed 0', 'computed 10']);
    expect(b.done).toEqual(['copied 0', 'computed 10', 'computed 20']);
  });

  test("that were copied from another file count as such everywhere, and their memory is not the executor's", () => {
    const [a, b] = [new Recorded(), new Recorded()];
    const { work, released, deliver } = begin(a, b);
    work.dispatch();
    deliver(0, chunk(0), true);
    expect([a.done, b.done, released]).toEqual([['copied 0'], ['copied 0'], []]);
  });

  test('bring their failures along; how many is told when they are appended', () => {
    const file = new Recorded();
    const { work, deliver } = begin(file);
    work.dispatch();
    work.dispatch();
    expect(deliver(1, chunk(10, [11, 12]))).toBe(0);
    expect(deliver(0, chunk(0, [3]))).toBe(3);
    expect(file.done).toEqual(['computed 0', 'failed 3', 'computed 10', 'failed 11 12']);
  });

  test('are delivered once', () => {
    const { work, deliver } = begin(new Recorded());
    work.dispatch();
    work.dispatch();
    deliver(1, chunk(10));
    expect(() => deliver(1, chunk(10))).toThrow('a chunk is delivered once');
    deliver(0, chunk(0));
    expect(() => deliver(0, chunk(0))).toThrow('a chunk is delivered once');
  });

  test('that are lost leave a gap behind which nothing is appended; the cell is settled all the same', async () => {
    const file = new Recorded();
    const { work, deliver } = begin(file);
    for (let k = 0; k < 3; k += 1) work.dispatch();
    let settled = false;
    const end = work.settled().then(() => (settled = true));
    deliver(0, chunk(0));
    deliver(2, chunk(20));
    await Promise.resolve();
    expect(settled).toBe(false);
    work.lost();
    await end;
    expect(file.done).toEqual(['computed 0']);
    await work.settled();
  });
});

describe('stages', () => {
  test('end at the nearest check of any file whose output lives', () => {
    const files = [new Recorded(), new Recorded(), new Recorded()] as const;
    const { work } = begin(...files);
    expect(work.stage_end).toBe(Infinity);
    files[0].next_check = 2000;
    files[1].next_check = 1000;
    expect(work.stage_end).toBe(1000);
    files[1].output.live = false;
    expect(work.stage_end).toBe(2000);
  });

  test('follow as long as a file that lives misses something, and the cell has not failed', () => {
    const files = [new Recorded(), new Recorded()] as const;
    const { work } = begin(...files);
    expect(work.unfinished).toBe(false);
    files[0].left = 5;
    expect(work.unfinished).toBe(true);
    files[0].output.live = false;
    expect(work.unfinished).toBe(false);
    files[1].left = 5;
    work.abandon();
    expect([work.abandoned, work.unfinished]).toEqual([true, false]);
  });
});

test('a sync waits for the one under way, reaches all files, and counts what it covered', async () => {
  const [a, b] = [new Recorded(), new Recorded()];
  const { work } = begin(a, b);
  await Promise.all([work.sync(), work.sync()]);
  work.acknowledge();
  work.acknowledgeAppended();
  for (const file of [a, b]) expect(file.done).toEqual(['sync', 'sync', 'synced', 'appended']);
});

describe('whoever computed a chunk is told that its rows are durable', () => {
  test('after a sync that covered them, and once', async () => {
    const { work, acknowledged, deliver } = begin(new Recorded(), new Recorded());
    for (let k = 0; k < 4; k += 1) work.dispatch();
    deliver(0, chunk(0));
    deliver(2, chunk(20));
    const syncing = work.sync();
    await Promise.resolve();
    // Appended while that sync is under way: the next one covers it.
    deliver(1, chunk(10));
    await syncing;
    expect(acknowledged).toEqual([]);
    work.acknowledge();
    expect(acknowledged).toEqual([0]);
    await work.sync();
    work.acknowledge();
    work.acknowledge();
    expect(acknowledged).toEqual([0, 10, 20]);
  });

  test('never of a chunk that waits behind one that is lost', async () => {
    const { work, acknowledged, deliver } = begin(new Recorded());
    for (let k = 0; k < 3; k += 1) work.dispatch();
    deliver(0, chunk(0));
    work.lost();
    deliver(2, chunk(20));
    await work.sync();
    work.acknowledge();
    expect(acknowledged).toEqual([0]);
  });

  test('where one of its files has them, and not where all of them failed', async () => {
    const [a, b] = [new Recorded(10), new Recorded()];
    const { work, acknowledged, deliver } = begin(a, b);
    for (let k = 0; k < 3; k += 1) work.dispatch();
    deliver(0, chunk(0));
    deliver(1, chunk(10));
    await work.sync();
    work.acknowledge();
    expect(acknowledged).toEqual([0, 10]);
    deliver(2, chunk(20));
    b.output.live = false;
    await work.sync();
    work.acknowledge();
    expect(acknowledged).toEqual([0, 10]);
  });

  test('at once where nothing is ever synced, and never of one that was copied', () => {
    const { work, acknowledged, deliver } = begin(new Recorded());
    for (let k = 0; k < 2; k += 1) work.dispatch();
    deliver(0, chunk(0));
    deliver(1, chunk(10), true);
    work.acknowledgeUnsynced();
    expect(acknowledged).toEqual([0]);
  });
});

describe('the values of an experiment', () => {
  const keep = { memory: new SharedArrayBuffer(0), span: 30 };
  const columnsAfter = (chunks: readonly ChunkResult[]): number => {
    const work = new CellWork([new Recorded()], { release: () => undefined }, keep);
    for (const result of chunks) work.deliver(work.dispatch(), delivery(result, work.output_cells));
    let n = 0;
    while (work.columnsOf(n + 1) !== undefined) n += 1;
    return n;
  };
  const kept = (first: number): ChunkResult => ({ ...chunk(first), kept: true });

  test('are at hand as far as every chunk from the first on was kept', () => {
    expect(columnsAfter([kept(0), kept(10), kept(20)])).toBe(30);
    expect(columnsAfter([kept(0), chunk(10), kept(20)])).toBe(10);
    expect(columnsAfter([kept(10), kept(20)])).toBe(0);
  });

  test('are not where nobody has memory for them', () => {
    const work = new CellWork([new Recorded()], { release: () => undefined });
    work.deliver(work.dispatch(), delivery(kept(0), work.output_cells));
    expect(work.columnsOf(10)).toBeUndefined();
  });
});
