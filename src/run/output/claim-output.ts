import { disk } from '../../files/disk.ts';
import { makeFolder } from '../../files/folder.ts';
import { acquireLock, type Lock } from '../../store/lock.ts';
import { writeManifest } from '../../stored/manifest-file.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import { refuseDroppedRows } from './dropped-rows.ts';
import { cellsStopEarly, loadManifest, manifestOf, refuseOther, versionWarnings } from '../../stored/manifest.ts';
import type { RunObserver } from './observer.ts';
import type { ResolvedOptions } from '../run-options.ts';

export interface Claim {
  readonly lock: Lock;
  /** The output held a run before. */
  readonly resumed: boolean;
}

/**
 * Refuses an output that holds something else, or rows that would be dropped without --truncate (IDENTITY). Reads only: an output that this study may not
 * touch stays as it is, without even a lock file.
 */
export async function refuseOtherRun(
  experiment: LoadedStudy,
  { truncate, threads }: Pick<ResolvedOptions, 'truncate' | 'threads'>,
): Promise<void> {
  const { output } = experiment.study;
  const seen = loadManifest(disk, output);
  if (seen === undefined) return;
  const wanted = manifestOf(experiment);
  refuseOther(seen, wanted, output, truncate);
  if (!truncate && cellsStopEarly(seen, wanted)) await refuseDroppedRows(output, seen, wanted, threads);
}

/** Locks an output and writes its manifest, `steps` being those asked for now. Throws LOCKED, DISK, or IDENTITY where the output changed since it was looked at. */
export async function claimOutput(
  experiment: LoadedStudy,
  steps: readonly string[],
  { truncate }: Pick<ResolvedOptions, 'truncate'>,
  observer: RunObserver,
): Promise<Claim> {
  const { output } = experiment.study;
  const manifest = manifestOf(experiment);
  await makeFolder(disk, output);
  const lock = await acquireLock(output);
  try {
    const before = loadManifest(disk, output);
    if (before !== undefined) {
      refuseOther(before, manifest, output, truncate);
      for (const warning of versionWarnings(before.made_by)) observer.warning(warning);
    }
    const steps_run = [...new Set([...(before?.steps_run ?? []), ...steps])];
    await writeManifest(disk, output, {
      ...manifest,
      ...(steps_run.length > 0 && { steps_run }),
      created_at: before?.created_at ?? manifest.created_at,
    });
    return { lock, resumed: before !== undefined };
  } catch (error) {
    lock.release();
    throw error;
  }
}
