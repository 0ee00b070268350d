import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder, whose path has no links (macOS) and no short names (Windows). Remove it with `removeFolder`. */
export function newFolder(): string {
  return realpathSync.native(mkdtempSync(join(tmpdir(), 'permafrost-test-')));
}

/** Removes a folder with everything in it, if it is there. Windows refuses that for a moment while anybody, if only a virus scanner, has a file open. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** A new folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => {
    removeFolder(folder);
  });
  return folder;
}
