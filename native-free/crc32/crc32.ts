import { crc32 as zlibCrc32 } from 'node:zlib';

import { CRC32_WASM } from '../build/crc32.ts';
import { copyBytes } from '../copy-bytes.ts';
import { EmbeddedModule } from '../webassembly.ts';
import { BLOCKS_LEFT, BYTES, MEMORY_BYTES, MOST } from './layout.ts';

interface Exports {
  fold(blocks: number): void;
}

interface Loaded {
  readonly exports: Exports;
  readonly memory: Buffer;
}

/** Fewer bytes are done sooner by zlib alone: what the module leaves, 4,800 bytes, zlib does, too. */
const FEWEST = 12_000;
const BLOCK_BYTES = 16;

const embedded = new EmbeddedModule(CRC32_WASM);
let loaded: Loaded | undefined;

/** The module's one instance in this thread, or undefined where it cannot run. */
function load(): Loaded | undefined {
  if (loaded === undefined) {
    const instance = embedded.instantiate(MEMORY_BYTES);
    // The exports are what assembly/index.ts says; nothing can check that here.
    if (instance !== undefined) loaded = { exports: instance.exports as Exports, memory: Buffer.from(instance.memory) };
  }
  return loaded;
}

/**
 * CRC-32 (the one of gzip and PNG) of `bytes`, going on from `start`: what zlib computes, for long ones in two fifths of
 * its time. They may lie in shared memory.
 */
export function crc32(bytes: Uint8Array, start = 0): number {
  if (bytes.length < FEWEST) return zlibCrc32(bytes, start);
  const module = load();
  if (module === undefined) return zlibCrc32(bytes, start);
  let crc = start;
  for (let at = 0; at < bytes.length; at += MOST) {
    const part = bytes.subarray(at, at + MOST);
    crc = part.length < FEWEST ? zlibCrc32(part, crc) : crcOfPart(module, part, crc);
  }
  return crc;
}

/** Going on from `start` is adding it to the first four bytes, and then to begin with nothing, for which zlib has the complement of 0. */
function crcOfPart({ exports, memory }: Loaded, part: Uint8Array, start: number): number {
  copyBytes(part, memory, BYTES);
  memory.writeInt32LE(memory.readInt32LE(BYTES) ^ ~start, BYTES);
  const blocks = Math.floor(part.length / BLOCK_BYTES);
  exports.fold(blocks);
  return zlibCrc32(memory.subarray(BYTES + (blocks - BLOCKS_LEFT) * BLOCK_BYTES, BYTES + part.length), 0xffffffff);
}
