import { unreadable } from './problems.ts';

export interface DecodedText {
  readonly text: string;
  /** Label of the Encoding Standard. */
  readonly encoding: string;
  /** Nothing in the bytes says so: another encoding of one byte a character fits as well. */
  readonly assumed: boolean;
}

/** Bytes looked at to tell UTF-16 without a byte-order mark. */
const LOOKED_AT = 4096;

/**
 * Bytes as text: by `encoding` if given, else by the byte-order mark, by the pattern of zero bytes (UTF-16), as UTF-8 where they are valid
 * UTF-8; whatever is left is a code page of one byte a character and is read as windows-1252, marked as assumed.
 * Source: the Encoding Standard (WHATWG), whose decoders Node brings.
 */
export function decodeText(file: string, bytes: Uint8Array, encoding?: string): DecodedText {
  if (encoding !== undefined) return { ...decodeAs(file, bytes, encoding), assumed: false };
  const marked = byMark(bytes) ?? byZeroBytes(bytes);
  if (marked !== undefined) return { ...decodeAs(file, bytes, marked), assumed: false };
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== undefined) return { text: utf8, encoding: 'utf-8', assumed: false };
  return { ...decodeAs(file, bytes, 'windows-1252'), assumed: true };
}

function decodeAs(file: string, bytes: Uint8Array, label: string): { text: string; encoding: string } {
  const decoder = createDecoder(file, label);
  try {
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch (cause) {
    throw unreadable(file, `is not ${decoder.encoding} text: leave --encoding out, or name the right one.`, cause);
  }
}

function createDecoder(file: string, label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw unreadable(
      file,
      `cannot be read: there is no encoding ${JSON.stringify(label)}; known are utf-8, utf-16le, windows-1252, windows-1251, gbk, shift_jis and the others of the Encoding Standard.`,
      cause,
    );
  }
}

function tryDecode(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function byMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** Latin text in UTF-16 has a zero in every second byte. */
function byZeroBytes(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, LOOKED_AT) & ~1;
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const half = length / 2;
  if (odd > half * 0.6 && even < half * 0.1) return 'utf-16le';
  if (even > half * 0.6 && odd < half * 0.1) return 'utf-16be';
  return undefined;
}
