import * as here from 'node:path';

/** How paths are written on a system: `path` of Node, or `path.win32` where a test looks at Windows. */
export type Paths = Pick<typeof here, 'isAbsolute' | 'relative' | 'resolve' | 'sep'>;

/**
 * The way from `folder` down to `path`, '' for the folder itself; undefined where `path` is outside. Between two drives, or shares, there is no way: what
 * `relative` gives there is the path itself.
 */
export function wayInside(folder: string, path: string, paths: Paths = here): string | undefined {
  const way = paths.relative(paths.resolve(folder), paths.resolve(path));
  const outside = way === '..' || way.startsWith(`..${paths.sep}`) || paths.isAbsolute(way);
  return outside ? undefined : way;
}
