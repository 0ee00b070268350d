import { toJson } from '../encoding/json-numbers.ts';
import { printable } from '../wording/printable.ts';

/** Where a command's words go: people's text to stderr, one JSON object to stdout. */
export interface Terminal {
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** A line (or several) for a person. */
  say(text: string): void;
  /** The one JSON object, printed only with `--json`. */
  result(value: unknown): void;
}

export function createTerminal(json: boolean): Terminal {
  return {
    json,
    say: (text) => process.stderr.write(`${printable(text, process.stderr.isTTY)}\n`),
    result: (value) => {
      if (json) process.stdout.write(`${toJson(value)}\n`);
    },
  };
}
