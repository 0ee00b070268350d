import { crc32 } from 'node:zlib';

import { Unzip, UnzipInflate } from 'fflate';
import { EngineError } from '../../errors.ts';

import { unreadable } from '../text/problems.ts';

/** Unpacked bytes of all entries together: more is refused, however small the file is. */
const MOST_UNPACKED = 512 * 1024 * 1024;
const MOST_ENTRIES = 2000;
/** Packed bytes given at once: at most 1,032 times as many come out of them before they are counted. */
const STEP = 1 << 15;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}

/**
 * The entries of a zip by name, held against the sums in its directory. Counts what comes out as it comes out, so a file made to burst is refused
 * early; `most` [bytes] is for all entries together. Throws DATA for a zip that is damaged, cut off or too large.
 */
export function unzip(file: string, bytes: Uint8Array, most = MOST_UNPACKED): Map<string, Uint8Array> {
  const sums = directoryOf(bytes);
  if (sums === undefined) throw unreadable(file, 'is a damaged zip: its directory is missing. Cut off?');
  const entries = new Map<string, Uint8Array>();
  let unpacked = 0;
  const reader = new Unzip((entry) => {
    const chunks: Uint8Array[] = [];
    entry.ondata = (error, chunk, final) => {
      // Typed as always there, null on success.
      if ((error as Error | null) !== null) throw error as Error;
      unpacked += chunk.length;
      if (unpacked > most) throw unreadable(file, `unpacks to more than ${Math.floor(most / 1024 / 1024)} MB.`);
      chunks.push(chunk);
      if (final) entries.set(entry.name, joined(chunks));
    };
    entry.start();
  });
  reader.register(UnzipInflate);
  try {
    for (let at = 0; at < bytes.length; at += STEP) {
      reader.push(bytes.subarray(at, Math.min(bytes.length, at + STEP)), at + STEP >= bytes.length);
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw unreadable(file, `is a damaged zip: ${cause instanceof Error ? cause.message : String(cause)}.`, cause);
  }
  for (const [name, sum] of sums) {
    const content = entries.get(name);
    if (content === undefined) throw unreadable(file, `is a damaged zip: ${JSON.stringify(name)} is missing from it.`);
    if (crc32(content) !== sum)
      throw unreadable(file, `is a damaged zip: ${JSON.stringify(name)} does not match its checksum.`);
  }
  return entries;
}

/** CRC-32 of each entry by its name, from the directory at the end. Source: APPNOTE.TXT (PKWARE), 4.3.12 and 4.3.16. */
function directoryOf(bytes: Uint8Array): Map<string, number> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 22 - 65_536 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) return undefined;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MOST_ENTRIES) return undefined;
  const sums = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return undefined;
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    if (at + 46 + name > bytes.length) return undefined;
    const text = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    if (!text.endsWith('/')) sums.set(text, view.getUint32(at + 16, true));
    at += 46 + name + extra + comment;
  }
  return sums;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
