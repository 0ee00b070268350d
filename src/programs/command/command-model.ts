import { EngineError } from '../../errors.ts';
import type { Columns, Model, PrepareContext } from '../../model/model.ts';
import type { Streams } from '../../random/generator.ts';
import { ArrowAnswer, requestStream, type KnownSchema } from './arrow.ts';
import { Child, type Answer, type Launch } from './child.ts';
import type { CommandForm, CommandProgram } from './command-program.ts';
import { ProgramDied, ProgramError, WrongAnswer } from './faults.ts';
import { findExecutable, folderOf } from './find-program.ts';
import { LinesAnswer, requestLine } from './lines.ts';
import { ProgramLog } from './log.ts';
import { argumentsOf, OneAnswer } from './one.ts';
import { requestOf, type CellOfProgram, type Request } from './request.ts';
import { UnusableProgram } from './unusable.ts';

/** A process that nobody asked for so long is ended [ms]. */
const IDLE_MS = 30_000;
/** A program that fails in so many permutations, each alone, before it ever gave an answer, has a fault that is not theirs. */
const HOPELESS = 3;

/** How a request is written, and an answer read. */
interface Spoken {
  readonly write: (request: Request) => string | Uint8Array;
  answerTo(shown: string, request: Request, declared: readonly string[], columns: Columns, known: KnownSchema): Answer;
}

const LINES: Spoken = {
  write: requestLine,
  answerTo: (shown, request, declared, columns) => new LinesAnswer(shown, request, declared, columns),
};
const SPOKEN: Readonly<Record<CommandForm, Spoken>> = {
  lines: LINES,
  arrow: { write: requestStream, answerTo: (...of) => new ArrowAnswer(...of) },
  one: LINES,
};

/** The model that a program is. Each has processes of its own: one, or with form `one` one per permutation. */
export function modelOfCommand(data: CommandProgram, folders: readonly string[]): Model {
  const declaration = data.declaration as unknown as Model;
  const program = new RunningProgram(data, folders, Object.keys(declaration.metrics));
  const model: Model = {
    ...declaration,
    draws_by_itself: true,
    prepare: ({ cell_id = '', parameters, metrics }: PrepareContext): CellOfProgram => ({
      cell: cell_id,
      parameters,
      metrics,
    }),
    simulateChunk: (state: unknown, streams: Streams, columns: Columns) =>
      program.compute(requestOf(state as CellOfProgram, streams), columns),
  };
  running.set(model, program);
  return model;
}

const running = new WeakMap<Model, RunningProgram>();

/** Ends the process of a model that is a program, and waits for that; it may be used again all the same. */
export async function endProgramOf(model: Model): Promise<void> {
  await running.get(model)?.stop();
}

class RunningProgram {
  readonly #data: CommandProgram;
  readonly #folders: readonly string[];
  readonly #declared: readonly string[];
  readonly #shown: string;
  readonly #log = new ProgramLog();
  readonly #known: KnownSchema = { names: [] };
  #child: Child | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** How often it was ended because nobody needs it. */
  #stops = 0;
  #answered = false;
  /** Permutations that failed, each alone, one after the other. */
  #failed = 0;

  constructor(data: CommandProgram, folders: readonly string[], declared: readonly string[]) {
    this.#data = data;
    this.#folders = folders;
    this.#declared = declared;
    this.#shown = data.run.join(' ');
  }

  /**
   * Fills the columns. Throws UnusableProgram where there is nothing that can be started. Where the process dies the chunk is computed once more by another one. What is wrong then, or takes too long, is thrown: the engine computes
   * the permutations one by one, and those that fail alone are the ones that failed.
   */
  async compute(request: Request, columns: Columns): Promise<void> {
    clearTimeout(this.#idle);
    this.#log.cell = request.cell;
    try {
      if (this.#data.form === 'one') await this.#oneByOne(request, columns);
      else await this.#ask(request, columns);
      this.#answered = true;
      this.#failed = 0;
    } catch (error) {
      if (error instanceof EngineError) throw new UnusableProgram(error.message, error);
      this.#noteFailure(request, error as Error);
      throw error;
    } finally {
      this.#idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  async #ask(request: Request, columns: Columns): Promise<void> {
    const stops = this.#stops;
    try {
      await this.#askOnce(request, columns);
    } catch (error) {
      if (!(error instanceof ProgramDied) || this.#stops !== stops) throw error;
      await this.#askOnce(request, columns);
    }
  }

  async #askOnce(request: Request, columns: Columns): Promise<void> {
    const child = await this.#process();
    const spoken = SPOKEN[this.#data.form];
    const answer = spoken.answerTo(this.#shown, request, this.#declared, columns, this.#known);
    try {
      await child.ask(spoken.write(request), answer, this.#data.timeout_ms);
    } catch (error) {
      // The answer is whole, and says what failed.
      if (error instanceof ProgramError) throw error;
      // What else it has to say would be taken for the next answer.
      this.#child = undefined;
      await child.kill();
      throw error;
    }
  }

  /** A process per permutation. An exit code is the program's own word; a process that was ended by a signal gets another chance. */
  async #oneByOne(request: Request, columns: Columns): Promise<void> {
    for (let i = 0; i < request.count; i += 1) {
      const one = { ...request, first: request.first + i, count: 1, seeds: [request.seeds[i]!] } as Request;
      const own = columns.map((column) => column.subarray(i, i + 1));
      try {
        await this.#one(one, own);
      } catch (error) {
        if (!(error instanceof ProgramDied) || error.exit.signal === null) throw error;
        await this.#one(one, own);
      }
    }
  }

  async #one(request: Request, columns: Columns): Promise<void> {
    const launch = await this.#launch();
    this.#log.forget();
    const child = await Child.start({ ...launch, args: [...launch.args, ...argumentsOf(request)] }, this.#log);
    const answer = new OneAnswer(this.#shown, request, this.#declared, columns);
    await child.run(requestLine(request), answer, this.#data.timeout_ms);
    answer.take();
  }

  async #process(): Promise<Child> {
    if (this.#child?.alive === true) return this.#child;
    const launch = await this.#launch();
    this.#log.forget();
    this.#child = await Child.start(launch, this.#log);
    return this.#child;
  }

  /** Files may have changed since the last process was started. */
  async #launch(): Promise<Launch> {
    const { run, environment } = this.#data;
    const folder = await folderOf(this.#data, this.#folders);
    const [name = '', ...args] = run;
    const found = await findExecutable(name, folder);
    if (found === undefined) throw notFound(name, folder);
    return { executable: found.path, args, folder, environment: environmentOf(environment), shown: this.#shown };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    this.#stops += 1;
    const child = this.#child;
    this.#child = undefined;
    await child?.end();
  }

  /** What an exit code or a wrong answer says of a program that never gave a right one. A crash, and too long a time, may be the permutation's. */
  #noteFailure({ count }: Request, error: Error): void {
    const of_all = error instanceof WrongAnswer || (error instanceof ProgramDied && error.exit.signal === null);
    if (count > 1 || this.#answered || !of_all) return;
    this.#failed += 1;
    if (this.#failed < HOPELESS) return;
    throw new UnusableProgram(
      `${error.name}: ${error.message.replace(/\.$/, '')}. So it was in the first ${HOPELESS} permutations, each alone, and the program never gave an answer: this is a fault of the program, not of a permutation.`,
      error,
    );
  }
}

/** What is named, as far as it is set; on Windows SystemRoot besides, without which few programs start. */
function environmentOf(named: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const each of process.platform === 'win32' ? ['SystemRoot', ...named] : named) {
    const at = each.indexOf('=');
    const value = at < 0 ? process.env[each] : each.slice(at + 1);
    if (value !== undefined) given[at < 0 ? each : each.slice(0, at)] = value;
  }
  return given;
}

export function notFound(name: string, folder: string): EngineError {
  return new EngineError(
    'MODEL',
    `command.run: there is no program ${JSON.stringify(name)}: neither in ${folder} nor in PATH. Install it, or name it by its path: ./${name}.`,
    { path: 'command.run', value: name },
  );
}
