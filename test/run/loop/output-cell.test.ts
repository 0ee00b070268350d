import { describe, expect, test } from 'vitest';

import { stoppingOf } from '../../../src/precision/checks.ts';
import type { RunCell } from '../../../src/plan/run-cell.ts';
import { Inline } from '../../../src/readers/inline.ts';
import { OutputCell, type CellOutput } from '../../../src/run/loop/output-cell.ts';
import { appendFailures, readFailures, type Failure } from '../../../src/store/failures.ts';
import { HeldFile } from '../../../src/files/held.ts';
import { scanCell } from '../../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../../crash/simulated-disk.ts';
import { chunkOf, schemaOf } from '../../store/fixture.ts';

const TARGET = 32;
const SCHEMA = schemaOf('csv');
const CELL: RunCell = {
  index: 0,
  cell_id: 'c1',
  parameters: {},
  setup: { parameters: {}, source: { scheme: 'sha256-32', generator: 'alea', base_seed: 1 }, schema: SCHEMA },
  place: { folder: '/out/per_cell/cell_c1', schema: SCHEMA },
};

/** An output that takes down what it is told. */
class Recorded implements CellOutput {
  stopping: CellOutput['stopping'];
  share: CellOutput['share'];
  readonly told: unknown[] = [];
  error: unknown;
  there = true;
  retry_failed = false;
  readonly outdated = new Set<string>();
  readonly summaries = {
    withdraw: () => (this.held === undefined ? Promise.resolve() : Promise.reject(this.held)),
  };
  /** Another program has a file open. */
  held: HeldFile | undefined;
  readonly forecast = { observe: () => undefined };
  readonly books: CellOutput['books'] = {
    log: () => undefined,
    left: (_, why) => this.told.push(['left', why]),
    failed: (_, failures) => this.told.push(['failed', ...failures.map(({ perm_index }) => perm_index)]),
    cannotPrepare: (_, failure) => this.told.push(['cannot prepare', failure.perm_index, failure.message]),
    failuresOf: () => this.told.length,
    decided: (_, { n }) => this.told.push(['decided', n]),
    acknowledged: (_, computed, copied) => this.told.push(['counts', computed, copied]),
  };
  get live(): boolean {
    return this.error === undefined;
  }
  assertThere(): void {
    if (!this.there) throw new Error('vanished');
  }
  gaveUp(error: HeldFile): void {
    this.told.push(['gave up', error.path]);
  }
  fail(error: unknown): void {
    this.error ??= error;
  }
}

async function open(disk: SimulatedDisk, output = new Recorded()) {
  const scan = scanCell(disk.port, CELL.place, output.stopping?.checkpoints.at(-1) ?? TARGET);
  const target = await OutputCell.open(disk.port, { output, cell: CELL, check: undefined }, scan);
  return { output, target: target! };
}

function failure(perm_index: number, message = 'no'): Failure {
  return { perm_index, seed: '1', error_class: 'RangeError', message };
}

const onRecord = (disk: SimulatedDisk): [number, string][] =>
  readFailures(disk.port, CELL.place.folder).map(({ perm_index, message }) => [perm_index, message]);

describe('rows', () => {
  test('count once they are synced, by where they came from', async () => {
    const { output, target } = await open(new SimulatedDisk());
    target.append(chunkOf(SCHEMA, 0, 8), 'computed');
    target.append(chunkOf(SCHEMA, 8, 16), 'copied');
    target.acknowledge('synced');
    expect(output.told).toEqual([]);
    await target.sync();
    target.append(chunkOf(SCHEMA, 16, 24), 'computed');
    target.acknowledge('synced');
    target.acknowledge('synced');
    expect(output.told).toEqual([['counts', 8, 8]]);
    target.acknowledge('appended');
    expect(output.told[1]).toEqual(['counts', 8, 0]);
    expect(target.missing()).toEqual([{ from: 24, to: 32 }]);
  });

  test('of an output that is gone are not written anew: it fails, and nothing more reaches it', async () => {
    const disk = new SimulatedDisk();
    const { output, target } = await open(disk);
    output.there = false;
    target.append(chunkOf(SCHEMA, 0, 8), 'computed');
    expect(output.error).toEqual(new Error('vanished'));
    target.append(chunkOf(SCHEMA, 8, 16), 'computed');
    await target.sync();
    target.acknowledge('synced');
    expect(output.told).toEqual([]);
    expect(scanCell(disk.port, CELL.place, TARGET).exists).toBe(false);
  });

  test('that the disk does not take end the output, not the run', async () => {
    const disk = new SimulatedDisk();
    const { output, target } = await open(disk);
    target.append(chunkOf(SCHEMA, 0, 8), 'computed');
    disk.fault = { at: disk.operations, code: 'ENOSPC', forGood: true };
    await target.sync();
    expect(output.error).toMatchObject({ code: 'DISK_FULL' });
  });

  test('wait for the next run where another program has their summary open', async () => {
    const output = new Recorded();
    output.held = new HeldFile('remove', '/out/summary.json', 'EBUSY');
    const disk = new SimulatedDisk();
    disk.port.mkdir(CELL.place.folder);
    const { target } = await open(disk, output);
    expect(target.missing()).toEqual([{ from: 0, to: TARGET }]);
    expect([...output.outdated]).toEqual(['c1']);
  });

  test('of another share are not missing here', async () => {
    const output = new Recorded();
    output.share = () => [{ from: 8, to: 16 }];
    const { target } = await open(new SimulatedDisk(), output);
    expect(target.missing()).toEqual([{ from: 8, to: 16 }]);
    expect(target.n_not_mine).toBe(24);
  });
});

describe('permutations that failed', () => {
  test('are on record and not asked for again, but where that is asked', async () => {
    const disk = new SimulatedDisk();
    const { output, target } = await open(disk);
    target.append(chunkOf(SCHEMA, 0, 8, [3]), 'computed');
    target.record([failure(3)], undefined);
    await target.sync();
    expect(output.told).toEqual([['failed', 3]]);
    expect(onRecord(disk)).toEqual([[3, 'no']]);
    target.file.close();

    const again = (await open(disk)).target;
    expect(again.missing()).toEqual([{ from: 8, to: 32 }]);
    expect(again.n_failed_before).toBe(1);
    again.file.close();
    const retry = new Recorded();
    retry.retry_failed = true;
    const retried = (await open(disk, retry)).target;
    expect(retried.missing()).toEqual([
      { from: 3, to: 4 },
      { from: 8, to: 32 },
    ]);
    expect(onRecord(disk)).toEqual([]);
  });
});

describe('a cell that cannot be prepared', () => {
  const error = { name: 'RangeError', message: 'no data' };

  test('is one failure, at the first permutation that is missing', async () => {
    const disk = new SimulatedDisk();
    const { output, target } = await open(disk);
    target.append(chunkOf(SCHEMA, 0, 8), 'computed');
    target.cannotPrepare(error);
    await target.sync();
    expect(output.told).toEqual([['cannot prepare', 8, 'prepare(): no data']]);
    expect(readFailures(disk.port, CELL.place.folder)).toEqual([
      {
        perm_index: 8,
        seed: expect.stringMatching(/^\d+$/) as string,
        error_class: 'RangeError',
        message: 'prepare(): no data',
      },
    ]);
  });

  test('is tried again by the next run: all is missing, and the record begins anew, but for permutations that failed', async () => {
    const disk = new SimulatedDisk();
    await appendFailures(disk.port, CELL.place.folder, [failure(5), failure(0, 'prepare(): no data')]);
    const { target } = await open(disk);
    expect(target.missing()).toEqual([
      { from: 0, to: 5 },
      { from: 6, to: 32 },
    ]);
    expect(target.n_failed_before).toBe(1);
    expect(onRecord(disk)).toEqual([[5, 'no']]);
    target.cannotPrepare(error);
    await target.sync();
    expect(onRecord(disk)).toEqual([
      [0, 'prepare(): no data'],
      [5, 'no'],
    ]);
  });

  test('stays on record where nothing is computed', async () => {
    const disk = new SimulatedDisk();
    await appendFailures(disk.port, CELL.place.folder, [failure(0, 'prepare(): no data')]);
    const output = new Recorded();
    output.share = () => [];
    const { target } = await open(disk, output);
    expect(target.missing()).toEqual([]);
    target.cannotPrepare(error);
    expect(onRecord(disk)).toEqual([[0, 'prepare(): no data']]);
    expect(output.told).toEqual([]);
  });
});

describe('checks of the precision rules', () => {
  /** So wide that it is content at the first check. */
  const rule = { metric: 'heads', quantile: 0.5, half_width: 1000, relative: false, min: 64 };
  const content = stoppingOf([rule], 128)!;

  test('bound what is missing until they have decided, and lower the target where the rules are content', async () => {
    const disk = new SimulatedDisk();
    const output = new Recorded();
    output.stopping = content;
    const { target } = await open(disk, output);
    const first = target.next_check!;
    expect(first).toBe(64);
    expect(target.missing()).toEqual([{ from: 0, to: first }]);
    const readers = new Inline(disk.port);
    // Not due before its rows are there.
    await target.takeChecks(readers);
    expect(target.check).toBeUndefined();
    for (let at = 0; at < first; at += 8) target.append(chunkOf(SCHEMA, at, Math.min(first, at + 8)), 'computed');
    await target.sync();
    await target.takeChecks(readers);
    expect(target.check).toMatchObject({ n: first, stop: true });
    expect(target.missing()).toEqual([]);
    expect(output.told).toEqual([['decided', first]]);
  });

  test('are not waited for where only a share is computed', async () => {
    const output = new Recorded();
    output.stopping = content;
    output.share = () => [{ from: 0, to: 128 }];
    const { target } = await open(new SimulatedDisk(), output);
    expect(target.next_check).toBeUndefined();
    expect(target.missing()).toEqual([{ from: 0, to: 128 }]);
  });

  test('that cannot be read end the output', async () => {
    const disk = new SimulatedDisk();
    const output = new Recorded();
    output.stopping = content;
    const { target } = await open(disk, output);
    const first = target.next_check!;
    for (let at = 0; at < first; at += 8) target.append(chunkOf(SCHEMA, at, Math.min(first, at + 8)), 'computed');
    await target.sync();
    disk.fault = { at: disk.operations, code: 'EIO', forGood: true };
    await target.takeChecks(new Inline(disk.port));
    expect(output.error).toMatchObject({ code: 'DISK' });
  });
});
