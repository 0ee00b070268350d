import { crcGoingOn, saltOf } from '../encoding/crc32.ts';
import type { BlockPart } from '../encoding/csv-blocks.ts';
import { sumsPath } from './scan/layout.ts';
import type { CellPlace, LastBlock } from './scan/cell-file.ts';
import type { FilePort } from '../files/port.ts';
import { writeSmallFile } from '../files/small-file.ts';
import { parseSums, sumLine, sumsText } from './scan/sums.ts';
import type { BlockSum, Sums } from './scan/sums.ts';
import { writeFully } from '../files/write-fully.ts';

/**
 * The sums file of one open CSV cell. Every row has a sum from the moment it is written: lines are appended as blocks are finished, followed by
 * one line for the block that is still growing, overwritten again and again. They are made durable only by `seal`: a
 * line that a power cut takes away costs the protection of its block until the next run has recomputed a sample of it, no row.
 */
export class BlockSums {
  readonly #port: FilePort;
  readonly #place: CellPlace;
  readonly #salt: number;
  readonly #sums: Map<number, BlockSum>;
  /** The part of the file about finished blocks. */
  #content: string;
  /** What follows it: the line of the block that is growing. */
  #behind: string;
  #pending = '';
  #tail: { block: number; rows: number; crc32: number } | undefined;
  #fd: number | undefined;
  /** Of the open file [bytes]. */
  #size = 0;
  /** What of the file is known to be durable, its name included; undefined where that is not known. */
  #durable: string | undefined;

  /** `content`: the text of the sums file as found, `''` for a new cell (a stale file is emptied then). */
  constructor(port: FilePort, place: CellPlace, content: string, tail: LastBlock | undefined) {
    const { experiment, batch_rows } = place.schema;
    this.#port = port;
    this.#place = place;
    this.#salt = saltOf(experiment);
    const lines = content.slice(0, content.lastIndexOf('\n') + 1);
    const last = lines.slice(lines.lastIndexOf('\n', lines.length - 2) + 1);
    this.#sums = parseSums(lines, experiment, batch_rows);
    this.#tail = tail === undefined ? undefined : { ...tail };
    // The last line is overwritten where its block keeps growing.
    const growing = tail !== undefined && parseSums(last, experiment, batch_rows).has(tail.block);
    this.#behind = growing ? last : '';
    this.#content = lines.slice(0, lines.length - this.#behind.length);
  }

  /** The sums of all finished blocks, the unfinished last one as far as it goes. */
  get known(): Sums {
    const sums = new Map(this.#sums);
    if (this.#tail !== undefined) sums.set(this.#tail.block, { count: this.#tail.rows, crc32: this.#tail.crc32 });
    return sums;
  }

  /** Sums as they were read or finished, without a block that is still growing. */
  get finished(): Sums {
    return this.#sums;
  }

  /** Rows of one block, next in order. */
  add({ block, rows, bytes, crc32, full }: BlockPart): void {
    if (this.#tail?.block !== block) {
      this.#finish();
      this.#tail = { block, rows, crc32 };
    } else {
      this.#tail.rows += rows;
      this.#tail.crc32 = crcGoingOn(crc32, this.#salt, this.#tail.crc32, bytes);
    }
    if (full) this.#finish();
  }

  /** Blocks without a line, as they are in the file. */
  adopt(blocks: readonly LastBlock[]): void {
    for (const { block, rows, crc32 } of blocks) {
      if (block === this.#tail?.block) continue; // has its line behind the others
      this.#keep(block, { count: rows, crc32 });
    }
  }

  #finish(): void {
    if (this.#tail === undefined) return;
    const { block, rows, crc32 } = this.#tail;
    this.#tail = undefined;
    this.#keep(block, { count: rows, crc32 });
  }

  #keep(block: number, sum: BlockSum): void {
    const known = this.#sums.get(block);
    // A line in the place of the growing block's is about to be overwritten.
    const stands = known?.count === sum.count && known.crc32 === sum.crc32 && this.#behind === '';
    if (stands) return;
    this.#sums.set(block, sum);
    this.#pending += sumLine(block, sum, this.#place.schema.batch_rows, this.#salt);
  }

  forget(block: number): void {
    this.#sums.delete(block);
  }

  /** Writes the lines of all rows that there are, without making them durable. */
  write(): void {
    const { batch_rows } = this.#place.schema;
    const tail = this.#tail;
    const growing =
      tail === undefined ? '' : sumLine(tail.block, { count: tail.rows, crc32: tail.crc32 }, batch_rows, this.#salt);
    if (this.#pending === '' && growing === this.#behind) return;
    this.#append(this.#pending, growing);
    this.#pending = '';
  }

  /** Makes the file exactly the lines of `sums`, durably. */
  async seal(sums: Sums): Promise<void> {
    const { schema, folder } = this.#place;
    const expected = sumsText(sums, schema.experiment, schema.batch_rows);
    this.#pending = '';
    if (!expected.startsWith(this.#content)) {
      await this.replace(expected);
      return;
    }
    if (expected === this.#durable && expected === this.#content + this.#behind) {
      this.#content = expected;
      this.#behind = '';
      return;
    }
    this.#append(expected.slice(this.#content.length), '');
    await this.#syncOrEmpty(this.#fd!);
    await this.#port.syncFolder(folder);
  }

  /** Makes durable what was written: rows of a cell that is left unfinished stay protected, and another run may take them. */
  async sync(): Promise<void> {
    if (this.#fd === undefined) return;
    await this.#syncOrEmpty(this.#fd);
    await this.#port.syncFolder(this.#place.folder);
  }

  /** Makes the text of the file durable, not its name. Returns what is to be done when that is: then `seal` has nothing left to do. */
  async syncText(): Promise<() => void> {
    const text = this.#content + this.#behind;
    if (this.#fd === undefined) return () => undefined;
    await this.#syncOrEmpty(this.#fd);
    return () => {
      this.#durable = text;
    };
  }

  /** After a failed sync nobody knows what the disk holds: an empty file protects less, but is never wrong. */
  async #syncOrEmpty(fd: number): Promise<void> {
    try {
      await this.#port.fdatasync(fd);
    } catch (error) {
      this.#port.ftruncate(fd, 0);
      throw error;
    }
  }

  /** Replaces the file as a whole. */
  async replace(text: string): Promise<void> {
    this.close();
    this.#durable = undefined;
    const path = sumsPath(this.#place.folder);
    await writeSmallFile(this.#port, path, text);
    this.#content = text;
    this.#behind = '';
  }

  /** `lines` to keep, followed by a line that the next call overwrites. */
  #append(lines: string, behind: string): void {
    this.#durable = undefined;
    const path = sumsPath(this.#place.folder);
    let before = '';
    if (this.#fd === undefined) {
      const found = this.#content + this.#behind === '' ? undefined : this.#port.stat(path);
      this.#fd = this.#port.open(path, found === undefined ? 'w+' : 'r+');
      this.#size = found?.size ?? 0;
      // After a sync that failed these bytes may be in the page cache alone, and pass for written: only writing them again makes them durable.
      before = found === undefined ? '' : this.#content;
    }
    const text = before + lines + behind;
    const at = this.#content.length - before.length;
    writeFully(this.#port, this.#fd, Buffer.from(text, 'latin1'), at);
    const end = at + text.length;
    // Lines grow as their blocks do: what reaches further was torn, or covered rows that a power cut took.
    if (this.#size > end) this.#port.ftruncate(this.#fd, end);
    this.#size = end;
    this.#content += lines;
    this.#behind = behind;
  }

  /** The file was replaced by the lines of `sums`. */
  reset(sums: Sums): void {
    this.close();
    this.#durable = undefined;
    this.#sums.clear();
    for (const [block, sum] of sums) this.#sums.set(block, sum);
    this.#content = sumsText(sums, this.#place.schema.experiment, this.#place.schema.batch_rows);
    this.#behind = '';
    this.#tail = undefined;
    this.#pending = '';
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) this.#port.close(fd);
  }
}
