import { onDisk } from './disk-error.ts';
import type { FilePort, FileStat } from './port.ts';

/** What is at a path; undefined where there is nothing. What the disk refuses is EngineError DISK. */
export function look(port: FilePort, path: string): FileStat | undefined {
  return onDisk('read', path, () => port.stat(path));
}

/** The names in a folder. */
export function namesIn(port: FilePort, folder: string): readonly string[] {
  return onDisk('read', folder, () => port.readdir(folder));
}

/** The path without links on the way. */
export function realPathOf(port: FilePort, path: string): string {
  return onDisk('read', path, () => port.realPath(path));
}
