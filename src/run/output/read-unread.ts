import type { Clock } from '../../clock.ts';
import { EngineError } from '../../errors.ts';
import { isSystemError } from '../../files/disk-error.ts';
import type { FilePort } from '../../files/port.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import type { Readers } from '../../readers/readers.ts';
import { noFile } from '../../store/scan-cell.ts';
import type { RunOutput } from './run-output.ts';

/** A stop is not held up for longer [ms]: cells that are not read by then count as last recorded. */
const PATIENCE_MS = 5_000;
const AT_ONCE = 16;

/**
 * Reads the cells that a stopped run did not reach, so that its closing counts come from the files. Returns how many are left unread: for lack of
 * time, or because they cannot be read.
 */
export async function readUnread(port: FilePort, output: RunOutput, readers: Readers, clock: Clock): Promise<number> {
  const { states, summaries, books, target, stopping } = output;
  const end_ms = clock.now() + PATIENCE_MS;
  let unread = 0;
  const read = async (cell: RunCell): Promise<void> => {
    if (clock.now() > end_ms) {
      unread += 1;
      return;
    }
    try {
      if (port.stat(cell.place.folder) === undefined) {
        books.foundAtEnd(cell, noFile(target), false);
        return;
      }
      const { scan, check } = await readers.read('scan', { place: cell.place, target, stopping });
      books.foundAtEnd(cell, scan, summaries.isUpToDate(cell, scan, check));
    } catch (error) {
      // The next run says what is wrong with it.
      if (!(error instanceof EngineError || isSystemError(error))) throw error;
      unread += 1;
    }
  };
  const reading = new Set<Promise<void>>();
  for (const { index } of output.cells.places()) {
    if (states.status(index) !== 'waiting') continue;
    if (reading.size >= AT_ONCE) await Promise.race(reading);
    const one: Promise<void> = read(output.cells.at(index)).finally(() => reading.delete(one));
    reading.add(one);
  }
  await Promise.all(reading);
  return unread;
}
