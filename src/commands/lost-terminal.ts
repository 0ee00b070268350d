import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

import { isUnderNohup } from './nohup.ts';

const STANDARD = [0, 1, 2] as const;

/** The errors of a terminal or reader that is gone: there is nobody left to tell. */
const GONE = new Set(['EPIPE', 'EIO', 'ENXIO', 'ERR_STREAM_DESTROYED']);

/**
 * Nobody who stops reading (`| head -1`, a closed window, a full disk behind `2>`) ends a command: it works on in silence. Only a result that its reader
 * wants and does not get, as on a full disk behind `>`, is told by the exit code. Call it once, at the start of the process.
 */
export function outliveTerminal(): void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code ?? '')) lost ??= error;
  });
  process.stderr.on('error', () => undefined);
  // Node forgot that nohup wants it ignored.
  if (isUnderNohup()) process.on('SIGHUP', () => undefined);
  process.on('exit', (code) => {
    for (const fd of terminals) if (!isatty(fd)) replace(fd);
    if (lost === undefined || code !== 0) return;
    process.exitCode = 3;
    process.stderr.write(`permafrost: standard output cannot be written: ${lost.message}. Send it elsewhere.\n`);
  });
}

/** At its end Node gives terminals back their modes, and aborts (SIGABRT) where one is gone; what is no terminal it leaves alone. */
function replace(fd: number): void {
  try {
    closeSync(fd);
    openSync(devNull, 'r+'); // the lowest number that is free
  } catch {
    return; // closed before
  }
}
