import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What of other languages is on this machine: tests of programs in them run where it is. */

function runs(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}

export const PYTHON = runs('python3', '-c', 'import json');
export const NUMPY = PYTHON && runs('python3', '-c', 'import numpy');
export const R = runs('Rscript', '-e', '1');

const HELPERS = fileURLToPath(new URL('../../../src/programs/command/helpers/', import.meta.url));

/** Puts the helper of a language beside a program, as a user would. */
export function copyHelper(name: 'permafrost.py' | 'permafrost.R', folder: string): void {
  copyFileSync(join(HELPERS, name), join(folder, name));
}
