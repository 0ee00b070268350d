import { EngineError } from '../errors.ts';
import type { FilePort } from './port.ts';
import { readSmallFile } from './small-file.ts';

const MOST_BYTES = 1 << 16;

/**
 * A text that does not belong on a command line, where every user of the machine can read it: itself, or `env:NAME` (a variable that holds it), or `file:PATH` (a
 * file whose first line it is). `what`: what it is for, in messages. Throws USAGE.
 */
export function secretText(
  port: FilePort,
  option: string,
  what: string,
  reference: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (reference.startsWith('env:')) {
    const name = reference.slice('env:'.length);
    const text = env[name];
    if (text !== undefined && text !== '') return text;
    throw new EngineError('USAGE', `${option}: the variable ${name}, which is to hold ${what}, is not set.`, {
      path: option,
    });
  }
  if (!reference.startsWith('file:')) return reference;
  const path = reference.slice('file:'.length);
  const text = readSmallFile(port, path, MOST_BYTES)?.toString('utf8').split(/\r?\n/, 1)[0]!.trim();
  if (text !== undefined && text !== '') return text;
  throw new EngineError(
    'USAGE',
    `${option}: ${path}, which is to hold ${what} in its first line, is missing or empty.`,
    {
      path: option,
    },
  );
}
