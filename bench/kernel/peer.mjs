import { spawnSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { encodeForPeer } from './cells.mjs';
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

/** Rows of permutations first .. first + count - 1 and the CPU time they took [ns], the second time they are made. */
export function runPeer(peer, cell, seed, first, count) {
  const request = Uint32Array.of(seed, first, count, seed, first, count, 0, 0, 0);
  const input = Buffer.concat([encodeForPeer(cell), Buffer.from(request.buffer)]);
  const { stdout, status } = spawnSync(peer, { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`the C++ peer ended with ${status}`);
  const values = new Float64Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  const second = values.subarray(count * 8 + 1);
  return { rows: second.subarray(0, count * 8), ns: second[count * 8] };
}

export function compilerVersion() {
  return spawnSync('g++', ['--version']).stdout.toString().split('\n')[0];
}
