import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EngineError } from '../../../src/errors.ts';
import type { FilePort } from '../../../src/files/port.ts';
import { POLICIES, SimulatedDisk, seededRandom, type CutPolicy } from '../simulated-disk.ts';
import { conflicts, finishedFiles, rowsOnDisk } from './finished-files.ts';
import { Life } from './life.ts';
import { outputOf, perform, type Command, type Ended, type Story } from './story.ts';

/** What stands between the engine and the disk: another system's port over the simulated one. */
export type Between = (disk: SimulatedDisk) => FilePort;
const NOTHING: Between = (disk) => disk.port;

/** A command as it goes when nothing disturbs it. */
export interface Scene {
  readonly command: Command;
  readonly before: SimulatedDisk;
  readonly operations: number;
  readonly log: readonly string[];
  readonly ended: Ended;
  readonly finished: ReadonlyMap<string, string>;
}

/** What happens to a command at one of its operations. */
export type Disturbance =
  | { readonly kind: 'kill'; readonly policy: CutPolicy }
  /** `further`: how many operations later the process dies, too. */
  | {
      readonly kind: 'fault';
      readonly code: string;
      readonly for_good: boolean;
      readonly further: number;
      readonly policy: CutPolicy;
    };

/** The process dies before one of its operations. */
export interface Crash {
  readonly at: number;
  readonly policy: CutPolicy;
}

/** A story with its studies in a folder, told once without a disturbance. */
export class Telling {
  readonly story: Story;
  readonly scenes: readonly Scene[];
  readonly #between: Between;
  readonly #study: (name: string) => string;

  private constructor(story: Story, scenes: readonly Scene[], between: Between, study: (name: string) => string) {
    this.story = story;
    this.scenes = scenes;
    this.#between = between;
    this.#study = study;
  }

  /** `folder`: of its own for the story; its study files are written there. */
  static async of(story: Story, folder: string, between: Between = NOTHING): Promise<Telling> {
    mkdirSync(folder, { recursive: true });
    const fileOf = (name: string): string => join(folder, `${name}.yaml`);
    for (const [name, text] of Object.entries(story.studies))
      writeFileSync(fileOf(name), `output: ${outputOf(name)}\n${text}`);
    const scenes: Scene[] = [];
    const disk = new SimulatedDisk();
    disk.port.mkdir('/runs');
    disk.settle();
    for (const act of story.acts) {
      if ('happen' in act) {
        act.happen(between(disk));
        disk.settle();
        continue;
      }
      const before = disk.copy();
      disk.operations = 0;
      disk.log.length = 0;
      const ended = await perform(act, new Life(between(disk), scenes.length + 1, fileOf));
      const { operations } = disk;
      const left = disk.files('/runs').filter((path) => /(^|\/)\.lock|\.tmp$/.test(path));
      if (left.length > 0) throw new Error(`${story.name}: ${act.name} leaves ${left.join(', ')}`);
      scenes.push({ command: act, before, operations, log: [...disk.log], ended, finished: finishedFiles(disk) });
    }
    return new Telling(story, scenes, between, fileOf);
  }

  /**
   * Disturbs the k-th command at one operation, gives the same command again, which may be killed, too (`again`; some are drawn where nothing is said), and
   * once more, undisturbed: and compares. Returns what is wrong.
   */
  async disturbed(
    k: number,
    at: number,
    disturbance: Disturbance,
    seed: number,
    again = this.#drawn(k, seed),
    power_off: CutPolicy = this.#losesNames(k, at, disturbance) ? 'kill' : 'nothing',
  ): Promise<string | undefined> {
    const scene = this.scenes[k]!;
    const random = seededRandom(seed);
    const disk = scene.before.copy();
    if (disturbance.kind === 'kill') disk.cutAt = at;
    else {
      disk.cutAt = at + disturbance.further;
      disk.fault = { at, code: disturbance.code, forGood: disturbance.for_good };
    }
    const life = this.#life(disk);
    const ended = await perform(scene.command, life);
    const died = disk.operations >= disk.cutAt;
    const unexpected = died ? undefined : wrongEnd(ended, scene.ended);
    if (unexpected !== undefined) return unexpected;
    let after = disk.afterCut(disturbance.policy, random);
    const lost = this.#lost(after, life);
    if (lost !== undefined) return lost;

    for (const crash of again) {
      after.cutAt = crash.at;
      const next = this.#life(after);
      await perform(scene.command, next);
      after = after.afterCut(crash.policy, random);
      const lost_again = this.#lost(after, next);
      if (lost_again !== undefined) return `after another crash, at ${crash.at} (${crash.policy}): ${lost_again}`;
    }

    after.fault = undefined;
    const last = await perform(scene.command, this.#life(after));
    if (last.exit !== scene.ended.exit) return `the same command again ended with exit ${last.exit}: ${textOf(last)}`;
    const [conflict] = conflicts(after);
    if (conflict !== undefined) return `${conflict} has a row with two values`;
    // What is finished is on the platter.
    return difference(finishedFiles(after.afterCut(power_off, random)), scene.finished);
  }

  /** A folder's sync failed and the disk works on under the same page cache: its names pass for clean, and no one can tell (docs/reliability.md). */
  #losesNames(k: number, at: number, disturbance: Disturbance): boolean {
    return disturbance.kind === 'fault' && this.operation(k, at).startsWith('fsync folder');
  }

  /** What the k-th command does at one of its operations, for a person. */
  operation(k: number, at: number): string {
    return this.scenes[k]!.log[at] ?? 'after its last';
  }

  #drawn(k: number, seed: number): Crash[] {
    const random = seededRandom(seed + 7919);
    return Array.from({ length: seed % 4 === 0 ? 1 + (seed % 3) : 0 }, () => ({
      at: Math.floor(random() * this.scenes[k]!.operations),
      policy: POLICIES[Math.floor(random() * POLICIES.length)]!,
    }));
  }

  #lives = 1000;
  #life(disk: SimulatedDisk): Life {
    this.#lives += 1;
    return new Life(this.#between(disk), this.#lives, this.#study);
  }

  #lost(disk: SimulatedDisk, life: Life): string | undefined {
    const port = this.#between(disk.copy());
    for (const [output, acknowledged] of life.acknowledged()) {
      const rows = rowsOnDisk(port, output);
      if (rows < acknowledged) return `${output}: ${acknowledged} rows were acknowledged, ${rows} are there`;
    }
    return undefined;
  }
}

/** A command that lived on ends as if nothing had been, or says in one line what the disk refused. */
function wrongEnd({ exit, errors }: Ended, undisturbed: Ended): string | undefined {
  for (const error of errors) {
    if (!(error instanceof EngineError)) return `an error that is nobody's: ${stackOf(error)}`;
    if (error.code !== 'DISK' && error.code !== 'DISK_FULL') return `the wrong error ${error.code}: ${error.message}`;
    if (error.message.includes('\n')) return `an error of more than one line: ${error.message}`;
  }
  const expected = errors.length > 0 ? 3 : undisturbed.exit;
  return exit === expected ? undefined : `exit ${exit} in place of ${expected}`;
}

function textOf({ errors }: Ended): string {
  return errors.map((error) => (error instanceof EngineError ? error.message : stackOf(error))).join('; ');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function difference(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): string | undefined {
  for (const [path, content] of expected) {
    const there = found.get(path);
    if (there === undefined) return `${path} is not there`;
    if (there !== content)
      return `${path} differs from that of the undisturbed story:\n${firstDifference(there, content)}`;
  }
  for (const path of found.keys()) if (!expected.has(path)) return `${path} was left behind`;
  return undefined;
}

function firstDifference(found: string, expected: string): string {
  let at = 0;
  while (found[at] === expected[at] && at < found.length) at += 1;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 40), at + 80));
  return `at ${at}: ${around(found)} in place of ${around(expected)}`;
}
