import * as here from 'node:path';
import type { Paths } from '../files/inside.ts';

/** The path from a run's folder to a file, as the manifest has it on every system: with `/`. Absolute where the file is on another drive. */
export function manifestPath(output: string, file: string, paths: Paths = here): string {
  const way = paths.relative(output, file).split(paths.sep).join('/');
  // A name with a backslash in it, which is one on Linux, must not look like a Windows path.
  return way.includes('\\') && !way.includes('/') ? `./${way}` : way;
}

/** The absolute path that a manifest leads to. Earlier versions wrote backslashes on Windows, and there nothing else. */
export function resolveManifestPath(output: string, way: string, paths: Paths = here): string {
  return paths.resolve(output, way.includes('/') ? way : way.replaceAll('\\', '/'));
}
