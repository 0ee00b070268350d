import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { processExists } from '../../files/process-exists.ts';

/** What a process can know of itself and of others; tests of locks substitute their own. */
export interface ProcessFacts {
  readonly pid: number;
  readonly host: string;
  readonly platform: string;
  readonly machine: string;
  readonly boot: string;
  readonly pid_space: string;
  /** '' where the system does not tell. */
  startOf(pid: number): string;
  /** Whether a process has this number now. */
  exists(pid: number): boolean;
}

/** Without /proc (Windows, macOS) there is no start time and no boot id. */
export const thisProcess: ProcessFacts = {
  pid: process.pid,
  get host() {
    return hostname();
  },
  platform: process.platform,
  get machine() {
    return textOf('/etc/machine-id').trim();
  },
  get boot() {
    return textOf('/proc/sys/kernel/random/boot_id').trim();
  },
  get pid_space() {
    try {
      return fs.readlinkSync('/proc/self/ns/pid');
    } catch {
      return ''; // not Linux, or no /proc: not known
    }
  },
  startOf,
  exists: processExists,
};

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function textOf(path: string): string {
  try {
    return fs.readFileSync(path).toString('utf8'); // with an encoding Node aborts where the disk refuses the close
  } catch {
    return ''; // not Linux, or the process is gone: not known
  }
}
