/**
 * The file port: the only door to the disk for everything durable. The real one is `disk.ts`; tests put a simulated
 * disk behind it that loses, tears and reorders what was not synced.
 *
 * Errors are Node's: an `Error` with `code` (`ENOENT`, `ENOSPC`, `EIO`, ...).
 */
export interface FilePort {
  /** `r` read, `r+` read and write an existing file, `w+` create or empty, `wx+` create, fails with EEXIST. */
  open(path: string, flags: 'r' | 'r+' | 'w+' | 'wx+'): number;
  close(fd: number): void;
  /** May write fewer bytes than given; returns how many. Use `writeFully`. */
  pwrite(fd: number, bytes: Uint8Array, position: number): number;
  /** May read fewer bytes than asked; 0 at the end. */
  pread(fd: number, into: Uint8Array, position: number): number;
  ftruncate(fd: number, length: number): void;
  /** Asynchronous, so that many files are synced together. */
  fdatasync(fd: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  /** Makes names in a folder durable: creations, renames, removals. Does nothing where the system has no such thing (`foldersUnsynced`). */
  syncFolder(path: string): Promise<void>;
  /** Some folder could not be synced: after a power cut the newest names there may be missing, with what is in them. */
  foldersUnsynced?(): boolean;
  /** Also of a folder, over an empty one at most. */
  rename(from: string, to: string): void;
  /** Fails with EEXIST. */
  link(existing: string, path: string): void;
  unlink(path: string): void;
  /** Makes missing parents too; no error where it is there. */
  mkdir(path: string): void;
  /** Removes an empty folder. */
  rmdir(path: string): void;
  readdir(path: string): readonly string[];
  /** What is at the path itself (a link is not followed), or undefined where nothing is (ENOENT only). */
  stat(path: string): FileStat | undefined;
  /** The absolute path without links; for a path where nothing is, the path made absolute. */
  realPath(path: string): string;
  /** Bytes that may still be written where a path is, or will be; undefined where the system does not say. */
  freeBytes(path: string): number | undefined;
  /** Absent where no program can hold a file against another: everywhere but on Windows. */
  readonly patience?: Patience;
}

/** How to deal with files that other programs have open, where that keeps them from being replaced (see held.ts). */
export interface Patience {
  /** Whether an error of `rename` or `unlink` may mean that. */
  isHeld(error: unknown): boolean;
  pause(ms: number): Promise<void>;
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  /** How many names a file has; absent where the system does not say. */
  readonly links?: number;
}
