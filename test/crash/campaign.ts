import type { Format } from '../../src/encoding/metrics-schema.ts';
import { EngineError } from '../../src/errors.ts';
import type { CellFile, CellPlace } from '../../src/store/scan/cell-file.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { openCell } from '../../src/store/open-cell.ts';
import type { FilePort } from '../../src/files/port.ts';
import { quarantineRecords } from '../../src/store/quarantine.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { missingFrom } from '../../src/store/scan/ranges.ts';
import { chunkOf, finish, fill, range, schemaOf, valueOf } from '../store/fixture.ts';
import { Cut, POLICIES, SimulatedDisk, seededRandom } from './simulated-disk.ts';
import type { CutPolicy } from './simulated-disk.ts';

/** One short life of a cell: what stands before, and what the run wants. */
export interface Scenario {
  readonly name: string;
  readonly place: CellPlace;
  readonly target: number;
  /** The disk before the run, all durable. */
  before(): Promise<SimulatedDisk>;
}

const FOLDER = '/run/per_cell/cell_c1';

function placeOf(format: Format): CellPlace {
  return { folder: FOLDER, schema: schemaOf(format) };
}

async function emptyRun(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  disk.settle();
  return Promise.resolve(disk);
}

async function completed(place: CellPlace, target: number): Promise<SimulatedDisk> {
  const disk = await emptyRun();
  await finish(disk.port, place, target);
  disk.put(`${FOLDER}/summary.json`, Buffer.from('{}'));
  disk.settle();
  return disk;
}

/** A file with rows 0..9, 14..24 of 30, in the file's own bytes. */
async function withGap(place: CellPlace): Promise<SimulatedDisk> {
  const disk = await emptyRun();
  const file = await openCell(disk.port, place, scanCell(disk.port, place, 30), () => undefined);
  const holes = [10, 11, 12, 13];
  for (const from of [0, 8, 16]) {
    const chunk = chunkOf(place.schema, from, from + 8, holes);
    file.append(chunk);
  }
  await file.sync();
  file.close();
  disk.settle();
  return disk;
}

/** A completed file with a middle piece destroyed and its first rows doubled at the end. */
async function damaged(place: CellPlace): Promise<SimulatedDisk> {
  const disk = await completed(place, 30);
  const path = metricsPath(FOLDER, place.schema.format);
  const bytes = disk.read(path)!;
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0x21, middle, middle + 5);
  disk.put(path, Buffer.concat([bytes, chunkOf(place.schema, 0, 8).bytes]));
  return disk;
}

/** The same file as another program saves it. */
async function savedElsewhere(place: CellPlace): Promise<SimulatedDisk> {
  const disk = await completed(place, 30);
  const path = metricsPath(FOLDER, place.schema.format);
  disk.put(path, Buffer.from(disk.read(path)!.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'));
  return disk;
}

export function scenarios(format: Format): Scenario[] {
  const place = placeOf(format);
  return [
    { name: 'fresh', place, target: 30, before: emptyRun },
    { name: 'gap', place, target: 30, before: () => withGap(place) },
    { name: 'extension', place, target: 45, before: () => completed(place, 28) },
    { name: 'repair', place, target: 30, before: () => damaged(place) },
    { name: 'truncation', place, target: 20, before: () => completed(place, 28) },
    ...(format === 'csv' ? [{ name: 'foreign', place, target: 30, before: () => savedElsewhere(place) }] : []),
  ];
}

/** Changes between the store and the disk: mutants, which a campaign must catch. */
export interface Mutant {
  readonly name: string;
  readonly port: (disk: SimulatedDisk) => FilePort;
  readonly acknowledgeEarly?: boolean;
  /** Names are not made durable: a power cut may take the newest, so only kills are tried. */
  readonly foldersUnsynced?: boolean;
}

export const FAITHFUL: Mutant = { name: 'none', port: (disk) => disk.port };

/** Runs the cell to its end as the engine does; `acked` gets every perm_index that was said to be durable. */
async function live(scenario: Scenario, disk: SimulatedDisk, mutant: Mutant, acked: Set<number>): Promise<void> {
  const port = mutant.port(disk);
  const { place, target } = scenario;
  const scan = scanCell(port, place, target);
  const file = await openCell(port, place, scan, () => undefined);
  const acknowledge = () => {
    for (const { from, to } of missingFrom(file.missing, target)) for (const index of range(from, to)) acked.add(index);
  };
  acknowledge();
  const seen: CellFile = mutant.acknowledgeEarly === true ? early(file, acknowledge) : file;
  await fill(seen, place.schema, 8, 2, acknowledge);
  await file.complete();
  acknowledge();
  file.close();
}

function early(file: CellFile, acknowledge: () => void): CellFile {
  return new Proxy(file, {
    get(target, name) {
      if (name === 'append') {
        return (chunk: Parameters<CellFile['append']>[0]) => {
          target.append(chunk);
          acknowledge();
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Rows that are good before the run begins: acknowledged by an earlier one. */
function rowsIn(scenario: Scenario, disk: SimulatedDisk): Set<number> {
  const blocks = [...readRows(disk.port, scenario.place, scenario.target)];
  return new Set(blocks.flatMap(({ perm_index }) => [...perm_index]));
}

/** What went wrong in a case, or undefined. */
export type Verdict = string | undefined;

/** Every row there is right, every acknowledged one is there. */
function judgeRows(scenario: Scenario, disk: SimulatedDisk, mutant: Mutant, acked: ReadonlySet<number>): Verdict {
  const { place, target } = scenario;
  const seen = new Set<number>();
  for (const block of readRows(mutant.port(disk), place, target)) {
    for (let i = 0; i < block.perm_index.length; i++) {
      const index = block.perm_index[i]!;
      if (seen.has(index)) return `row ${index} twice`;
      seen.add(index);
      for (let m = 0; m < 3; m++) {
        if (!Object.is(block.columns[m]![i], valueOf(index, m))) return `row ${index} has a wrong value`;
      }
    }
  }
  for (const index of acked) if (!seen.has(index)) return `row ${index} was acknowledged and is lost`;
  return undefined;
}

export async function undisturbed(scenario: Scenario): Promise<string> {
  const disk = await emptyRun();
  await finish(disk.port, scenario.place, scenario.target);
  return digest(scenario, disk);
}

function digest(scenario: Scenario, disk: SimulatedDisk): string {
  const { format } = scenario.place.schema;
  const metrics = disk.read(metricsPath(FOLDER, format))?.toString('latin1') ?? '(none)';
  return `${metrics}\n----\n${format === 'csv' ? (disk.read(sumsPath(FOLDER))?.toString('latin1') ?? '(none)') : ''}`;
}

async function ended(work: Promise<void>): Promise<'done' | 'cut' | EngineError> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof Cut) return 'cut';
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** Recovers with up to `deaths` further crashes, then to the end; the finished file must be the undisturbed one. */
async function recover(
  scenario: Scenario,
  start: SimulatedDisk,
  mutant: Mutant,
  acked: Set<number>,
  deaths: number,
  random: () => number,
  expected: string,
): Promise<Verdict> {
  let disk = start;
  for (let death = 0; death < deaths; death++) {
    disk.cutAt = Math.floor(random() * 40);
    const how = await ended(live(scenario, disk, mutant, acked));
    if (how === 'done') break;
    if (how !== 'cut') return `recovery failed: ${how.message}`;
    const policy = POLICIES[Math.floor(random() * POLICIES.length)]!;
    disk = disk.afterCut(mutant.foldersUnsynced === true ? 'kill' : policy, random);
    const wrong = judgeRows(scenario, disk, mutant, acked);
    if (wrong !== undefined) return `after crash ${death + 2}: ${wrong}`;
  }
  disk.operations = 0;
  disk.cutAt = Infinity;
  const last = await ended(live(scenario, disk, mutant, acked));
  if (last !== 'done') return `the last run failed: ${last === 'cut' ? 'cut' : last.message}`;
  const wrong = judgeRows(scenario, disk, mutant, acked);
  if (wrong !== undefined) return wrong;
  if (quarantineRecords(disk.port, FOLDER).some(({ kind }) => kind === 'conflict')) return 'a conflict on record';
  const powerOff = disk.afterCut(mutant.foldersUnsynced === true ? 'kill' : 'nothing', random);
  if (digest(scenario, powerOff) !== expected) return 'the finished file differs from that of an undisturbed run';
  return undefined;
}

/** A case crash: the process dies before operation `at`, the disk keeps what `policy` says. */
export async function crashCase(
  scenario: Scenario,
  at: number,
  policy: CutPolicy,
  seed: number,
  deaths: number,
  mutant: Mutant,
  expected: string,
): Promise<Verdict> {
  const random = seededRandom(seed);
  const disk = await scenario.before();
  const acked = rowsIn(scenario, disk);
  disk.operations = 0;
  disk.cutAt = at;
  const how = await ended(live(scenario, disk, mutant, acked));
  if (how !== 'cut' && how !== 'done') return `failed without a fault: ${how.message}`;
  const after = disk.afterCut(policy, random);
  const wrong = judgeRows(scenario, after, mutant, acked);
  if (wrong !== undefined) return wrong;
  return recover(scenario, after, mutant, acked, deaths, random, expected);
}

export const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'EDQUOT'] as const;

/** Operation `at` fails; the process stops or goes on, at most `further` operations; then the power fails; then everything is finished. */
export async function faultCase(
  scenario: Scenario,
  at: number,
  code: string,
  forGood: boolean,
  further: number,
  policy: CutPolicy,
  seed: number,
  mutant: Mutant,
  expected: string,
): Promise<Verdict> {
  const random = seededRandom(seed);
  const disk = await scenario.before();
  const acked = rowsIn(scenario, disk);
  disk.operations = 0;
  disk.cutAt = at + further;
  disk.fault = { at, code, forGood };
  const how = await ended(live(scenario, disk, mutant, acked));
  if (how instanceof EngineError && how.code !== 'DISK' && how.code !== 'DISK_FULL')
    return `wrong error: ${how.message}`;
  if (how instanceof EngineError && how.message.includes('\n')) return 'an error of more than one line';
  disk.fault = undefined;
  const after = disk.afterCut(policy, random);
  const wrong = judgeRows(scenario, after, mutant, acked);
  if (wrong !== undefined) return wrong;
  return recover(scenario, after, mutant, acked, seed % 3, random, expected);
}

export async function operationsOf(scenario: Scenario, platform: Mutant = FAITHFUL): Promise<number> {
  const disk = await scenario.before();
  disk.operations = 0;
  await live(scenario, disk, platform, new Set());
  return disk.operations;
}

/** Leaves out writes that change no byte. */
function notAnew(disk: SimulatedDisk): FilePort {
  return {
    ...disk.port,
    pwrite: (fd, bytes, at) =>
      disk
        .bytesOf(fd)
        .subarray(at, at + bytes.length)
        .equals(bytes)
        ? bytes.length
        : disk.port.pwrite(fd, bytes, at),
  };
}

/** The mutants of the specification that a port can play; those of the checksums are in checksums.test.ts. */
export const MUTANTS: readonly (Mutant & { readonly shortWrites?: number; readonly faults?: boolean })[] = [
  { name: 'acknowledge before fsync', port: (disk) => disk.port, acknowledgeEarly: true },
  {
    name: 'no fsync',
    port: (disk) => ({ ...disk.port, fsync: () => Promise.resolve(), fdatasync: () => Promise.resolve() }),
  },
  { name: 'no fsync on recovery', port: (disk) => ({ ...disk.port, fsync: () => Promise.resolve() }) },
  { name: 'no folder fsync', port: (disk) => ({ ...disk.port, syncFolder: () => Promise.resolve() }) },
  {
    name: 'no tail cut',
    port: (disk) => ({
      ...disk.port,
      ftruncate: () => undefined,
      pwrite: (fd, bytes) => disk.port.pwrite(fd, bytes, disk.sizeOf(fd)),
    }),
  },
  {
    name: 'no write loop',
    shortWrites: 50,
    port: (disk) => ({
      ...disk.port,
      pwrite: (fd, bytes, at) => {
        disk.port.pwrite(fd, bytes, at);
        return bytes.length;
      },
    }),
  },
  {
    name: 'every read error taken for ENOENT',
    faults: true,
    port: (disk) => ({
      ...disk.port,
      open: (path, flags) => disk.port.open(path, flags === 'wx+' ? 'w+' : flags),
      stat: (path) => {
        try {
          return disk.port.stat(path);
        } catch (error) {
          if (error instanceof Cut) throw error;
          return undefined;
        }
      },
    }),
  },
  {
    name: 'O_APPEND',
    port: (disk) => ({ ...disk.port, pwrite: (fd, bytes) => disk.port.pwrite(fd, bytes, disk.sizeOf(fd)) }),
  },
  {
    name: 'rename without syncing the temporary file',
    port: (disk) => {
      const temporary = new Set<number>();
      return {
        ...disk.port,
        open: (path, flags) => {
          const fd = disk.port.open(path, flags);
          if (path.endsWith('.tmp')) temporary.add(fd);
          return fd;
        },
        fsync: (fd) => (temporary.has(fd) ? Promise.resolve() : disk.port.fsync(fd)),
      };
    },
  },
  {
    // Either alone saves the rows: what a failed fsync left is cut off, and what a new process finds is written anew.
    name: 'no truncate after a failed fsync, and nothing written anew on recovery',
    faults: true,
    port: (disk) => ({ ...notAnew(disk), ftruncate: () => undefined }),
  },
  {
    name: 'nothing written anew on recovery, after an fsync and the truncate behind it failed',
    faults: true,
    port: notAnew,
  },
  {
    name: 'a failed fsync is passed over',
    faults: true,
    port: (disk) => ({
      ...disk.port,
      fdatasync: async (fd) => {
        try {
          await disk.port.fdatasync(fd);
        } catch (error) {
          if (error instanceof Cut) throw error;
        }
      },
    }),
  },
];
