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
 * The sums file of one open CSV cell. Lines are appended while blocks are finished in order and made durable only by
 * `seal`: a line that a crash takes away costs the protection of its block, no row.
 */
export class BlockSums {
  readonly #port: FilePort;
  readonly #place: CellPlace;
  readonly #salt: number;
  readonly #sums: Map<number, BlockSum>;
  /** What stands in the file, up to its last whole line. */
  #content: string;
  #pending = '';
  #tail: { block: number; rows: number; crc32: number } | undefined;
  #fd: number | undefined;

  /** `content`: the text of the sums file as found, `''` for a new cell (a stale file is emptied then). */
  constructor(port: FilePort, place: CellPlace, content: string, tail: LastBlock | undefined) {
    this.#port = port;
    this.#place = place;
    this.#salt = saltOf(place.schema.experiment);
    this.#content = content.slice(0, content.lastIndexOf('\n') + 1);
    this.#sums = parseSums(this.#content, place.schema.experiment, place.schema.batch_rows);
    this.#tail = tail === undefined ? undefined : { ...tail };
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

  #finish(): void {
    if (this.#tail === undefined) return;
    const { block, rows, crc32 } = this.#tail;
    this.#tail = undefined;
    const known = this.#sums.get(block);
    if (known?.count === rows && known.crc32 === crc32) return;
    this.#sums.set(block, { count: rows, crc32 });
    this.#pending += sumLine(block, { count: rows, crc32 }, this.#place.schema.batch_rows, this.#salt);
  }

  forget(block: number): void {
    this.#sums.delete(block);
  }

  /** Appends the lines of finished blocks, without making them durable. */
  write(): void {
    if (this.#pending === '') return;
    this.#append(this.#pending);
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
    this.#append(expected.slice(this.#content.length));
    await this.#syncOrEmpty(this.#fd!);
    await this.#port.syncFolder(folder);
  }

  /** After a failed sync nobody knows what the disk has: an empty file protects less, but says nothing untrue. */
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
    const path = sumsPath(this.#place.folder);
    await writeSmallFile(this.#port, path, text);
    this.#content = text;
  }

  #append(text: string): void {
    const path = sumsPath(this.#place.folder);
    if (this.#fd === undefined) {
      const found = this.#content === '' ? undefined : this.#port.stat(path);
      this.#fd = this.#port.open(path, found === undefined ? 'w+' : 'r+');
      if (found !== undefined) {
        if (found.size !== this.#content.length) this.#port.ftruncate(this.#fd, this.#content.length);
        // After a sync that failed these bytes may be in the page cache alone, and pass for written: only writing them anew makes them durable.
        writeFully(this.#port, this.#fd, Buffer.from(this.#content, 'latin1'), 0);
      }
    }
    writeFully(this.#port, this.#fd, Buffer.from(text, 'latin1'), this.#content.length);
    this.#content += text;
  }

  /** The file was replaced by the lines of `sums`. */
  reset(sums: Sums): void {
    this.close();
    this.#sums.clear();
    for (const [block, sum] of sums) this.#sums.set(block, sum);
    this.#content = sumsText(sums, this.#place.schema.experiment, this.#place.schema.batch_rows);
    this.#tail = undefined;
    this.#pending = '';
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) this.#port.close(fd);
  }
}
