import { toJson } from '../encoding/json-numbers.ts';
import { printable } from '../wording/printable.ts';
import { fold } from './fold.ts';
import { screenOf, type Output, type Screen } from './screen.ts';
import { styled } from './style.ts';

/** Where a command's output goes, and how it is formatted. No command decides that by itself. */
export interface Terminal {
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** Where `print` prints. */
  readonly page: Screen;
  /** Where `say` prints. */
  readonly side: Screen;
  /** The result for a person: to stdout; to stderr with `--json`, which needs stdout for itself. */
  print(text: string): void;
  /** Progress and notes, to stderr. */
  say(text: string): void;
  /** What went wrong, to stderr. */
  fail(text: string): void;
  /** Progress in one line that is rewritten, where stderr is a terminal that can; elsewhere nothing. */
  update(text: string): void;
  /** The one JSON object, printed only with `--json`. */
  result(value: unknown): void;
}

type Stream = Output & { write(text: string): unknown };

/** As much of `process` as a terminal needs. */
interface Process {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: NodeJS.ProcessEnv;
}

export function createTerminal(json: boolean, { stdout, stderr, env }: Process = process): Terminal {
  const out = json ? stderr : stdout;
  const page = screenOf(out, env);
  const side = screenOf(stderr, env);
  const say = (text: string): void => {
    // In a log a message is one line, so that it can be found.
    const shown = printable(text, side.color);
    stderr.write(`${stderr.isTTY === true ? fold(shown, side.width) : shown}\n`);
  };
  return {
    json,
    page,
    side,
    print: (text) => {
      if (json) say(text);
      else stdout.write(`${fold(printable(text, page.color), page.width)}\n`);
    },
    say,
    fail: (text) => {
      say(`${styled('red', 'permafrost:', side.color)} ${text}`);
    },
    update: (text) => {
      if (side.live) stderr.write(`\r\u001b[K${printable(text).slice(0, side.width - 1)}`);
    },
    result: (value) => {
      if (json) stdout.write(`${toJson(value)}\n`);
    },
  };
}
