import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import { EngineError } from '../../errors.ts';
import { releaseChild, rememberChild, signalGroup } from './child-table.ts';
import { ProgramDied, ProgramTimeout, WrongAnswer } from './faults.ts';
import type { ProgramLog } from './log.ts';

/** What is started: an executable by its path, never a line for a shell. */
export interface Launch {
  /** Absolute. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** As the study has it, for messages: `python3 sim.py`. */
  readonly shown: string;
}

/** Takes the bytes of one answer as they come. */
export interface Answer {
  /** What came of it so far, for the message of an answer that never ends: `3 of 10 rows`. */
  readonly progress: string;
  /** True once the answer is whole; bytes after its end go to `rest`. Throws WrongAnswer. */
  push(bytes: Uint8Array): boolean;
  /** Bytes after the end. */
  readonly rest: number;
}

/** A process that is told to end may take so long, by itself and after SIGTERM [ms]. */
const GRACE_MS = 1000;
/** After its first answer a process is listened to for a moment: what comes then belongs to no answer, and would be taken for the next one's beginning [ms]. */
const LISTEN_MS = 20;
/** An exit is told at once; what the process wrote before may still be on its way, or held open by a process of its own [ms]. */
const LAST_WORDS_MS = 300;

interface Waiting {
  readonly answer: Answer;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One process of a program: requests go to its stdin, one at a time, answers come from its stdout, and what it writes to stderr goes to the log. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #launch: Launch;
  readonly #log: ProgramLog;
  readonly #slot: number;
  readonly #gone: Promise<void>;
  #waiting: Waiting | undefined;
  #unasked: string | undefined;
  #answers = 0;
  #ended: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;

  /** Throws EngineError MODEL where there is nothing that can be started. */
  static async start(launch: Launch, log: ProgramLog): Promise<Child> {
    const { executable, args, folder, environment } = launch;
    const started = spawn(executable, args, {
      cwd: folder,
      env: { ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C at the terminal is for the engine, which ends its programs when their chunks are done. (On Windows that would open a window.)
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    try {
      await once(started, 'spawn');
    } catch (cause) {
      throw cannotStart(launch, cause);
    }
    return new Child(started, launch, log);
  }

  private constructor(started: ChildProcessByStdio<Writable, Readable, Readable>, launch: Launch, log: ProgramLog) {
    this.#process = started;
    this.#launch = launch;
    this.#log = log;
    this.#slot = rememberChild(started.pid!, this);
    // A process that is gone, or reads no more, is told of by its exit.
    started.stdin.on('error', () => undefined);
    started.stdout.on('error', () => undefined);
    started.stdout.on('data', (bytes: Uint8Array) => {
      this.#receive(bytes);
    });
    started.stderr.on('error', () => undefined);
    started.stderr.on('data', (bytes: Uint8Array) => {
      log.write(bytes);
    });
    // Signals that cannot be sent; that it could not be started was told before.
    started.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      const over = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (this.#ended !== undefined) return;
        this.#ended = { code, signal };
        releaseChild(this.#slot);
        // Whatever it started itself.
        signalGroup(started.pid!, 'SIGKILL');
        this.#waiting?.reject(this.#died());
        resolve();
      };
      let late: NodeJS.Timeout | undefined;
      started.once('exit', (code, signal) => {
        late = setTimeout(over, LAST_WORDS_MS, code, signal);
      });
      started.once('close', (code, signal) => {
        clearTimeout(late);
        over(code, signal);
      });
    });
    // A process that waits for the next request holds up no end: while one is answered the timeout does. When this process is gone, its stdin ends.
    started.unref();
    for (const stream of started.stdio) (stream as Partial<Socket> | null)?.unref?.();
  }

  /** Whether it can be asked. */
  get alive(): boolean {
    return this.#ended === undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /**
   * Sends a request and waits until its answer is whole. Rejects with ProgramDied, ProgramTimeout, or what the answer throws: the process is of no more use then.
   * `last`: nothing follows.
   */
  async ask(request: string | Uint8Array, answer: Answer, timeout_ms: number, last = false): Promise<void> {
    this.#refuseChatter();
    if (this.#ended !== undefined) throw this.#died();
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting = { answer, resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#waiting?.reject(new ProgramTimeout(this.#launch.shown, timeout_ms, answer.progress, this.#log.lastLine));
    }, timeout_ms);
    try {
      if (last) this.#process.stdin.end(request);
      else this.#process.stdin.write(request);
      await done;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
    this.#answers += 1;
    if (this.#answers === 1 && !last) await pause(LISTEN_MS);
    this.#refuseChatter();
  }

  /** Its one request, for a process that answers and ends with exit code 0. Rejects as `ask` does; the process is gone then. */
  async run(request: string, answer: Answer, timeout_ms: number): Promise<void> {
    try {
      await this.ask(request, answer, timeout_ms, true);
    } catch (error) {
      await this.kill();
      if (error instanceof ProgramDied && error.exit.code === 0) return;
      throw error;
    }
  }

  /** Tells it that nothing follows, and makes sure that it ends: by SIGTERM where it does not, by SIGKILL where it does not even then. */
  async end(): Promise<void> {
    this.#process.stdin.end();
    if (await this.#goneWithin(GRACE_MS)) return;
    this.#signal('SIGTERM');
    if (await this.#goneWithin(GRACE_MS)) return;
    await this.kill();
  }

  /** At once. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#gone;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#ended === undefined) signalGroup(this.#process.pid!, signal);
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const waiting = new AbortController();
    const late = pause(ms, false, { signal: waiting.signal }).catch(() => false);
    const gone = await Promise.race([this.#gone.then(() => true), late]);
    waiting.abort();
    return gone;
  }

  #receive(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#unasked ??= beginningOf(bytes);
      return;
    }
    try {
      if (!waiting.answer.push(bytes)) return;
      const { rest } = waiting.answer;
      if (rest > 0) this.#unasked ??= beginningOf(bytes.subarray(bytes.length - rest));
      this.#waiting = undefined;
      waiting.resolve();
    } catch (error) {
      const { rest } = waiting.answer;
      if (rest > 0) this.#unasked ??= beginningOf(bytes.subarray(bytes.length - rest));
      this.#waiting = undefined;
      waiting.reject(error as Error);
    }
  }

  #died(): ProgramDied {
    const { code, signal } = this.#ended!;
    const progress = this.#waiting?.answer.progress ?? '';
    return new ProgramDied(this.#launch.shown, { code, signal }, progress, this.#log.tail);
  }

  #refuseChatter(): void {
    if (this.#unasked === undefined) return;
    throw new WrongAnswer(
      `${this.#launch.shown} prints more than it was asked for: after its answer came ${this.#unasked}. It prints a row per permutation to stdout, and nothing else; messages go to stderr.`,
    );
  }
}

/** The first line of bytes, for people. */
export function beginningOf(bytes: Uint8Array): string {
  const [line = ''] = new TextDecoder().decode(bytes.subarray(0, 200)).split('\n');
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file, or what its first line names (#!) is not there',
  EACCES: 'it may not be executed; chmod +x, or name what runs it first: run: [python3, sim.py]',
  ENOEXEC:
    'it is no program of this machine; a script begins with a line #!, or is named after what runs it: run: [python3, sim.py]',
};

function cannotStart({ executable, shown }: Launch, cause: unknown): EngineError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? message;
  return new EngineError('MODEL', `command.run: ${shown} cannot be started: ${executable}: ${reason}.`, {
    path: 'command.run',
    value: executable,
    cause,
  });
}
