import { onDiskAsync } from './disk-error.ts';
import { HeldFile, whenFree } from './held.ts';
import type { FilePort } from './port.ts';

/** Removes a file; no error where there is none. Throws HeldFile where another program has it for longer than `patience_ms` (a minute), DISK for what the disk refuses. */
export function removeFile(port: FilePort, path: string, patience_ms?: number): Promise<void> {
  return onDiskAsync('remove', path, () =>
    whenFree(port, 'remove', path, patience_ms, () => {
      if (port.stat(path) !== undefined) port.unlink(path);
    }),
  );
}

/** Removes what is no longer needed; where that fails, it is removed another time. */
export async function removeIfFree(port: FilePort, path: string, patience_ms = 0): Promise<void> {
  try {
    await removeFile(port, path, patience_ms);
  } catch (error) {
    if (!(error instanceof HeldFile)) throw error;
  }
}
