import { join } from 'node:path';
import { crc32, hex32 } from '../encoding/crc32.ts';
import { hasCode } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { linksAreMissing } from '../files/links.ts';
import type { FilePort } from '../files/port.ts';
import { putInPlace, writeSmallFile } from '../files/small-file.ts';
import { temporaryPath } from '../files/temporary-path.ts';
import { writeFully } from '../files/write-fully.ts';
import type { SetAside } from './formats/format.ts';
import type { QuarantineRecord } from './quarantine-record.ts';

const PIECE_BYTES = 1 << 20;

/**
 * The files of one quarantine/ folder. A file that no record speaks of was left by a repair that was killed before it wrote its index, or
 * its index was removed by a person: it is used again where it holds what is to be set aside now, and is never removed.
 */
export class Shelf {
  readonly #port: FilePort;
  readonly #folder: string;
  readonly #known: ReadonlySet<string>;
  readonly #originals: readonly string[];
  readonly #orphans: readonly string[];
  readonly #number: string;

  constructor(port: FilePort, folder: string, records: readonly QuarantineRecord[]) {
    this.#port = port;
    this.#folder = folder;
    this.#known = new Set(
      records.flatMap((record) => (record.crc32 === undefined ? [] : [keyOf(record, record.crc32)])),
    );
    const spoken_of = new Set(records.map(({ file }) => file));
    const names = port.readdir(folder).filter((name) => !name.endsWith('.tmp'));
    this.#orphans = names.filter((name) => !spoken_of.has(name) && !name.startsWith('index_'));
    this.#originals = names.filter((name) => name.startsWith('original_'));
    const used = names.map((name) => Number(/_(\d+)\./.exec(name)?.[1] ?? 0));
    this.#number = String(Math.max(0, ...used) + 1).padStart(4, '0');
  }

  /** A record of exactly these bytes exists. */
  has(finding: SetAside, reader: FileReader | undefined): boolean {
    if (this.#known.size === 0) return false;
    let crc = 0;
    let length = 0;
    for (const piece of piecesOf(finding, reader)) {
      crc = crc32(piece, crc);
      length += piece.length;
    }
    return this.#known.has(keyOf({ ...finding, length }, hex32(crc)));
  }

  /** A record of this whole file exists. */
  hasOriginal(reader: FileReader): boolean {
    return this.#originals.some(
      (name) => !this.#orphans.includes(name) && this.#holds(name, wholeOf(reader), reader.size),
    );
  }

  /** Copies the bytes of all findings into one file, durably. */
  async putStretches(findings: readonly SetAside[], reader: FileReader | undefined): Promise<QuarantineRecord[]> {
    const begun = this.#orphans.find(
      (name) => name.endsWith('.bin') && this.#begins(name, allPieces(findings, reader)),
    );
    const file = begun ?? `set_aside_${this.#number}.bin`;
    const records: QuarantineRecord[] = [];
    let at = 0;
    function* pieces(): Iterable<Uint8Array> {
      for (const { bytes, ...finding } of findings) {
        let crc = 0;
        let length = 0;
        for (const piece of piecesOf({ bytes, ...finding } as SetAside, reader)) {
          crc = crc32(piece, crc);
          length += piece.length;
          yield piece;
        }
        records.push({ ...finding, length, file, at, crc32: hex32(crc) });
        at += length;
      }
    }
    await this.#write(join(this.#folder, file), begun === undefined ? 'wx+' : 'w+', pieces());
    return records;
  }

  /** The whole metrics file, as a hard link where there are such: returns its name. */
  async putOriginal({ path, reader }: { readonly path: string; readonly reader: FileReader }): Promise<string> {
    const left = this.#originals.find(
      (name) => this.#orphans.includes(name) && this.#holds(name, wholeOf(reader), reader.size),
    );
    if (left !== undefined) return left;
    const name = `original_${this.#number}.${path.slice(path.lastIndexOf('.') + 1)}`;
    const original = join(this.#folder, name);
    try {
      this.#port.link(path, original);
    } catch (error) {
      // A network file system may say so of a link that it made, when its answer was lost and it was asked again.
      if (hasCode(error, 'EEXIST') && this.#holds(name, wholeOf(reader), reader.size)) return name;
      if (!linksAreMissing(error)) throw error;
      await this.#write(temporaryPath(original), 'w+', wholeOf(reader));
      await putInPlace(this.#port, original);
      return name;
    }
    // The reader's handle may only read: not every system syncs that.
    const fd = this.#port.open(original, 'r+');
    try {
      await this.#port.fsync(fd);
    } finally {
      this.#port.close(fd);
    }
    return name;
  }

  /** Makes the records durable: only then may the metrics file change. */
  async record(records: readonly QuarantineRecord[]): Promise<void> {
    const index = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await writeSmallFile(this.#port, join(this.#folder, `index_${this.#number}.jsonl`), index);
  }

  /** Whether a file is the beginning of these pieces. */
  #begins(name: string, pieces: Iterable<Uint8Array>): boolean {
    return this.#read(name, (reader) => {
      let at = 0;
      for (const piece of pieces) {
        if (at >= reader.size) return true;
        const there = reader.read(at, piece.length);
        if (!there.equals(piece.subarray(0, there.length))) return false;
        at += piece.length;
      }
      return at >= reader.size;
    });
  }

  #holds(name: string, pieces: Iterable<Uint8Array>, size: number): boolean {
    return this.#read(name, (reader) => reader.size === size) && this.#begins(name, pieces);
  }

  #read<T>(name: string, work: (reader: FileReader) => T): T {
    const path = join(this.#folder, name);
    const fd = this.#port.open(path, 'r');
    try {
      return work(new FileReader(this.#port, fd, this.#port.stat(path)?.size ?? 0));
    } finally {
      this.#port.close(fd);
    }
  }

  async #write(path: string, flags: 'w+' | 'wx+', pieces: Iterable<Uint8Array>): Promise<void> {
    const fd = this.#port.open(path, flags);
    try {
      let at = 0;
      for (const piece of pieces) {
        writeFully(this.#port, fd, piece, at);
        at += piece.length;
      }
      await this.#port.fsync(fd);
    } finally {
      this.#port.close(fd);
    }
  }
}

function keyOf({ kind, perm_index, offset, length }: Omit<SetAside, 'reason'>, crc: string): string {
  return [kind, perm_index, offset, length, crc].join(' ');
}

function* allPieces(findings: readonly SetAside[], reader: FileReader | undefined): Iterable<Uint8Array> {
  for (const finding of findings) yield* piecesOf(finding, reader);
}

/** The bytes of a finding: its own, or those at its place in the file. */
function* piecesOf({ bytes, offset, length }: SetAside, reader: FileReader | undefined): Iterable<Uint8Array> {
  if (bytes !== undefined) {
    yield bytes;
    return;
  }
  for (let done = 0; done < length; done += PIECE_BYTES) {
    yield reader!.read(offset + done, Math.min(PIECE_BYTES, length - done));
  }
}

function wholeOf(reader: FileReader): Iterable<Uint8Array> {
  return piecesOf({ kind: 'unreadable', offset: 0, length: reader.size, reason: '' }, reader);
}
