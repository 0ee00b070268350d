import { look } from '../../files/look.ts';
import { makeFolderForGood } from '../../files/folder.ts';
import type { Lock } from '../../store/lock.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import { writeManifest } from '../../stored/manifest-file.ts';
import type { Host } from '../../readers/host.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import { refuseDroppedRows } from './dropped-rows.ts';
import { refuseForeignFolder } from './foreign-folder.ts';
import {
  firstNodeOf,
  loadManifest,
  manifestOf,
  refuseOther,
  versionWarnings,
  type RunManifest,
} from '../../stored/manifest.ts';
import { keepRowOrigins, RowOrigins } from '../../stored/row-origins.ts';
import { keepDeadLetters } from '../../store/dead-letters.ts';
import { refuseOthersRows } from './found-rows.ts';
import type { Tell } from './events.ts';
import type { ResolvedOptions } from '../run-options.ts';

export interface Claim {
  readonly lock: Lock;
  /** The output held a run before. */
  readonly resumed: boolean;
  /** Who computed its rows; undefined where that does not matter. */
  readonly origins: RowOrigins | undefined;
}

/**
 * Refuses an output that holds another run or somebody's files, rows that are not this study's where its manifest is gone, or rows that would be dropped without
 * --truncate (IDENTITY). Reads only: an output that this study may not touch stays as it is, without even a lock file.
 */
export async function refuseOtherRun(
  host: Host,
  experiment: LoadedStudy,
  { truncate, threads, recompute_found }: Pick<ResolvedOptions, 'truncate' | 'threads' | 'recompute_found'>,
): Promise<void> {
  const { output } = experiment.study;
  const seen = loadManifest(host.port, output);
  if (seen === undefined) {
    refuseForeignFolder(host.port, output);
    await refuseOthersRows(host, experiment, { truncate, threads, recompute_found });
    return;
  }
  const wanted = manifestOf(experiment);
  refuseOther(seen, wanted, experiment.study);
  if (!truncate) await refuseDroppedRows(host, output, seen, wanted, threads);
}

/** Locks an output and writes its manifest, `steps` being those asked for now. Throws LOCKED, DISK, or IDENTITY where the output changed since it was looked at. */
export async function claimOutput(
  host: Host,
  experiment: LoadedStudy,
  steps: readonly string[],
  { truncate, threads }: Pick<ResolvedOptions, 'truncate' | 'threads'>,
  tell: Tell,
): Promise<Claim> {
  const { port, locks } = host;
  const { output } = experiment.study;
  const manifest = manifestOf(experiment);
  const at = layoutOf(output).manifest;
  if (look(port, at) === undefined) await makeFolderForGood(port, output);
  const lock = await locks.acquire(output);
  try {
    const before = loadManifest(port, output);
    if (before !== undefined) {
      refuseOther(before, manifest, experiment.study);
      // Once more: since it was looked at, another process may have written there.
      if (!truncate) await refuseDroppedRows(host, output, before, manifest, threads);
      for (const keep of [keepRowOrigins, keepDeadLetters]) await keep(port, output);
      for (const message of versionWarnings(before.made_by)) tell({ type: 'warning', message });
    }
    const steps_run = [...new Set([...(before?.steps_run ?? []), ...steps])];
    const first_node = before && firstNodeOf(before);
    const claimed: RunManifest = {
      ...manifest,
      ...(steps_run.length > 0 && { steps_run }),
      ...(first_node !== undefined && first_node !== manifest.made_by.node && { first_node }),
      created_at: before?.created_at ?? manifest.created_at,
    };
    await writeManifest(port, output, { ...claimed });
    return { lock, resumed: before !== undefined, origins: RowOrigins.read(port, output, claimed) };
  } catch (error) {
    lock.release();
    throw error;
  }
}
