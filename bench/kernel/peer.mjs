import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { once } from '../report.mjs';

const FLAGS = ['-O3', '-march=native', '-ffp-contract=off'];

/** peer.cpp, compiled into the folder; undefined where there is no g++, and where the files are only tried. */
export function compilePeer(folder) {
  if (once) return undefined;
  const source = fileURLToPath(new URL('peer.cpp', import.meta.url));
  const path = join(folder, 'peer');
  const made = spawnSync('g++', [...FLAGS, '-o', path, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (made.status === 0) return path;
  process.stderr.write('no g++ here: the C++ peer is left out\n');
  return undefined;
}

export function compilerVersion() {
  return spawnSync('g++', ['--version']).stdout.toString().split('\n')[0];
}
