import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of reference data beside the project, or the one that PERMAFROST_SHARED names; undefined where there is neither. */
export const shared_folder: string | undefined = [
  fileURLToPath(new URL('../../../../shared', import.meta.url)),
  process.env.PERMAFROST_SHARED,
].find((folder) => folder !== undefined && existsSync(join(folder, 'oracle', 'submit-queue.json')));

/** For the titles of tests that cannot run without it. */
export const WITHOUT_SHARED = 'needs the reference data in ../shared';

export function sharedFile(...path: string[]): Uint8Array {
  return readFileSync(join(shared_folder ?? '', ...path));
}
