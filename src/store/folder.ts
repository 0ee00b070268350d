import { dirname, resolve } from 'node:path';
import { onDiskAsync } from './disk-error.ts';
import type { FilePort } from './port.ts';

/** Makes a folder and its missing parents, durably: each new name is synced in the folder that holds it. */
export async function makeFolder(port: FilePort, path: string): Promise<void> {
  await onDiskAsync('make the folder', path, async () => {
    const holders: string[] = [];
    for (let at = resolve(path); port.stat(at) === undefined && dirname(at) !== at; at = dirname(at))
      holders.push(dirname(at));
    port.mkdir(resolve(path));
    for (const holder of holders.reverse()) await port.syncFolder(holder);
  });
}
