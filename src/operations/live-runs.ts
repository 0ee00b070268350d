import { join } from 'node:path';
import pLimit from 'p-limit';

import { look, namesIn } from '../files/look.ts';
import { every } from '../clock.ts';
import type { FilePort } from '../files/port.ts';
import type { Host } from '../readers/host.ts';
import type { RunList } from '../serve/client/wire.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { pathHere } from '../wording/command-line.ts';
import { LiveRun } from './live-run.ts';
import { isAtWork } from './run-state.ts';

/** How often files are looked at, while anybody looks [ms]. */
const LOOK_MS = 2_000;
/** Every so many looks: runs that have ended, and folders in which new ones may be. */
const SELDOM = 5;
const MOST_RUNS = 500;
const MOST_FOLDERS = 5_000;
/** Folders below the ones that were named. */
const DEPTH = 3;
const AT_ONCE = 4;

/** Told after every look. */
type Listener = () => void;

/** The runs in some folders. Their files are read now and then while anybody looks, once for all who do, and not at all while nobody does. */
export class LiveRuns {
  private readonly host: Host;
  private readonly folders: readonly string[];
  private readonly runs = new Map<string, LiveRun>();
  private readonly of_list = new Set<Listener>();
  private readonly of_run = new Map<string, Set<Listener>>();
  private more = false;
  private looks = 0;
  private looking: Promise<void> | undefined;
  private stop: (() => void) | undefined;

  /** `folders`: absolute, without links. */
  constructor(host: Host, folders: readonly string[]) {
    this.host = host;
    this.folders = folders;
  }

  /** Returns what ends it. */
  watchList(listener: Listener): () => void {
    this.of_list.add(listener);
    this.begin();
    return () => {
      this.of_list.delete(listener);
      this.endIfUnwatched();
    };
  }

  watchRun({ key }: LiveRun, listener: Listener): () => void {
    const listeners = this.of_run.get(key) ?? new Set();
    this.of_run.set(key, listeners.add(listener));
    this.begin();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.of_run.delete(key);
      this.endIfUnwatched();
    };
  }

  /** The run with this key; it is looked for where it is not known yet. */
  find(key: string): LiveRun | undefined {
    if (!this.runs.has(key)) this.discover();
    return this.runs.get(key);
  }

  list(): RunList {
    const runs = [...this.runs.values()].filter(({ isKnown }) => isKnown).map((run) => run.head());
    return { folders: this.folders.map(pathHere), runs, more: this.more };
  }

  /** How many runs there are now. */
  count(): number {
    this.discover();
    return this.runs.size;
  }

  close(): void {
    this.of_list.clear();
    this.of_run.clear();
    this.endIfUnwatched();
  }

  private begin(): void {
    // Who comes in between is told at once what is known, and the next look is not far.
    this.stop ??= every(this.host.clock, LOOK_MS, () => {
      this.look();
    });
    this.looks = 0;
    this.look();
  }

  private endIfUnwatched(): void {
    if (this.of_list.size > 0 || this.of_run.size > 0) return;
    this.stop?.();
    this.stop = undefined;
  }

  /** One at a time: a slow disk is not given more than it takes. */
  private look(): void {
    this.looking ??= this.lookAtAll().finally(() => {
      this.looking = undefined;
    });
  }

  private async lookAtAll(): Promise<void> {
    const seldom = this.looks % SELDOM === 0;
    this.looks += 1;
    if (seldom && this.of_list.size > 0) this.discover();
    const due = [...this.runs.values()].filter((run) => {
      if (this.of_run.has(run.key)) return true;
      return this.of_list.size > 0 && (seldom || run.status === undefined || isAtWork(run.status.state));
    });
    const limit = pLimit(AT_ONCE);
    await Promise.all(due.map((run) => limit(() => this.lookAt(run))));
    for (const listener of this.of_list) listener();
  }

  private async lookAt(run: LiveRun): Promise<void> {
    await run.look();
    const listeners = this.of_run.get(run.key);
    if (listeners === undefined) return;
    // How far it is need not wait for its cells.
    if (run.surface === undefined) for (const listener of listeners) listener();
    await run.lookCloser();
    for (const listener of listeners) listener();
  }

  /** Runs that are new, and runs that are gone; one that somebody looks at stays, and says that it is gone. */
  private discover(): void {
    const found = runsBelow(this.host.port, this.folders);
    this.more = found.length > MOST_RUNS;
    const outputs = new Set(found.slice(0, MOST_RUNS));
    for (const [key, { output }] of this.runs) if (!outputs.has(output) && !this.of_run.has(key)) this.runs.delete(key);
    for (const output of outputs) {
      const run = new LiveRun(this.host, output);
      if (!this.runs.has(run.key)) this.runs.set(run.key, run);
    }
  }
}

/** A folder that is a run holds no other. Links are not followed. */
function runsBelow(port: FilePort, folders: readonly string[]): string[] {
  const found = new Set<string>();
  let left = MOST_FOLDERS;
  const visit = (folder: string, depth: number): void => {
    if ((left -= 1) < 0 || found.size > MOST_RUNS) return;
    try {
      if (look(port, layoutOf(folder).manifest)?.kind === 'file') {
        found.add(folder);
        return;
      }
      if (depth === 0) return;
      for (const name of [...namesIn(port, folder)].sort()) {
        if (name.startsWith('.') || name === 'node_modules') continue;
        const path = join(folder, name);
        if (look(port, path)?.kind === 'folder') visit(path, depth - 1);
      }
    } catch {
      return; // not ours to read, or removed meanwhile
    }
  };
  for (const folder of folders) visit(folder, DEPTH);
  return [...found];
}
