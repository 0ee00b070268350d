import type { FilePort } from '../../src/files/port.ts';
import { refusal } from './refusal.ts';

export interface WindowsOptions {
  /** Whether folders can be opened for writing and flushed (NTFS: yes). */
  readonly syncsFolders?: boolean;
  /** How often each newly written name is found open by a virus scanner, before it may be replaced or removed. */
  readonly scanner?: number;
}

/**
 * What Windows refuses, over any port: a handle that may only read cannot be flushed (EPERM); a file that is open cannot be replaced (EPERM); what another
 * program has open can be neither replaced nor removed (EBUSY), nor opened where it shares nothing; names that belong to devices do not hold
 * files; a trailing dot or space is no part of a name. Waiting costs nothing here: pauses are counted.
 */
export class Windows {
  readonly port: FilePort;
  /** Time that was waited for other programs [ms]. */
  waited_ms = 0;
  /** Every pause, as it came. */
  readonly pauses: number[] = [];
  /** Called at every pause: other programs let go, or take hold. */
  onPause: () => void = () => undefined;
  readonly #held = new Map<string, 'shares' | 'alone'>();
  readonly #scanned = new Map<string, number>();
  readonly #open = new Map<number, { readonly path: string; readonly write: boolean }>();
  readonly #inner: FilePort;
  readonly #options: WindowsOptions;
  #unsynced = false;

  constructor(inner: FilePort, options: WindowsOptions = {}) {
    this.#inner = inner;
    this.#options = options;
    this.port = this.#make();
  }

  /** Another program opens a file: `alone` means that nobody else can open it. */
  hold(path: string, how: 'shares' | 'alone' = 'shares'): void {
    this.#held.set(path, how);
  }

  letGo(path: string): void {
    this.#held.delete(path);
  }

  get openFiles(): readonly string[] {
    return Array.from(this.#open.values(), ({ path }) => path);
  }

  #make(): FilePort {
    const inner = this.#inner;
    return {
      ...inner,
      open: (path, flags) => {
        assertUsable(path, 'open');
        if (this.#held.get(path) === 'alone') throw refusal('EBUSY', 'open', path);
        const fd = inner.open(path, flags);
        this.#open.set(fd, { path, write: flags !== 'r' });
        if (flags === 'w+' || flags === 'wx+') this.#scanned.set(path, this.#options.scanner ?? 0);
        return fd;
      },
      close: (fd) => {
        this.#open.delete(fd);
        inner.close(fd);
      },
      fsync: (fd) => this.#flush(fd, () => inner.fsync(fd)),
      fdatasync: (fd) => this.#flush(fd, () => inner.fdatasync(fd)),
      syncFolder: async (path) => {
        if (this.#options.syncsFolders === false) this.#unsynced = true;
        else await inner.syncFolder(path);
      },
      foldersUnsynced: () => this.#unsynced,
      rename: (from, to) => {
        assertUsable(to, 'rename');
        if (this.openFiles.includes(to)) throw refusal('EPERM', 'rename', to);
        this.#assertFree(from, 'rename');
        this.#assertFree(to, 'rename');
        inner.rename(from, to);
      },
      link: (existing, path) => {
        assertUsable(path, 'link');
        inner.link(existing, path);
      },
      unlink: (path) => {
        this.#assertFree(path, 'unlink');
        inner.unlink(path);
      },
      mkdir: (path) => {
        assertUsable(path, 'mkdir');
        inner.mkdir(path);
      },
      patience: {
        isHeld: (error) =>
          error instanceof Error && 'code' in error && ['EBUSY', 'EPERM', 'EACCES'].includes(String(error.code)),
        pause: (ms) => {
          this.pauses.push(ms);
          this.waited_ms += ms;
          this.onPause();
          return Promise.resolve();
        },
      },
    };
  }

  async #flush(fd: number, flush: () => Promise<void>): Promise<void> {
    const file = this.#open.get(fd);
    if (file !== undefined && !file.write) throw refusal('EPERM', 'fsync', file.path);
    await flush();
  }

  #assertFree(path: string, syscall: string): void {
    if (this.#held.has(path)) throw refusal('EBUSY', syscall, path);
    const times = this.#scanned.get(path) ?? 0;
    if (times === 0) return;
    this.#scanned.set(path, times - 1);
    throw refusal(times % 2 === 0 ? 'EBUSY' : 'EACCES', syscall, path);
  }
}

const DEVICES = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)/i;

/** A name that means something else there is a fault of ours: no test may come to use one. */
function assertUsable(path: string, syscall: string): void {
  const bad = path.split('/').find((name) => DEVICES.test(name) || /[<>:"|?*]|[. ]$/.test(name));
  if (bad !== undefined) throw refusal('UNKNOWN', syscall, path);
}
