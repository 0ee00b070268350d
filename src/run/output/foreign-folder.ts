import { basename, join } from 'node:path';
import { EngineError } from '../../errors.ts';
import { onDisk } from '../../files/disk-error.ts';
import type { FilePort } from '../../files/port.ts';
import { layoutOf } from '../../store/scan/layout.ts';

/** What systems, editors and version control put into any folder. */
const NOBODYS =
  /^(\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.git(ignore|keep|attributes)|\.nfs.*|lost\+found|\.Trash.*)$/i;
/** Names in a message. */
const MOST_NAMES = 3;

/**
 * Refuses (IDENTITY) a folder that is not a run and holds somebody's files: a run would write results, reports and tables among them, perhaps over them. A run
 * whose manifest is gone is known by its cells.
 */
export function refuseForeignFolder(port: FilePort, output: string): void {
  const { manifest, per_cell, lock } = layoutOf(output);
  const found = namesIn(port, output);
  const ours = (name: string): boolean => name.startsWith(basename(lock)) || name.startsWith(basename(manifest));
  const others = found.filter((name) => !NOBODYS.test(name) && !ours(name) && !isEmptyFolder(port, join(output, name)));
  if (others.length === 0 || holdsCells(port, per_cell)) return;
  const shown = others.sort().slice(0, MOST_NAMES).join(', ');
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : '';
  throw new EngineError(
    'IDENTITY',
    `${output} is not a run of permafrost, and it holds other files: ${shown}${more}. Nothing was changed. Name a new or empty folder (--output, or output: in the study), or move these files away.`,
    { path: 'output', value: output, allowed: 'a run, an empty folder or a new name' },
  );
}

function holdsCells(port: FilePort, per_cell: string): boolean {
  return namesIn(port, per_cell).some((name) => name.startsWith('cell_'));
}

function isEmptyFolder(port: FilePort, path: string): boolean {
  return onDisk('read', path, () => port.stat(path)?.kind === 'folder') && namesIn(port, path).length === 0;
}

/** Of a folder; none where there is no folder. */
function namesIn(port: FilePort, path: string): readonly string[] {
  return onDisk('read', path, () => (port.stat(path)?.kind === 'folder' ? port.readdir(path) : []));
}
