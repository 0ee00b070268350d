import { readFileSync, readlinkSync } from 'node:fs';

/** What shows that `nohup` started this process: Node forgets on its start that SIGHUP was to be ignored. '' where the system does not tell. */
export interface NohupSigns {
  /** The variable `_`: most shells put the program there that they start. */
  readonly started: string;
  /** How the parent was started: `sh -c 'nohup permafrost run ...'`. */
  readonly parent: string;
  /** /proc/self/fdinfo/0: nohup opens a standard input for writing only, so that nobody waits for a terminal. */
  readonly stdin: string;
  /** Where standard output and error go. */
  readonly outputs: readonly string[];
}

/** Whether one of the signs is there. */
export function showsNohup({ started, parent, stdin, outputs }: NohupSigns): boolean {
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(stdin)?.[1] ?? '0', 8);
  return (
    isNohup(started) ||
    parent.split(/[\s\0;&|()]+/).some(isNohup) ||
    // O_WRONLY; a terminal and a pipe are open for reading.
    (flags & 3) === 1 ||
    outputs.some((path) => /(^|\/)nohup\.out$/.test(path))
  );
}

function isNohup(word: string): boolean {
  return /(^|\/)nohup$/.test(word);
}

let known: boolean | undefined;

/** Whether a hangup is not to end this process. Looked up once. */
export function isUnderNohup(): boolean {
  known ??= showsNohup({
    started: process.env['_'] ?? '',
    parent: textOf(`/proc/${process.ppid}/cmdline`),
    stdin: textOf('/proc/self/fdinfo/0'),
    outputs: [1, 2].map(linkOf),
  });
  return known;
}

function textOf(path: string): string {
  try {
    return readFileSync(path).toString('utf8');
  } catch {
    return ''; // no /proc here
  }
}

function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // no /proc here
  }
}
