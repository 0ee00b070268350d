import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * The finished files of a run by kind. `history` is what the counts of summary.json say of the way there (rows dropped, resumed):
 * the same for the same way only.
 */
export const KINDS = [
  'metrics',
  'sums',
  'summaries',
  'history',
  'failures',
  'aggregated',
  'tables',
  'exports',
  'cell_ids',
  'experiments',
  'digest',
] as const;
export type Kind = (typeof KINDS)[number];
export type Digests = Partial<Record<Kind, string>>;

const PLACES: readonly (readonly [Kind, RegExp])[] = [
  ['metrics', /^per_cell\/[^/]+\/metrics_compact\.(?!sums$)[a-z]+$/],
  ['sums', /^per_cell\/[^/]+\/metrics_compact\.sums$/],
  ['failures', /^per_cell\/[^/]+\/failures\.csv$/],
  ['aggregated', /^aggregated\/(grid|partial)_summary\.csv$/],
  ['tables', /^results\/.*\.csv$/],
  ['exports', /^export\//],
];

const HISTORY = new Set([
  'n_rows_raw',
  'n_rows_deduped',
  'n_duplicates_dropped',
  'n_conflicting_duplicates',
  'n_rows_damaged',
  'n_rows_past_target',
  'resume_detected',
]);

interface Manifest {
  readonly identity: { readonly cells: Readonly<Record<string, string>> };
}

/** SHA-256 per kind over the relative paths and the bytes of its files; kinds of which there is nothing are left out. */
export function digestsOf(output: string): Digests {
  const parts = new Map<Kind, string[]>();
  const add = (kind: Kind, path: string, content: string | Buffer): void => {
    parts.set(kind, [...(parts.get(kind) ?? []), `${path} ${sha256(content)}`]);
  };
  for (const path of filesBelow(output)) {
    const bytes = readFileSync(join(output, path));
    for (const [kind, place] of PLACES) if (place.test(path)) add(kind, path, bytes);
    if (!/^per_cell\/[^/]+\/summary\.json$/.test(path)) continue;
    // Its own digest covers the history, too.
    const summary = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const entries = Object.entries(summary).filter(([key]) => key !== 'digest');
    add('summaries', path, JSON.stringify(entries.filter(([key]) => !HISTORY.has(key))));
    add('history', path, JSON.stringify(entries.filter(([key]) => HISTORY.has(key))));
  }
  const { identity } = JSON.parse(readFileSync(join(output, 'run_manifest.json'), 'utf8')) as Manifest;
  add('cell_ids', 'in order', Object.keys(identity.cells).join());
  add('experiments', 'in order', JSON.stringify(identity.cells));
  return Object.fromEntries(
    KINDS.flatMap((kind) => (parts.has(kind) ? [[kind, sha256(parts.get(kind)!.join('\n'))]] : [])),
  );
}

/** Relative paths with slashes, sorted. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`there is no run at ${folder}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
