/** The temporary name under which a file is written before it is renamed into place. One writer per folder: one name is enough. */
export function temporaryPath(path: string): string {
  return `${path}.tmp`;
}
