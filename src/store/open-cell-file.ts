import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { hex32 } from '../encoding/crc32.ts';
import type { BlockPart } from '../encoding/csv-blocks.ts';
import { EngineError } from '../errors.ts';
import type { BlockSums } from './block-sums.ts';
import type {
  CellFile,
  CellPlace,
  CellScan,
  EncodedChunk,
  PermutationRange,
  ProvenBytes,
  ReadBack,
} from './scan/cell-file.ts';
import { diskError, hasCode, isSystemError, onDisk } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import type { StoreFormat } from './formats/format.ts';
import { rewriteWithSums } from './rewrite.ts';
import type { FilePort } from '../files/port.ts';
import { countPermutations, intersectRanges, subtractRanges } from '../study/permutation-range.ts';
import { RangeBuilder, missingFrom } from './scan/ranges.ts';
import type { Sums } from './scan/sums.ts';
import { writeFully } from '../files/write-fully.ts';
import { WrittenBytes } from './written-bytes.ts';
import { counted } from '../wording/format-number.ts';

/** What sealing needs to know of the file. */
interface Found {
  readonly scan: Pick<CellScan, 'end' | 'n_rows_raw' | 'rows_crc32'>;
  readonly sums: Sums;
}

/** The only writer of one metrics file; see `CellFile`. Made by `openCell`. */
export class OpenCell implements CellFile {
  readonly #port: FilePort;
  readonly #place: CellPlace;
  readonly #path: string;
  readonly #format: StoreFormat;
  #target: number;
  readonly #sums: BlockSums;
  #fd: number | undefined;
  /** Names of a new file are not durable yet. */
  #newNames = false;
  /** Where the next append goes, and how far the file is durable. */
  #end: number;
  #durableEnd: number;
  #missing: readonly PermutationRange[];
  #rows: number;
  #rowsDurable: number;
  #lastIndex: number;
  /** Rows stand in perm_index order, one batch per block. */
  #ordered = true;
  #failure: unknown;
  #syncing: Promise<void> = Promise.resolve();
  readonly #appended: { n: number } = { n: 0 };
  /** Of a file that this process began. */
  #written: WrittenBytes | undefined;
  /** Rows that `lowerTarget` put past the target. */
  #past = 0;
  readonly #found: CellScan;

  constructor(port: FilePort, place: CellPlace, scan: CellScan, sums: BlockSums, fd: number | undefined) {
    this.#port = port;
    this.#place = place;
    this.#path = metricsPath(place.folder, place.schema.format);
    this.#format = formatOf(place.schema);
    this.#target = scan.target;
    this.#sums = sums;
    this.#fd = fd;
    this.#end = this.#durableEnd = scan.end;
    this.#missing = missingFrom(scan.present, scan.target);
    this.#rows = this.#rowsDurable = countPermutations(scan.present);
    this.#lastIndex = (scan.present.at(-1)?.to ?? 0) - 1;
    this.#found = scan;
  }

  get n_rows_raw(): number {
    return this.#found.n_rows_raw + this.#appended.n - this.#past;
  }
  get n_duplicates_dropped(): number {
    return this.#found.n_duplicates;
  }
  get n_conflicting_duplicates(): number {
    return this.#found.n_conflicts;
  }
  get n_rows_damaged(): number {
    return this.#found.n_rows_damaged;
  }
  get n_rows_past_target(): number {
    return this.#found.n_rows_past_target + this.#past;
  }
  get n_rows_durable(): number {
    return this.#rowsDurable;
  }
  get target(): number {
    return this.#target;
  }
  get missing(): readonly PermutationRange[] {
    return this.#missing;
  }
  get written(): ProvenBytes | undefined {
    return this.#ordered ? this.#written?.upTo(this.#end) : undefined;
  }
  get sums(): Sums {
    return this.#sums.known;
  }

  lowerTarget(target: number): void {
    assert(target <= this.#target, 'a target is only lowered');
    this.#missing = intersectRanges(this.#missing, [{ from: 0, to: target }]);
    const past = this.#rows - (target - countPermutations(this.#missing));
    this.#target = target;
    this.#past += past;
    this.#rows -= past;
    this.#rowsDurable = Math.min(this.#rowsDurable, this.#rows);
    if (past > 0) this.#ordered = false;
  }

  append(chunk: EncodedChunk): void {
    this.#assertUsable();
    const indices = this.#indicesOf(chunk);
    if (chunk.rows === 0) return;
    const missing = this.#missingWithout(chunk, indices);
    const first = indices?.[0] ?? chunk.first;
    const last = indices?.at(-1) ?? chunk.first + chunk.rows - 1;
    try {
      const fd = (this.#fd ??= this.#create());
      if (this.#end === 0) {
        const header = this.#format.header(this.#place.schema);
        writeFully(this.#port, fd, header, 0);
        this.#end = header.length;
        this.#written = new WrittenBytes(header.length, this.#place.schema.experiment);
      }
      writeFully(this.#port, fd, chunk.bytes, this.#end);
    } catch (error) {
      this.#fail(error, 'write to');
    }
    this.#end += chunk.bytes.length;
    if (!this.#isBehind(first)) this.#ordered = false;
    this.#lastIndex = Math.max(this.#lastIndex, last);
    if (this.#ordered) {
      const parts = this.#partsOf(chunk, indices);
      this.#written?.add(chunk, parts);
      this.#protect(parts);
    }
    this.#missing = missing;
    this.#rows += chunk.rows;
    this.#appended.n += chunk.rows;
  }

  /** Whether a chunk that begins with `first` may stand behind what there is: no part of a chunk twice, and nothing before it. */
  #isBehind(first: number): boolean {
    const size = this.#format.chunkRows(this.#place.schema.batch_rows);
    return Math.floor(first / size) > Math.floor(this.#lastIndex / size);
  }

  /** The rows' indices where some permutations of the chunk failed; undefined where the chunk is whole. */
  #indicesOf(chunk: EncodedChunk): Uint32Array | undefined {
    const end = chunk.first + chunk.count;
    const n_metrics = this.#place.schema.metrics.length;
    assert(chunk.rows <= chunk.count && end <= this.#target, 'a chunk lies below the target');
    if (chunk.rows === chunk.count) {
      this.#format.assertWhole(chunk.bytes, chunk.first, n_metrics);
      return undefined;
    }
    const indices = this.#format.indicesOf(chunk.bytes, chunk.rows, n_metrics);
    assert(
      indices.every((index) => index >= chunk.first && index < end),
      'a chunk holds its own permutations',
    );
    return indices;
  }

  /** What is missing after the chunk, all of whose rows are missing before it. */
  #missingWithout(chunk: EncodedChunk, indices: Uint32Array | undefined): readonly PermutationRange[] {
    const taken = new RangeBuilder();
    if (indices === undefined) taken.add(chunk.first, chunk.first + chunk.count);
    else for (const index of indices) taken.add(index);
    const rest = subtractRanges(this.#missing, taken.ranges);
    assert(
      countPermutations(rest) === countPermutations(this.#missing) - chunk.rows,
      'a chunk holds only missing permutations',
    );
    return rest;
  }

  #create(): number {
    this.#port.mkdir(this.#place.folder);
    this.#newNames = true;
    return this.#port.open(this.#path, 'wx+');
  }

  /** The chunk cut at block borders; undefined for a format that has its sums within. */
  #partsOf(chunk: EncodedChunk, indices: Uint32Array | undefined): readonly BlockPart[] | undefined {
    const { blocksOf } = this.#format;
    if (blocksOf === undefined) return undefined;
    const perm_index = () => indices ?? Uint32Array.from({ length: chunk.rows }, (_, row) => chunk.first + row);
    const parts = chunk.blocks ?? blocksOf(this.#place.schema, perm_index(), chunk.bytes);
    assert(parts.reduce((sum, part) => sum + part.bytes, 0) === chunk.bytes.length, 'the blocks are the chunk');
    return parts;
  }

  /** Rows have their sum as soon as they are written: if this process is killed, at most one chunk is without. */
  #protect(parts: readonly BlockPart[] | undefined): void {
    if (parts === undefined) return;
    for (const part of parts) this.#sums.add(part);
    try {
      this.#sums.write();
    } catch (error) {
      this.#fail(error, 'write the checksums of');
    }
  }

  /** One after the other: the error of a failed sync is reported only once, so no later one may overtake it. */
  sync(): Promise<void> {
    const next = this.#syncing.then(() => this.#syncOnce());
    this.#syncing = next.catch(() => undefined); // the caller of that sync has its error; `#failure` keeps it for the next
    return next;
  }

  async #syncOnce(): Promise<void> {
    this.#assertUsable();
    const end = this.#end;
    const rows = this.#rows;
    if (this.#fd === undefined || (end === this.#durableEnd && !this.#newNames)) return;
    let sums_synced: PromiseSettledResult<(() => void) | undefined>;
    try {
      // With the last row the sums are as they stay: both are on their way together, and one sync writes down both names.
      const whole = this.#missing.length === 0 && this.#ordered && this.#format.blocksOf !== undefined;
      const both = [
        this.#port.fdatasync(this.#fd),
        whole ? this.#sums.syncText() : Promise.resolve(undefined),
      ] as const;
      const [rows_synced, sums] = await Promise.allSettled(both);
      sums_synced = sums;
      if (rows_synced.status === 'rejected') throw rows_synced.reason;
      this.#assertStillThere(end);
      if (this.#newNames || whole) await this.#port.syncFolder(this.#place.folder);
      if (this.#newNames) {
        await this.#port.syncFolder(dirname(this.#place.folder));
        this.#newNames = false;
      }
    } catch (error) {
      this.#fail(error, 'make durable');
    }
    this.#assertUsable();
    this.#durableEnd = end;
    this.#rowsDurable = rows;
    if (sums_synced.status === 'rejected') this.#fail(sums_synced.reason, 'write the checksums of');
    sums_synced.value?.();
  }

  /** An open file whose name was removed still accepts rows, and keeps none. */
  #assertStillThere(end: number): void {
    const size = this.#port.stat(this.#path)?.size ?? -1;
    if (size < end) throw Object.assign(new Error(`${this.#path} no longer exists`), { code: 'ENOENT' });
  }

  async complete(readBack?: ReadBack): Promise<string> {
    await this.sync();
    try {
      if (!this.#ordered) await this.#bringIntoOrder();
      return await this.#seal(readBack);
    } catch (error) {
      if (this.#failure === undefined) this.#fail(error, 'complete');
      throw error;
    }
  }

  /** Gaps were filled behind the tail: rewrites the file in perm_index order. */
  async #bringIntoOrder(): Promise<void> {
    const sums = this.#sums.finished;
    const reader = new FileReader(this.#port, this.#fd!, this.#end);
    const analysis = this.#format.analyse(reader, this.#place, this.#target, sums);
    if (analysis.scan.n_findings > 0 || analysis.scan.n_rows_raw !== this.#rows) throw this.#changedUnderneath();
    this.#sums.close();
    const letGo = (): void => {
      const fd = this.#fd!;
      this.#fd = undefined;
      this.#port.close(fd);
    };
    const rewritten = await rewriteWithSums(this.#port, this.#place, analysis, sums, this.#target, true, letGo);
    this.#fd = this.#port.open(this.#path, 'r+');
    this.#end = this.#durableEnd = rewritten.end;
    this.#sums.reset(rewritten.sums);
    this.#ordered = true;
  }

  /** Reads everything back, then writes the mark of a whole file. */
  async #seal(readBack: ReadBack | undefined): Promise<string> {
    if (this.#fd === undefined) return '00000000';
    const found = await this.#whatIsThere(readBack);
    if (found === undefined || found.scan.end !== this.#end || found.scan.n_rows_raw !== this.#rows) {
      throw this.#changedUnderneath();
    }
    if (this.#format.blocksOf !== undefined) await this.#sums.seal(found.sums);
    if (this.#format.end_marker.length > 0) {
      writeFully(this.#port, this.#fd, this.#format.end_marker, this.#end);
      await this.#port.fdatasync(this.#fd);
    }
    return found.scan.rows_crc32!;
  }

  /** What the file holds: nothing needs to be read of one that is proven to be what was written. */
  async #whatIsThere(readBack: ReadBack | undefined): Promise<Found | undefined> {
    const found = await this.#readBack(readBack);
    if (found !== 'proven') return found;
    const { written } = this;
    assert(written !== undefined, 'only what this process wrote is proven');
    const scan = { end: written.to, n_rows_raw: this.#rows, rows_crc32: hex32(written.crc32) };
    return { scan, sums: this.#sums.known };
  }

  async #readBack(elsewhere: ReadBack | undefined): ReturnType<ReadBack> {
    const sums = this.#sums.known;
    if (elsewhere === undefined) {
      const reader = new FileReader(this.#port, this.#fd!, this.#end);
      return this.#format.scanCanonical(reader, this.#place, this.#target, sums);
    }
    try {
      return await elsewhere(sums);
    } catch (error) {
      // Not a failure of this file: what is durable stays, unsealed.
      this.#failure = error;
      throw error;
    }
  }

  #changedUnderneath(): EngineError {
    return new EngineError(
      'DISK',
      `${this.#path} does not read back as it was written. Check the disk, then run the same command again: it checks and repairs the file`,
      { path: this.#path },
    );
  }

  #assertUsable(): void {
    // A failure is final: what the disk reports afterwards cannot be trusted.
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Cuts back to what is durable; nothing beyond it was acknowledged. */
  #fail(error: unknown, doing: string): never {
    let safe = hasCode(error, 'ENOENT')
      ? 'the rows of this cell are gone with it'
      : `${counted(this.#rowsDurable, 'row')} of this cell ${this.#rowsDurable === 1 ? 'is' : 'are'} safe`;
    if (isSystemError(error) && this.#fd !== undefined) {
      try {
        this.#port.ftruncate(this.#fd, this.#durableEnd);
      } catch (second) {
        safe += `; the rest could not be cut off: ${String(second)}`;
      }
    }
    this.#failure = diskError(error, doing, this.#path, safe);
    throw this.#failure as Error;
  }

  async leave(): Promise<void> {
    try {
      await this.#sums.sync();
    } catch (error) {
      throw diskError(error, 'write the checksums of', this.#path);
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    onDisk('close', this.#path, () => {
      this.#sums.close();
      if (fd !== undefined) this.#port.close(fd);
    });
  }
}
