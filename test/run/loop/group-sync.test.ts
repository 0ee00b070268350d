import { describe, expect, test } from 'vitest';

import { GroupSync, type Syncable } from '../../../src/run/loop/group-sync.ts';
import type { Durability } from '../../../src/run/run-options.ts';
import { ManualClock } from '../../ports/manual-clock.ts';

/** A file that takes down what is done to it; `sync` rejects where it is told to. */
class Recorded implements Syncable {
  readonly done: string[] = [];
  refuses = false;

  sync(): Promise<void> {
    this.done.push('sync');
    return this.refuses ? Promise.reject(new Error('EIO')) : Promise.resolve();
  }
  acknowledge(): void {
    this.done.push('counts');
  }
  acknowledgeAppended(): void {
    this.done.push('counts unsynced');
  }
  acknowledgeUnsynced(): void {
    this.done.push('for good');
  }
}

function begin(durability: Durability) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const sync = new GroupSync(durability, clock, (error) => errors.push(error));
  return { clock, errors, sync, cell: new Recorded(), other: new Recorded() };
}

describe('chunk: rows count after a sync', () => {
  test('one sync for everything that was appended within 150 ms, to each file', async () => {
    const { clock, sync, cell, other } = begin('chunk');
    sync.appended(cell);
    sync.appended(cell);
    sync.appended(other);
    await clock.pass(149);
    expect([cell.done, other.done]).toEqual([[], []]);
    await clock.pass(1);
    expect([cell.done, other.done]).toEqual([
      ['sync', 'counts'],
      ['sync', 'counts'],
    ]);
    // What comes later is synced later, and the other file is left alone.
    await clock.pass(1000);
    sync.appended(cell);
    await clock.pass(150);
    expect([cell.done.length, other.done.length]).toEqual([4, 2]);
  });

  test('a sync that fails is told, counts nothing, and keeps no other file from being synced', async () => {
    const { clock, errors, sync, cell, other } = begin('chunk');
    cell.refuses = true;
    sync.appended(cell);
    sync.appended(other);
    await clock.pass(150);
    expect(errors).toEqual([new Error('EIO')]);
    expect([cell.done, other.done]).toEqual([['sync'], ['sync', 'counts']]);
  });

  test('the end of a cell does not wait, and is not synced twice', async () => {
    const { clock, sync, cell } = begin('chunk');
    sync.appended(cell);
    await sync.now(cell);
    expect(cell.done).toEqual(['sync', 'counts']);
    await clock.pass(150);
    expect(cell.done).toHaveLength(2);
  });

  test('the end of the run syncs what is left at once', async () => {
    const { sync, cell } = begin('chunk');
    sync.appended(cell);
    await sync.end();
    expect(cell.done).toEqual(['sync', 'counts']);
  });
});

test('interval: rows count when they are written, and are synced every second', async () => {
  const { clock, sync, cell } = begin('interval');
  sync.appended(cell);
  expect(cell.done).toEqual(['counts unsynced']);
  await clock.pass(999);
  expect(cell.done).toHaveLength(1);
  await clock.pass(1);
  expect(cell.done).toEqual(['counts unsynced', 'sync', 'counts']);
});

test('none: rows count when they are written, and nothing is ever synced', async () => {
  const { clock, sync, cell } = begin('none');
  sync.appended(cell);
  await clock.pass(10_000);
  await sync.now(cell);
  await sync.end();
  expect(cell.done).toEqual(['counts unsynced', 'for good']);
});
