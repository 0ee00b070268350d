import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of specifications and oracles beside the project, or undefined where it is absent: tests that need it skip. */
export const sharedFolder: string | undefined = [
  fileURLToPath(new URL('../../../shared', import.meta.url)),
  process.env['PERMAFROST_SHARED'] ?? '',
].find((folder) => folder !== '' && existsSync(`${folder}/specs`));
