import { counted } from '../wording/format-number.ts';
import { dirname } from 'node:path';
import { BlockSums } from './block-sums.ts';
import { countPermutations } from '../study/permutation-range.ts';
import type { CellFile, CellPlace, CellScan, LastBlock } from './scan/cell-file.ts';
import { onDiskAsync } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import { cellLayout, sumsPath } from './scan/layout.ts';
import { OpenCell } from './open-cell-file.ts';
import type { FilePort } from '../files/port.ts';
import { quarantineRecords, setAside, standingConflicts } from './quarantine.ts';
import { LOUD_SHARE } from './scan/recover.ts';
import { rewriteWithSums, uselessSums } from './rewrite.ts';
import type { Rewritten } from './rewrite.ts';
import { readSums, readSumsText } from './scan-cell.ts';
import { HARDLY_ANY_PATIENCE_MS, HeldFile } from '../files/held.ts';
import { removeFile, removeIfFree } from '../files/remove-file.ts';
import { makeOwn } from '../files/own-copy.ts';
import { temporaryPath } from '../files/temporary-path.ts';
import { passingName, removeLeftOversOfCell } from './left-overs.ts';
import { writeFully } from '../files/write-fully.ts';

/**
 * Opens a cell's metrics file as its only writer. What the scan found is repaired first, according to the table in recover.ts,
 * and the result is durable before this returns: file, folder and parent folder are synced, since a killed
 * predecessor may have left rows only in memory. A cell without a file costs nothing until its first append.
 *
 * `log` gets a line for a person about everything that was cut, dropped or set aside.
 */
export async function openCell(
  port: FilePort,
  place: CellPlace,
  scan: CellScan,
  log: (line: string) => void,
): Promise<CellFile> {
  const path = metricsPath(place.folder, place.schema.format);
  return onDiskAsync('repair', path, async () => {
    if (!scan.exists) return new OpenCell(port, place, scan, new BlockSums(port, place, '', undefined), undefined);
    await clearTheWay(port, place, scan, log);
    tell(place, scan, log);
    const settled = scan.canonical ? scan : await repair(port, place, scan, log);
    await makeOwn(port, path);
    await makeOwn(port, sumsPath(place.folder));
    const sumsText = settled.end === 0 ? '' : readSumsText(port, place);
    const has_sums = formatOf(place.schema).blocksOf !== undefined;
    const fd = await settle(port, place, settled, settled === scan);
    const sums = new BlockSums(port, place, sumsText, has_sums ? settled.last_block : undefined);
    const useless = uselessSums(sums.finished, settled.present, place.schema.batch_rows, settled.target);
    for (const block of useless) sums.forget(block);
    protect(place, settled, sums, log);
    return new OpenCell(port, place, settled, sums, fd);
  });
}

/**
 * Rows without a sum get one, as they are now: from here on no change to them goes unnoticed. A sum over a whole block of which rows are missing stays,
 * since it judges them when they have been computed again.
 */
function protect(place: CellPlace, scan: CellScan, sums: BlockSums, log: (line: string) => void): void {
  const judged = ({ block, rows }: LastBlock) => (sums.finished.get(block)?.count ?? 0) > rows;
  sums.adopt(scan.loose_blocks.filter((block) => !judged(block)));
  sums.write();
  const rows = countPermutations(scan.unprotected);
  if (rows > 0) log(`cell ${place.schema.cell_id}: checksums were made for ${counted(rows, 'row')} without any`);
}

/** Left-over temporary files go; a summary goes before the rows that it speaks of change. */
async function clearTheWay(
  port: FilePort,
  place: CellPlace,
  scan: CellScan,
  log: (line: string) => void,
): Promise<void> {
  await removeLeftOversOfCell(port, place.folder);
  const { summary } = cellLayout(place.folder);
  if ((scan.canonical && scan.n_findings === 0) || port.stat(summary) === undefined) return;
  try {
    await removeFile(port, summary, 0);
    await port.syncFolder(place.folder);
  } catch (error) {
    // It says which rows it describes: nobody takes it for a summary of the new rows.
    if (!(error instanceof HeldFile)) throw error;
    log(`cell ${place.schema.cell_id}: ${error.message}`);
  }
}

/** Cuts a torn tail and makes everything else durable. `found`: as it was found, not just rewritten by us. */
async function settle(port: FilePort, place: CellPlace, scan: CellScan, found: boolean): Promise<number> {
  const fd = port.open(metricsPath(place.folder, place.schema.format), 'r+');
  try {
    if (found) {
      writeAnew(port, fd, scan.end);
      await nameAnew(port, place);
    }
    // Also where nothing is behind the last row: a cut whose sync failed may be one in the page cache alone.
    if (!scan.sealed) port.ftruncate(fd, scan.end);
    await port.fsync(fd);
    await port.syncFolder(place.folder);
    await port.syncFolder(dirname(place.folder));
  } catch (error) {
    port.close(fd);
    throw error;
  }
  return fd;
}

const PIECE_BYTES = 1 << 20;

/**
 * Writes the contents of the file over themselves. After a failed fsync the kernel calls the pages clean that never reached the disk,
 * and the next fsync, even by another process, succeeds for them: rows that count must be written by a process whose own fsync succeeds.
 */
function writeAnew(port: FilePort, fd: number, end: number): void {
  const reader = new FileReader(port, fd, end);
  for (let at = 0; at < end; at += PIECE_BYTES) writeFully(port, fd, reader.read(at, PIECE_BYTES), at);
}

/** The same for the names in the folder and of the folder: after a failed sync they are written only when another name beside them changes. */
async function nameAnew(port: FilePort, { folder, schema }: CellPlace): Promise<void> {
  for (const passing of [temporaryPath(metricsPath(folder, schema.format)), passingName(dirname(folder))]) {
    port.close(port.open(passing, 'w+'));
    await removeIfFree(port, passing, HARDLY_ANY_PATIENCE_MS); // a virus scanner may be looking at it
  }
}

async function repair(
  port: FilePort,
  place: CellPlace,
  scan: CellScan,
  log: (line: string) => void,
): Promise<CellScan> {
  const path = metricsPath(place.folder, place.schema.format);
  let fd: number | undefined = port.open(path, 'r');
  const letGo = (): void => {
    const open = fd;
    fd = undefined;
    if (open !== undefined) port.close(open);
  };
  try {
    const reader = new FileReader(port, fd, scan.size);
    const sums = readSums(port, place);
    const analysis = formatOf(place.schema).analyse(reader, place, scan.target, sums);
    const whole = analysis.scan.findings.find(({ kind }) => kind === 'foreign' || kind === 'unreadable');
    await setAside(
      port,
      place.folder,
      { path, reader },
      analysis.set_aside,
      analysis.keep_original ? whole : undefined,
    );
    warnLoudly(place, analysis.scan, log);
    const rewritten = await rewriteWithSums(port, place, analysis, sums, scan.target, false, letGo);
    const n_conflicts = standingConflicts(quarantineRecords(port, place.folder));
    return { ...analysis.scan, ...asFound(rewritten), n_conflicts };
  } finally {
    letGo();
  }
}

function asFound(rewritten: Rewritten) {
  const { end, rows_crc32, last_block } = rewritten;
  return { canonical: true, sealed: false, size: end, end, rows_crc32, last_block };
}

function tell(place: CellPlace, scan: CellScan, log: (line: string) => void): void {
  const cell = `cell ${place.schema.cell_id}:`;
  for (const finding of scan.findings) {
    const done =
      finding.kind === 'torn' ? 'cut' : finding.kind === 'foreign' ? 'rewritten, original set aside' : 'set aside';
    log(`${cell} ${counted(finding.length, 'byte')} at byte ${finding.offset} ${done}: ${finding.reason}`);
  }
  if (scan.n_findings > scan.findings.length) log(`${cell} and ${scan.n_findings - scan.findings.length} more`);
  if (scan.n_duplicates > 0) log(`${cell} ${counted(scan.n_duplicates, 'duplicate row')} dropped`);
  if (scan.n_rows_past_target > 0)
    log(`${cell} ${counted(scan.n_rows_past_target, 'row')} at or past the target of ${scan.target} dropped`);
}

function warnLoudly(place: CellPlace, scan: CellScan, log: (line: string) => void): void {
  const cell = `cell ${place.schema.cell_id}`;
  if (scan.findings.some(({ kind }) => kind === 'foreign')) {
    log(
      `WARNING: ${cell}: the metrics file was saved by another program, which may have rounded its values; they are kept as they are, and the original is under quarantine/`,
    );
  }
  const all = scan.n_rows_raw + scan.n_rows_damaged;
  if (scan.n_rows_damaged > LOUD_SHARE * all) {
    log(
      `WARNING: ${cell}: ${scan.n_rows_damaged} of ${counted(all, 'row')} were damaged; they are under quarantine/ and will be recomputed. Check the disk.`,
    );
  }
  if (scan.n_conflicts > 0) {
    log(
      `WARNING: ${cell}: ${scan.n_conflicts === 1 ? '1 row differs' : `${counted(scan.n_conflicts, 'row')} differ`} from an earlier row of the same perm_index: something is not deterministic. See quarantine/; verify fails for as long as that record exists.`,
    );
  }
}
