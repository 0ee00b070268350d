import type { FilePort } from '../../src/files/port.ts';

/**
 * A file system that keeps names as they were given and finds them in any case and Unicode form (NTFS, APFS, exFAT), over one that tells them apart.
 * `onFold` hears of every name that was found as another: in a run of ours that is always a mistake.
 */
export function foldingNames(
  inner: FilePort,
  onFold: (asked: string, found: string) => void = () => undefined,
): FilePort {
  const real = (path: string): string => {
    let at = '';
    for (const name of path.split('/').filter((part) => part !== '')) at = `${at}/${asItStands(at, name)}`;
    return at;
  };
  const asItStands = (folder: string, name: string): string => {
    if (inner.stat(`${folder}/${name}`) !== undefined || inner.stat(folder === '' ? '/' : folder)?.kind !== 'folder')
      return name;
    const found = inner.readdir(folder === '' ? '/' : folder).find((other) => fold(other) === fold(name));
    if (found !== undefined) onFold(name, found);
    return found ?? name;
  };
  return {
    ...inner,
    open: (path, flags) => inner.open(real(path), flags),
    syncFolder: (path) => inner.syncFolder(real(path)),
    rename: (from, to) => {
      inner.rename(real(from), real(to));
    },
    link: (existing, path) => {
      inner.link(real(existing), real(path));
    },
    unlink: (path) => {
      inner.unlink(real(path));
    },
    mkdir: (path) => {
      inner.mkdir(real(path));
    },
    rmdir: (path) => {
      inner.rmdir(real(path));
    },
    readdir: (path) => inner.readdir(real(path)),
    stat: (path) => inner.stat(real(path)),
  };
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
