import { describe, expect, test } from 'vitest';

import { EngineError } from '../../../src/errors.ts';
import type { RunCell, RunCells } from '../../../src/plan/run-cell.ts';
import { Inline } from '../../../src/readers/inline.ts';
import type { Readers } from '../../../src/readers/readers.ts';
import type { ReusableRun } from '../../../src/run/loop/reuse.ts';
import { scannedExperiments, type CellSet, type ScannedExperiment } from '../../../src/run/loop/scan-cells.ts';
import { metricsPath } from '../../../src/store/formats/formats.ts';
import type { CellPlace } from '../../../src/store/scan/cell-file.ts';
import { SimulatedDisk } from '../../crash/simulated-disk.ts';
import { fill, finish, schemaOf } from '../../store/fixture.ts';
import { openCell } from '../../../src/store/open-cell.ts';
import { noFile } from '../../../src/store/scan-cell.ts';

/** A cell of an output: the letter is its experiment. */
function cellOf(output: string, id: string, experiment: string, format: 'csv' | 'arrow' = 'csv'): RunCell {
  const schema = { ...schemaOf(format), cell_id: id, experiment: experiment.repeat(64) };
  return {
    index: 0,
    cell_id: id,
    parameters: {},
    setup: { parameters: {}, source: { scheme: 'sha256-32', generator: 'alea', base_seed: 1 }, schema },
    place: { folder: `/${output}/${id}`, schema },
  };
}

function cellsOf(list: readonly RunCell[]): RunCells {
  return {
    length: list.length,
    places: () => list.values(),
    at: (index) => list[index]!,
    find: (id) => list.find(({ cell_id }) => cell_id === id),
    [Symbol.iterator]: () => list.values(),
  };
}

interface Output extends CellSet {
  readonly name: string;
}

function outputOf(name: string, cells: Readonly<Record<string, string>>, target = 24): Output {
  const list = Object.entries(cells).map(([id, experiment]) => cellOf(name, id, experiment));
  return { name, cells: cellsOf(list), target, stopping: undefined };
}

async function scanAll(
  disk: SimulatedDisk,
  outputs: readonly Output[],
  reuse: readonly ReusableRun[] = [],
  readers: Readers = new Inline(disk.port),
): Promise<ScannedExperiment<Output>[]> {
  const found: ScannedExperiment<Output>[] = [];
  for await (const one of scannedExperiments({ outputs, reuse, readers, port: disk.port })) found.push(one);
  return found;
}

/** Rows 0 .. n - 1 of a cell of 24. */
async function write(disk: SimulatedDisk, place: CellPlace, n: number): Promise<void> {
  if (n === 24) {
    await finish(disk.port, place, 24);
    return;
  }
  const file = await openCell(disk.port, place, noFile(n), () => undefined);
  await fill(file, place.schema);
  await file.sync();
  file.close();
}

const placesOf = ({ donors }: ScannedExperiment<Output>): string[] => donors.map(({ place }) => place.folder);

describe('distinct experiments', () => {
  test('come in the order of the first study that has them, each with all outputs that want it', async () => {
    const one = outputOf('one', { a: 'a', b: 'b' });
    const two = outputOf('two', { c: 'c', b: 'b', a: 'd' });
    const three = outputOf('three', { b: 'b', c: 'c' });
    const found = await scanAll(new SimulatedDisk(), [one, two, three]);
    expect(found.map(({ members }) => members.map(({ output, cell }) => `${output.name}/${cell.cell_id}`))).toEqual([
      ['one/a'],
      ['one/b', 'two/b', 'three/b'],
      ['two/c', 'three/c'],
      // The same cell under another experiment shares nothing.
      ['two/a'],
    ]);
  });

  test('without a folder are not read: a new run of 100,000 cells starts at once', async () => {
    let reads = 0;
    const readers: Readers = {
      parallel: 1,
      read: () => {
        reads += 1;
        return Promise.reject(new Error('read'));
      },
      close: () => Promise.resolve(),
    };
    const [found] = await scanAll(new SimulatedDisk(), [outputOf('one', { a: 'a' })], [], readers);
    expect(found!.members[0]!.scan).toMatchObject({ exists: false, present: [], target: 24 });
    expect(found!.donors).toEqual([]);
    expect(reads).toBe(0);
  });
});

describe('donors', () => {
  const shared = (disk: SimulatedDisk) => {
    const [one, two] = [outputOf('one', { a: 'a' }), outputOf('two', { a: 'a' })];
    const place = (output: Output): CellPlace => output.cells.find('a')!.place;
    return { disk, one, two, place };
  };

  test('are the files that hold good rows', async () => {
    const { disk, one, two, place } = shared(new SimulatedDisk());
    await write(disk, place(one), 24);
    const [found] = await scanAll(disk, [one, two]);
    expect(found!.members.map(({ scan }) => scan)).toMatchObject([
      { present: [{ from: 0, to: 24 }] },
      { exists: false },
    ]);
    expect(placesOf(found!)).toEqual(['/one/a']);
  });

  test('are files of other runs, too, but only where somebody misses something', async () => {
    const { disk, one, place } = shared(new SimulatedDisk());
    const other = cellOf('other', 'a', 'a').place;
    await write(disk, other, 24);
    let asked = 0;
    const reuse: ReusableRun = {
      origins: undefined,
      output: '/other',
      target: 24,
      placeOf: () => {
        asked += 1;
        return other;
      },
    };
    await write(disk, place(one), 8);
    expect(placesOf((await scanAll(disk, [one], [reuse]))[0]!)).toEqual(['/one/a', '/other/a']);
    disk.remove(metricsPath(place(one).folder, 'csv'));
    await write(disk, place(one), 24);
    asked = 0;
    expect(placesOf((await scanAll(disk, [one], [reuse]))[0]!)).toEqual(['/one/a']);
    expect(asked).toBe(0);
  });

  test('are not files that another program saved', async () => {
    const { disk, one, two, place } = shared(new SimulatedDisk());
    await write(disk, place(one), 24);
    const path = metricsPath(place(one).folder, 'csv');
    disk.put(path, Buffer.from(disk.read(path)!.toString('latin1').replaceAll('\n', '\r\n')));
    const [found] = await scanAll(disk, [one, two]);
    expect(found!.members[0]!.scan).toMatchObject({ canonical: false });
    expect(found!.donors).toEqual([]);
  });
});

describe('a file that cannot be read', () => {
  test('is an error of its output, known by its code, and the others come', async () => {
    const disk = new SimulatedDisk();
    const one = outputOf('one', { a: 'a', b: 'b' });
    disk.port.mkdir('/one');
    disk.put('/one/a', Buffer.from('a file stands where the cell belongs'));
    await write(disk, one.cells.find('b')!.place, 24);
    const [a, b] = await scanAll(disk, [one]);
    const { scan } = a!.members[0]!;
    expect(scan).toBeInstanceOf(EngineError);
    expect(scan).toMatchObject({ code: 'DISK' });
    expect(b!.members[0]!.scan).toMatchObject({ present: [{ from: 0, to: 24 }] });
  });

  test('of another experiment is refused as such', async () => {
    const disk = new SimulatedDisk();
    const cell = cellOf('one', 'a', 'a', 'arrow');
    const { place } = cell;
    await write(disk, { ...place, schema: { ...place.schema, experiment: 'f'.repeat(64) } }, 24);
    const one = { ...outputOf('one', {}), cells: cellsOf([cell]) };
    const [found] = await scanAll(disk, [one]);
    expect(found!.members[0]!.scan).toMatchObject({ code: 'IDENTITY' });
    expect(found!.donors).toEqual([]);
  });
});
