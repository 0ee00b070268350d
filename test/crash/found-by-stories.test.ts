import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { STORIES } from './stories/all-stories.ts';
import { useModels } from './stories/models.ts';
import { Telling } from './stories/telling.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

/** What whole studies found first, each in the smallest form that shows it. */
let folder: string;
let forget: () => void;
beforeAll(() => {
  folder = newFolder();
  forget = useModels();
});
afterAll(() => {
  forget();
  removeFolder(folder);
});

function told(name: string): Promise<Telling> {
  return Telling.of(
    STORIES.find((story) => story.name === name)!,
    join(folder, name),
  );
}

/** The operations of a command that `isIt` picks. */
function operationsOf(telling: Telling, command: number, isIt: (operation: string) => boolean): number[] {
  return telling.scenes[command]!.log.flatMap((operation, at) => (isIt(operation) ? [at] : []));
}

test('a summary that the disk refuses to be read does not decide a step from what is left', async () => {
  const telling = await told('steps, one of them decided by another');
  const reads = operationsOf(
    telling,
    1,
    (operation) => operation.startsWith('open ') && operation.endsWith('/summary.json'),
  );
  expect(reads.length).toBeGreaterThan(3);
  for (const at of reads) {
    const disturbance = { kind: 'fault', code: 'EMFILE', for_good: false, further: Infinity, policy: 'kill' } as const;
    expect(await telling.disturbed(1, at, disturbance, 0, [])).toBeUndefined();
  }
});

test('rows that a killed process left in memory count when they are durable, not before', async () => {
  const telling = await told('CSV');
  // Killed when rows of the second cell are written and not synced yet; the next process is killed at any operation, and then the power fails.
  const writes = operationsOf(telling, 0, (operation) => /^pwrite .* @324 /.test(operation));
  const at = writes.at(-1)! + 1;
  for (let second = 40; second < telling.scenes[0]!.operations; second += 1)
    expect(
      await telling.disturbed(0, at, { kind: 'kill', policy: 'kill' }, 0, [{ at: second, policy: 'nothing' }]),
      `killed again at ${second}`,
    ).toBeUndefined();
});

test('a process that dies between a summary and its progress.json leaves neither unsaid, nor undurable', async () => {
  for (const name of ['CSV', 'Arrow, extended: the last batch was short', 'a precision that lets cells stop earlier']) {
    const telling = await told(name);
    const command = telling.scenes.length - 1;
    const renamed = operationsOf(telling, command, (operation) => /^rename .*\/summary\.json$/.test(operation));
    for (const at of renamed.flatMap((rename) => [1, 2, 3, 4, 5, 6, 7, 8].map((later) => rename + later)))
      for (const policy of ['kill', 'names', 'data'] as const)
        expect(
          await telling.disturbed(command, at, { kind: 'kill', policy }, 0, []),
          `${name}, operation ${at}`,
        ).toBeUndefined();
  }
});

test('failures that an fsync refused to write are durable once the same command has gone by them', async () => {
  for (const name of ['permutations that fail, and are tried again', 'shards with permutations that fail, merged']) {
    const telling = await told(name);
    for (const command of telling.scenes.keys()) {
      const syncs = operationsOf(telling, command, (operation) => /^fsync \d/.test(operation));
      expect(syncs.length).toBeGreaterThan(3);
      for (const at of syncs)
        for (const further of [3, Infinity]) {
          const disturbance = { kind: 'fault', code: 'EIO', for_good: false, further, policy: 'kill' } as const;
          expect(await telling.disturbed(command, at, disturbance, 0, []), `${name}, operation ${at}`).toBeUndefined();
        }
    }
  }
});

test('a folder of runs to reuse that the disk refuses to be looked at is said in one line', async () => {
  const telling = await told('rows taken from another run, after a crash there');
  const looks = operationsOf(telling, 1, (operation) =>
    /^(stat|readdir) \/runs(\/\w+)?(\/run_manifest\.json)?$/.test(operation),
  );
  expect(looks.length).toBeGreaterThan(5);
  for (const at of looks) {
    const disturbance = { kind: 'fault', code: 'EIO', for_good: false, further: Infinity, policy: 'kill' } as const;
    expect(await telling.disturbed(1, at, disturbance, 0, []), `operation ${at}`).toBeUndefined();
  }
});

test('a merge that is killed at any operation is durable when it has been given again, whatever the first one left unsynced', async () => {
  for (const name of [
    'shards, merged',
    'shards with permutations that fail, merged',
    'Arrow shards, merged into a run in CSV that has some rows',
  ]) {
    const telling = await told(name);
    const command = telling.scenes.length - 1;
    const kill = { kind: 'kill', policy: 'kill' } as const;
    for (let at = 0; at < telling.scenes[command]!.operations; at += 1)
      expect(await telling.disturbed(command, at, kill, 1, []), `${name}, operation ${at}`).toBeUndefined();
  }
});

test('a torn tail that was cut by a repair whose sync failed does not come back after the next one', async () => {
  const telling = await told('damaged, and repaired');
  const syncs = operationsOf(telling, 1, (operation) => /^fsync \d/.test(operation));
  expect(syncs.length).toBeGreaterThan(3);
  for (const at of syncs)
    for (const further of [23, Infinity]) {
      const disturbance = { kind: 'fault', code: 'EIO', for_good: false, further, policy: 'kill' } as const;
      expect(await telling.disturbed(1, at, disturbance, 0, []), `operation ${at}`).toBeUndefined();
    }
});

test('what the disk refuses to be looked at or removed is said in one line by whoever wants it', async () => {
  for (const name of ['summarized, reported and exported', 'shards, merged']) {
    const telling = await told(name);
    for (const command of telling.scenes.keys()) {
      const looks = operationsOf(telling, command, (operation) => /^(stat|readdir|unlink) /.test(operation));
      expect(looks.length).toBeGreaterThan(5);
      const disturbance = { kind: 'fault', code: 'EIO', for_good: false, further: Infinity, policy: 'kill' } as const;
      for (const at of looks)
        expect(
          await telling.disturbed(command, at, disturbance, 0, []),
          `${telling.scenes[command]!.command.name}, ${telling.operation(command, at)}`,
        ).toBeUndefined();
    }
  }
});

test('a folder of results that a killed process made is there for good when the same command has written into it', async () => {
  const telling = await told('summarized, reported and exported');
  const kill = { kind: 'kill', policy: 'kill' } as const;
  for (const command of telling.scenes.keys()) {
    const made = operationsOf(telling, command, (operation) => operation.startsWith('mkdir '));
    for (const at of made)
      expect(await telling.disturbed(command, at + 1, kill, 1, []), `operation ${at}`).toBeUndefined();
  }
});

test('failures of which a power cut kept the size and not the bytes are told again, and hide none of the others', async () => {
  for (const name of ['permutations that fail, and are tried again', 'shards with permutations that fail, merged']) {
    const telling = await told(name);
    for (const [command, { log }] of telling.scenes.entries()) {
      const opened = log.findIndex((operation) => /^open .*\/failures\.csv$/.test(operation));
      const at = log.findIndex((operation, i) => i > opened && /^fsync \d/.test(operation));
      expect(opened, name).toBeGreaterThan(0);
      for (let seed = 0; seed < 24; seed += 1) {
        const kill = { kind: 'kill', policy: 'random' } as const;
        expect(await telling.disturbed(command, at, kill, seed, []), `${name}, operation ${at}`).toBeUndefined();
      }
    }
  }
});
