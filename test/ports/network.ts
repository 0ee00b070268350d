import type { FilePort } from '../../src/files/port.ts';
import { refusal } from './refusal.ts';

/**
 * A network file system as NFS is: what was written late is refused at `close` (EIO, or no space), handles go stale when the server starts again, an open file
 * that is removed stays in its folder under another name, and a link whose answer was lost is asked for again and then "exists".
 */
export class Network {
  readonly port: FilePort;
  /** What the next close of a file that was written to says; undefined: nothing. */
  closeSays: string | undefined;
  /** Every handle that is open now is stale from here on. */
  readonly #stale = new Set<number>();
  readonly #open = new Map<number, { path: string; readonly write: boolean }>();
  readonly #losesAnswers: boolean;
  #silly = 0;

  constructor(inner: FilePort, { losesAnswers = false }: { readonly losesAnswers?: boolean } = {}) {
    this.#losesAnswers = losesAnswers;
    this.port = this.#make(inner);
  }

  /** The server starts again. */
  restart(): void {
    for (const fd of this.#open.keys()) this.#stale.add(fd);
  }

  #make(inner: FilePort): FilePort {
    const fresh = <T>(fd: number, syscall: string, work: () => T): T => {
      if (this.#stale.has(fd)) throw refusal('ESTALE', syscall, String(fd));
      return work();
    };
    return {
      ...inner,
      open: (path, flags) => {
        const fd = inner.open(path, flags);
        this.#stale.delete(fd);
        this.#open.set(fd, { path, write: flags !== 'r' });
        return fd;
      },
      close: (fd) => {
        const file = this.#open.get(fd);
        this.#open.delete(fd);
        inner.close(fd);
        if (file === undefined) return;
        if (/\.nfs\d+$/.test(file.path)) inner.unlink(file.path);
        if (file.write && this.closeSays !== undefined) {
          const code = this.closeSays;
          this.closeSays = undefined;
          throw refusal(code, 'close', file.path);
        }
      },
      pwrite: (fd, bytes, at) => fresh(fd, 'write', () => inner.pwrite(fd, bytes, at)),
      pread: (fd, into, at) => fresh(fd, 'read', () => inner.pread(fd, into, at)),
      ftruncate: (fd, length) => {
        fresh(fd, 'ftruncate', () => {
          inner.ftruncate(fd, length);
        });
      },
      fsync: async (fd) => fresh(fd, 'fsync', () => inner.fsync(fd)),
      fdatasync: async (fd) => fresh(fd, 'fdatasync', () => inner.fdatasync(fd)),
      link: (existing, path) => {
        inner.link(existing, path);
        if (this.#losesAnswers) throw refusal('EEXIST', 'link', path);
      },
      unlink: (path) => {
        const open = [...this.#open.values()].filter((file) => file.path === path);
        if (open.length === 0) {
          inner.unlink(path);
          return;
        }
        const hidden = `${path.slice(0, path.lastIndexOf('/'))}/.nfs${++this.#silly}`;
        inner.rename(path, hidden);
        for (const file of open) file.path = hidden;
      },
    };
  }
}
