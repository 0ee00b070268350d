import type { FilePort, FileStat } from '../../src/files/port.ts';

/** What a power cut leaves of what was not synced. */
export type CutPolicy =
  | 'kill' // kill -9: nothing is lost, the page cache lives
  | 'nothing' // only what was synced
  | 'names' // names survive, data does not: zero length after a rename
  | 'sizes' // names and sizes survive, data does not: NULs
  | 'data' // data survives, names do not
  | 'random'; // each 64-byte sector, size and name by the seeded generator; names of one folder keep their order

export const POLICIES: readonly CutPolicy[] = ['kill', 'nothing', 'names', 'sizes', 'data', 'random'];

/** The process died here; nothing of it runs any more. */
export class Cut extends Error {}

type Random = () => number;
const SECTOR = 64;

interface DataChange {
  readonly kind: 'write' | 'truncate';
  readonly at: number;
  readonly bytes: Uint8Array;
}
interface Inode {
  readonly kind: 'file';
  /** As processes see it. */
  data: Uint8Array;
  /** As the platter has it. */
  durable: Uint8Array;
  /** Not synced, in order. A failed sync drops them for good: the kernel calls the pages clean. */
  pending: DataChange[];
}
interface Folder {
  readonly kind: 'folder';
  names: Map<string, Inode | Folder>;
  durable: Map<string, Inode | Folder>;
  pending: NameChange[];
  /** Dropped by a failed sync: its blocks pass for clean until another name in it changes, which writes them whole. */
  clean: NameChange[];
}
/** Names that change together, in order; undefined: it goes. */
type NameChange = readonly (readonly [name: string, child: Inode | Folder | undefined])[];

export interface DiskFault {
  /** Operation number, from 0, at which it happens; every later operation of the kind too where `forGood`. */
  readonly at: number;
  readonly code: string;
  readonly forGood: boolean;
}

/** Seeded 32-bit xorshift: the crash campaign must be repeatable. */
export function seededRandom(seed: number): Random {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/**
 * A disk in memory that keeps apart what processes see and what survives a power cut. Behind the file port every
 * operation is counted; `cutAt` kills the process before that operation, `fault` makes operations fail, `shortWrites`
 * takes at most that many bytes per write.
 */
export class SimulatedDisk {
  readonly root: Folder = newFolder();
  operations = 0;
  cutAt = Infinity;
  fault: DiskFault | undefined;
  shortWrites = Infinity;
  readonly log: string[] = [];
  readonly #open = new Map<number, Inode>();
  #nextFd = 10;
  #dead = false;

  readonly port: FilePort = {
    open: (path, flags) => {
      this.#step('open', path);
      let inode = this.#find(path);
      if (inode?.kind === 'folder') throw failure('EISDIR', path);
      if (inode !== undefined && flags === 'wx+') throw failure('EEXIST', path);
      if (inode === undefined) {
        if (flags === 'r' || flags === 'r+') throw failure('ENOENT', path);
        const made: Inode = { kind: 'file', data: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
        this.#name(path, made);
        inode = made;
      } else if (flags === 'w+') {
        change(inode, { kind: 'truncate', at: 0, bytes: new Uint8Array(0) });
      }
      this.#open.set(this.#nextFd, inode);
      return this.#nextFd++;
    },
    close: (fd) => {
      this.#open.delete(fd);
    },
    pwrite: (fd, bytes, at) => {
      this.#step('pwrite', `${fd} @${at} +${bytes.length}`);
      const taken = Uint8Array.from(bytes.subarray(0, Math.min(bytes.length, this.shortWrites))); // a Buffer's slice would not copy
      change(this.#inode(fd), { kind: 'write', at, bytes: taken });
      return taken.length;
    },
    pread: (fd, into, at) => {
      this.#step('pread', String(fd));
      const bytes = this.#inode(fd).data.subarray(at, at + into.length);
      into.set(bytes);
      return bytes.length;
    },
    ftruncate: (fd, length) => {
      this.#step('ftruncate', `${fd} ${length}`);
      change(this.#inode(fd), { kind: 'truncate', at: length, bytes: new Uint8Array(0) });
    },
    fsync: (fd) => this.#sync(fd),
    fdatasync: (fd) => this.#sync(fd),
    syncFolder: async (path) => {
      const folder = this.#find(path);
      if (folder?.kind !== 'folder') throw failure('ENOENT', path);
      const pending = folder.pending;
      try {
        this.#step('fsync folder', path);
      } catch (error) {
        if (!this.#dead) folder.clean.push(...folder.pending.splice(0));
        throw error;
      }
      folder.pending = [];
      for (const one of pending) rename(folder.durable, one);
      return Promise.resolve();
    },
    rename: (from, to) => {
      this.#step('rename', to);
      const inode = this.#find(from);
      if (inode === undefined) throw failure('ENOENT', from);
      this.#mayReplace(inode, to);
      this.#change(this.#parent(to), [
        [last(from), undefined],
        [last(to), inode],
      ]);
    },
    link: (existing, path) => {
      this.#step('link', path);
      const inode = this.#find(existing);
      if (inode === undefined) throw failure('ENOENT', existing);
      if (this.#find(path) !== undefined) throw failure('EEXIST', path);
      this.#name(path, inode);
    },
    unlink: (path) => {
      this.#step('unlink', path);
      if (this.#find(path) === undefined) throw failure('ENOENT', path);
      this.#name(path, undefined);
    },
    mkdir: (path) => {
      this.#step('mkdir', path);
      const parts = path.split('/').filter((part) => part !== '');
      for (let n = 1; n <= parts.length; n++) {
        const at = `/${parts.slice(0, n).join('/')}`;
        if (this.#find(at) !== undefined) continue;
        this.#name(at, newFolder());
      }
    },
    rmdir: (path) => {
      this.#step('rmdir', path);
      const folder = this.#find(path);
      if (folder === undefined) throw failure('ENOENT', path);
      if (folder.kind !== 'folder') throw failure('ENOTDIR', path);
      if (folder.names.size > 0) throw failure('ENOTEMPTY', path);
      this.#name(path, undefined);
    },
    readdir: (path) => {
      this.#step('readdir', path);
      const folder = this.#find(path);
      if (folder?.kind !== 'folder') throw failure('ENOENT', path);
      return [...folder.names.keys()];
    },
    stat: (path): FileStat | undefined => {
      this.#step('stat', path);
      const found = this.#find(path);
      if (found === undefined) return undefined;
      return { kind: found.kind, size: found.kind === 'file' ? found.data.length : 0 };
    },
    realPath: (path) => path,
    freeBytes: () => undefined,
  };

  /** What a process sees at a path now; undefined where there is no file. */
  read(path: string): Buffer | undefined {
    const found = this.#find(path);
    return found?.kind === 'file' ? Buffer.from(found.data) : undefined;
  }

  bytesOf(fd: number): Buffer {
    return Buffer.from(this.#inode(fd).data);
  }

  sizeOf(fd: number): number {
    return this.#inode(fd).data.length;
  }

  /** Puts bytes there, durable at once: how a test makes damage. */
  put(path: string, bytes: Uint8Array): void {
    const folder = this.#parent(path);
    const inode: Inode = { kind: 'file', data: Uint8Array.from(bytes), durable: Uint8Array.from(bytes), pending: [] };
    folder.names.set(last(path), inode);
    folder.durable.set(last(path), inode);
  }

  /** Every file below a folder, with its path in there; sorted. */
  files(folder: string): string[] {
    const found: string[] = [];
    const visit = (at: Inode | Folder | undefined, path: string): void => {
      if (at?.kind === 'file') found.push(path);
      else if (at !== undefined)
        for (const [name, child] of at.names) visit(child, path === '' ? name : `${path}/${name}`);
    };
    visit(this.#find(folder), '');
    return found.sort();
  }

  remove(path: string): void {
    this.#parent(path).names.delete(last(path));
    this.#parent(path).durable.delete(last(path));
  }

  /** Everything durable as it is: the start of a campaign. */
  settle(): void {
    const visit = (folder: Folder): void => {
      folder.durable = new Map(folder.names);
      folder.pending = [];
      folder.clean = [];
      for (const child of folder.names.values()) {
        if (child.kind === 'folder') visit(child);
        else {
          child.durable = child.data.slice();
          child.pending = [];
        }
      }
    };
    visit(this.root);
  }

  /** The same disk again, as another process finds it: what is not synced here is not synced there. */
  copy(): SimulatedDisk {
    const next = new SimulatedDisk();
    const copies = new Map<Inode | Folder, Inode | Folder>([[this.root, next.root]]);
    const copyOf = (one: Inode | Folder): Inode | Folder => {
      const known = copies.get(one);
      if (known !== undefined) return known;
      // Bytes are never changed where they are.
      const made = one.kind === 'file' ? { ...one, pending: [...one.pending] } : newFolder();
      copies.set(one, made);
      if (one.kind === 'folder') fill(one, made as Folder);
      return made;
    };
    const copyNames = (names: ReadonlyMap<string, Inode | Folder>): Map<string, Inode | Folder> =>
      new Map(Array.from(names, ([name, child]) => [name, copyOf(child)]));
    const fill = (from: Folder, to: Folder): void => {
      to.names = copyNames(from.names);
      to.durable = copyNames(from.durable);
      const copied = (change: NameChange): NameChange => change.map(([name, child]) => [name, child && copyOf(child)]);
      to.pending = from.pending.map(copied);
      to.clean = from.clean.map(copied);
    };
    fill(this.root, next.root);
    return next;
  }

  /** The machine after the cut: what survived, in a new disk. */
  afterCut(policy: CutPolicy, random: Random): SimulatedDisk {
    // After kill -9 the page cache lives on.
    if (policy === 'kill') return this.copy();
    const next = new SimulatedDisk();
    const made = new Map<Inode, Inode>();
    const visit = (from: Folder, to: Folder): void => {
      for (const [name, child] of survivingNames(from, policy, random)) {
        if (child.kind === 'folder') {
          const folder = newFolder();
          to.names.set(name, folder);
          visit(child, folder);
          continue;
        }
        let inode = made.get(child);
        if (inode === undefined) {
          const data = survivingData(child, policy, random);
          inode = { kind: 'file', data, durable: data, pending: [] };
          made.set(child, inode);
        }
        to.names.set(name, inode);
      }
      to.durable = new Map(to.names);
    };
    visit(this.root, next.root);
    return next;
  }

  #step(kind: string, detail: string): void {
    if (this.#dead || this.operations >= this.cutAt) {
      this.#dead = true;
      throw new Cut('the process is dead');
    }
    const number = this.operations++;
    this.log.push(`${kind} ${detail}`);
    const { fault } = this;
    if (fault !== undefined && (number === fault.at || (fault.forGood && number > fault.at))) {
      throw failure(fault.code, detail);
    }
  }

  async #sync(fd: number): Promise<void> {
    const inode = this.#inode(fd);
    const pending = inode.pending;
    try {
      this.#step('fsync', String(fd));
    } finally {
      if (!this.#dead) inode.pending = [];
    }
    for (const one of pending) inode.durable = applied(inode.durable, one);
    return Promise.resolve();
  }

  #inode(fd: number): Inode {
    const inode = this.#open.get(fd);
    if (inode === undefined) throw failure('EBADF', String(fd));
    return inode;
  }

  #find(path: string): Inode | Folder | undefined {
    let at: Inode | Folder | undefined = this.root;
    for (const part of path.split('/').filter((name) => name !== '')) {
      if (at?.kind !== 'folder') return undefined;
      at = at.names.get(part);
    }
    return at;
  }

  #mayReplace(inode: Inode | Folder, to: string): void {
    const there = this.#find(to);
    if (there === undefined || there === inode) return;
    if (inode.kind === 'file' && there.kind === 'folder') throw failure('EISDIR', to);
    if (inode.kind === 'folder' && there.kind === 'file') throw failure('ENOTDIR', to);
    if (there.kind === 'folder' && there.names.size > 0) throw failure('ENOTEMPTY', to);
  }

  #parent(path: string): Folder {
    const parent = this.#find(path.slice(0, path.lastIndexOf('/')));
    if (parent?.kind !== 'folder') throw failure('ENOENT', path);
    return parent;
  }

  #name(path: string, child: Inode | Folder | undefined): void {
    this.#change(this.#parent(path), [[last(path), child]]);
  }

  #change(folder: Folder, change: NameChange): void {
    rename(folder.names, change);
    folder.pending.push(...folder.clean.splice(0), change);
  }
}

function newFolder(): Folder {
  return { kind: 'folder', names: new Map(), durable: new Map(), pending: [], clean: [] };
}

function last(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function rename(names: Map<string, Inode | Folder>, change: NameChange): void {
  for (const [name, child] of change) {
    if (child === undefined) names.delete(name);
    else names.set(name, child);
  }
}

function failure(code: string, detail: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${detail}`), { code });
}

function change(inode: Inode, one: DataChange): void {
  inode.data = applied(inode.data, one);
  inode.pending.push(one);
}

function applied(data: Uint8Array, one: DataChange): Uint8Array {
  const size = one.kind === 'truncate' ? one.at : Math.max(data.length, one.at + one.bytes.length);
  const next = new Uint8Array(size);
  next.set(data.subarray(0, size));
  if (one.kind === 'write') next.set(one.bytes, one.at);
  return next;
}

function survivingNames(
  folder: Folder,
  policy: Exclude<CutPolicy, 'kill'>,
  random: Random,
): Map<string, Inode | Folder> {
  if (policy === 'names' || policy === 'sizes') return folder.names;
  const names = new Map(folder.durable);
  if (policy === 'random') {
    const kept = Math.floor(random() * (folder.pending.length + 1));
    for (const one of folder.pending.slice(0, kept)) rename(names, one);
  }
  return names;
}

function survivingData(inode: Inode, policy: Exclude<CutPolicy, 'kill'>, random: Random): Uint8Array {
  switch (policy) {
    case 'data':
      return inode.data.slice();
    case 'nothing':
    case 'names':
      return inode.durable.slice();
    case 'sizes': {
      const data = new Uint8Array(inode.data.length);
      data.set(inode.durable.subarray(0, data.length));
      return data;
    }
    case 'random': {
      let data: Uint8Array = inode.durable.slice();
      for (const one of inode.pending) data = random() < 0.25 ? data : partly(data, one, random);
      return data;
    }
  }
}

function partly(data: Uint8Array, one: DataChange, random: Random): Uint8Array {
  if (one.kind === 'truncate') return applied(data, one);
  const bytes = one.bytes.slice();
  for (let at = 0; at < bytes.length; at += SECTOR) {
    if (random() < 0.5) continue;
    for (let i = at; i < Math.min(at + SECTOR, bytes.length); i++) bytes[i] = data[one.at + i] ?? 0;
  }
  const length = random() < 0.3 ? Math.floor(random() * (bytes.length + 1)) : bytes.length;
  return applied(data, { ...one, bytes: bytes.subarray(0, length) });
}
