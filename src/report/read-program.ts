import { readFileSync } from 'node:fs';

/** The program of the page, as the build made it of page/: a file of this package, so that every report of one version has the same. */
export function pageProgram(): string {
  return readFileSync(new URL('../../dist/report/page-program.js', import.meta.url), 'utf8').trim();
}
