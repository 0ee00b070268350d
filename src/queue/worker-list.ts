import type { QueueWorker } from '../stored/queue-report.ts';
import type { SeenWorker } from './transport.ts';
import { workerNoteOf, type WorkerNote } from './wire.ts';

/** A worker's rate is measured over this long [ms]. */
const WINDOW_MS = 20_000;
/** One that is gone is named for this long [ms]: somebody may be looking for it. */
const REMEMBERED_MS = 600_000;

interface Known {
  note: WorkerNote;
  seen_ms: number;
  alive: boolean;
  /** How much it had computed when it was seen, within the window. */
  readonly samples: { readonly at_ms: number; readonly permutations: number }[];
}

/** The workers of a run, those that are gone included. */
export class WorkerList {
  private readonly known = new Map<string, Known>();

  /** What the broker says of those that are alive. Returns those that have just said that they will not compute. */
  see(seen: readonly SeenWorker[], now_ms: number): WorkerNote[] {
    for (const each of this.known.values()) each.alive = false;
    const refusing: WorkerNote[] = [];
    for (const { note: text, ago_ms } of seen) {
      const note = workerNoteOf(text);
      if (note === undefined) continue;
      const is_new = this.known.get(note.worker)?.note.refused === undefined;
      if (note.refused !== undefined && is_new) refusing.push(note);
      this.seeOne(note, now_ms - ago_ms);
    }
    for (const [name, { seen_ms }] of this.known) if (now_ms - seen_ms > REMEMBERED_MS) this.known.delete(name);
    return refusing;
  }

  private seeOne(note: WorkerNote, seen_ms: number): void {
    const known = this.known.get(note.worker) ?? { note, seen_ms, alive: true, samples: [] };
    Object.assign(known, { note, seen_ms, alive: note.refused === undefined });
    known.samples.push({ at_ms: seen_ms, permutations: note.permutations });
    while (known.samples.length > 2 && seen_ms - known.samples[0]!.at_ms > WINDOW_MS) known.samples.shift();
    this.known.set(note.worker, known);
  }

  find(name: string): WorkerNote | undefined {
    return this.known.get(name)?.note;
  }

  /** Threads of those that are alive. */
  get threads(): number {
    let threads = 0;
    for (const { note, alive } of this.known.values()) if (alive) threads += note.threads;
    return threads;
  }

  report(now_ms: number): QueueWorker[] {
    return Array.from(this.known.values(), ({ note, seen_ms, alive, samples }) => {
      const { host, pid, threads, chunks, permutations, spooled } = note;
      const permutations_per_second = alive ? rounded(rateOf(samples)) : 0;
      const last_seen_seconds = rounded(Math.max(0, now_ms - seen_ms) / 1000);
      return { host, pid, threads, chunks, permutations, permutations_per_second, spooled, last_seen_seconds, alive };
    });
  }
}

function rateOf(samples: Known['samples']): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const ms = last.at_ms - first.at_ms;
  return ms > 0 ? Math.max(0, (1000 * (last.permutations - first.permutations)) / ms) : 0;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
