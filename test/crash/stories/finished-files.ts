import { loadManifest } from '../../../src/stored/manifest.ts';
import { storedCells } from '../../../src/readers/stored-cells.ts';
import { readFailures } from '../../../src/store/failures.ts';
import { readRows } from '../../../src/store/read-rows.ts';
import type { FilePort } from '../../../src/files/port.ts';
import type { SimulatedDisk } from '../simulated-disk.ts';

/** What summary.json says of the way there, and the manifest of the time: not the same after a crash. */
const HISTORY = new Set([
  'n_rows_raw',
  'n_rows_deduped',
  'n_duplicates_dropped',
  'n_conflicting_duplicates',
  'n_rows_damaged',
  'n_rows_past_target',
  'resume_detected',
  'created_at',
  // Covers them, too.
  'digest',
]);

/**
 * For people, or for the moment; a power cut may bring back the lock of a process that ended, and leave what it had written of one. What a crash
 * may leave of rows that were not synced is set aside where good ones stand behind it.
 */
const PASSING = /(^|\/)(logs\.txt|progress\.json|heartbeat\.json|\.lock[^/]*|quarantine)(\/|$)/;
const SUMS = 'metrics_compact.sums';
const METRICS = 'metrics_compact.csv';

/** Everything that a command is to leave below /runs, by path: whatever happens on the way there, nothing else may be there. */
export function finishedFiles(disk: SimulatedDisk, port: FilePort = disk.port): Map<string, string> {
  const found = new Map<string, string>();
  const paths = new Set(disk.files('/runs').filter((path) => !PASSING.test(path)));
  for (const path of paths) {
    // Those of a cell that is not complete yet tell how it came so far.
    if (path.endsWith(SUMS) && !paths.has(path.replace(SUMS, 'summary.json'))) continue;
    const content = contentOf(port, `/runs/${path}`, disk.read(`/runs/${path}`)!);
    // Rows stand in the order in which they came, until a cell is complete.
    const unfinished = path.endsWith(METRICS) && !paths.has(path.replace(METRICS, 'summary.json'));
    found.set(path, unfinished ? content.split('\n').sort().join('\n') : content);
  }
  return found;
}

/** Rows on record that were there twice with other values: nothing that happens to a disk makes them. */
export function conflicts(disk: SimulatedDisk): string[] {
  return disk
    .files('/runs')
    .filter((path) => /\/quarantine\/index_\d+\.jsonl$/.test(path))
    .filter((path) => disk.read(`/runs/${path}`)!.includes('"conflict"'));
}

function contentOf(port: FilePort, path: string, bytes: Buffer): string {
  if (/\/(summary|run_manifest)\.json$/.test(path)) {
    const entries = entriesOf(bytes.toString());
    return entries === undefined ? 'no JSON' : JSON.stringify(entries.filter(([key]) => !HISTORY.has(key)));
  }
  // A failure whose chunk was lost is on record already when it happens again.
  if (path.endsWith('/failures.csv')) return JSON.stringify(readFailures(port, path.slice(0, path.lastIndexOf('/'))));
  return bytes.toString('latin1');
}

/** Good rows of an output, over all of its cells. */
export function rowsOnDisk(port: FilePort, output: string): number {
  const manifest = loadManifest(port, output);
  if (manifest === undefined) return 0;
  let rows = 0;
  for (const { place } of storedCells(output, manifest))
    for (const { perm_index } of readRows(port, place, manifest.permutations)) rows += perm_index.length;
  return rows;
}

/** Undefined where it is no JSON: a crash of an engine with a bug may leave anything. */
function entriesOf(text: string): [string, unknown][] | undefined {
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}
