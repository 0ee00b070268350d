import { join } from 'node:path';
import { crc32, hex32 } from '../encoding/crc32.ts';
import type { Finding } from './scan/cell-file.ts';
import type { SetAside } from './formats/format.ts';
import { cellLayout } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import type { FileReader } from '../files/file-reader.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { readSmallFile } from '../files/small-file.ts';
import { writeFully } from '../files/write-fully.ts';

/**
 * What is set aside from a metrics file goes to `<cell>/quarantine/`: the bytes as found in `set_aside_<n>.bin`, whole
 * originals in `original_<n>.<ext>`, and one line of JSON per stretch in `index_<n>.jsonl`. Nothing there is ever
 * overwritten or read back as rows. A record of kind `conflict` makes `verify` fail for as long as it stands; a person
 * who has understood it removes the index file.
 */
export interface QuarantineRecord {
  readonly kind: Finding['kind'];
  /** Where it stood in the metrics file [bytes]. */
  readonly offset: number;
  /** Bytes set aside. */
  readonly length: number;
  readonly reason: string;
  readonly perm_index?: number;
  /** File in this folder, and where in it the bytes stand. */
  readonly file: string;
  readonly at: number;
  /** CRC-32 over the bytes set aside (absent for whole originals). */
  readonly crc32?: string;
}

/** Everything on record for a cell, in the order it was set aside. Lines that do not parse are passed over. */
export function quarantineRecords(port: FilePort, cellFolder: string): QuarantineRecord[] {
  const folder = cellLayout(cellFolder).quarantine;
  if (port.stat(folder)?.kind !== 'folder') return [];
  const names = port.readdir(folder).filter((name) => /^index_\d+\.jsonl$/.test(name));
  return names.sort().flatMap((name) =>
    (readSmallFile(port, join(folder, name)) ?? Buffer.alloc(0))
      .toString('utf8')
      .split('\n')
      .flatMap((line) => parseRecord(line)),
  );
}

function parseRecord(line: string): QuarantineRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'kind' in value ? [value as QuarantineRecord] : [];
  } catch {
    return []; // torn by a crash: what it spoke of is still in the metrics file and is set aside again
  }
}

/** Distinct conflicting rows on record: one set aside twice (a crash in between) counts once. */
export function standingConflicts(records: readonly QuarantineRecord[]): number {
  const rows = records.filter(({ kind }) => kind === 'conflict');
  return new Set(rows.map(({ perm_index, crc32 }) => `${perm_index} ${crc32}`)).size;
}

/**
 * Sets stretches and, where asked, the whole original aside, durably, before anything of the metrics file changes. Without `metrics` every finding
 * brings its bytes.
 */
export async function setAside(
  port: FilePort,
  cellFolder: string,
  metrics: { readonly path: string; readonly reader: FileReader } | undefined,
  findings: readonly SetAside[],
  original: Finding | undefined,
): Promise<void> {
  if (findings.length === 0 && original === undefined) return;
  const folder = cellLayout(cellFolder).quarantine;
  await makeOwnFolder(port, folder);
  const number = nextNumber(port.readdir(folder));
  const records: QuarantineRecord[] = [];
  if (findings.length > 0) {
    const file = `set_aside_${number}.bin`;
    records.push(...(await copyStretches(port, join(folder, file), file, metrics?.reader, findings)));
  }
  if (original !== undefined && metrics !== undefined) {
    const extension = metrics.path.slice(metrics.path.lastIndexOf('.') + 1);
    const file = `original_${number}.${extension}`;
    port.link(metrics.path, join(folder, file));
    await metrics.reader.port.fsync(metrics.reader.fd);
    records.push({ ...original, file, at: 0 });
  }
  const index = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeNew(port, join(folder, `index_${number}.jsonl`), [Buffer.from(index, 'utf8')]);
  await port.syncFolder(folder);
  await port.syncFolder(cellFolder);
}

function nextNumber(names: readonly string[]): string {
  const used = names.map((name) => Number(/_(\d+)\./.exec(name)?.[1] ?? 0));
  return String(Math.max(0, ...used) + 1).padStart(4, '0');
}

async function copyStretches(
  port: FilePort,
  path: string,
  file: string,
  reader: FileReader | undefined,
  findings: readonly SetAside[],
): Promise<QuarantineRecord[]> {
  const records: QuarantineRecord[] = [];
  let at = 0;
  function* pieces(): Iterable<Uint8Array> {
    for (const { bytes, ...finding } of findings) {
      let crc = 0;
      let length = 0;
      for (const piece of bytes === undefined ? piecesOf(reader!, finding) : [bytes]) {
        crc = crc32(piece, crc);
        length += piece.length;
        yield piece;
      }
      records.push({ ...finding, length, file, at, crc32: hex32(crc) });
      at += length;
    }
  }
  await writeNew(port, path, pieces());
  return records;
}

const PIECE_BYTES = 1 << 20;

function* piecesOf(reader: FileReader, { offset, length }: Finding): Iterable<Uint8Array> {
  for (let done = 0; done < length; done += PIECE_BYTES) {
    yield reader.read(offset + done, Math.min(PIECE_BYTES, length - done));
  }
}

async function writeNew(port: FilePort, path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const fd = port.open(path, 'wx+');
  try {
    let at = 0;
    for (const piece of pieces) {
      writeFully(port, fd, piece, at);
      at += piece.length;
    }
    await port.fsync(fd);
  } finally {
    port.close(fd);
  }
}
