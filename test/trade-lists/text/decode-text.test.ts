import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/trade-lists/text/decode-text.ts';

const TEXT = 'Größe,Preis\n1,2\n';
const utf16 = (text: string, mark: boolean, big: boolean): Uint8Array => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

describe('the encoding of a file', () => {
  it.each([
    ['utf-8', Buffer.from(TEXT), 'utf-8'],
    ['utf-8 with a mark', Buffer.from(`\ufeff${TEXT}`), 'utf-8'],
    ['utf-16 with a mark', utf16(TEXT, true, false), 'utf-16le'],
    ['utf-16 without a mark', utf16(TEXT, false, false), 'utf-16le'],
    ['big-endian utf-16', utf16(TEXT, true, true), 'utf-16be'],
    ['big-endian utf-16 without a mark', utf16(TEXT, false, true), 'utf-16be'],
  ])('%s', (_name, bytes, encoding) => {
    expect(decodeText('f', bytes)).toEqual({ text: TEXT, encoding, assumed: false });
  });

  it('a code page is assumed to be windows-1252, and says so', () => {
    const bytes = Buffer.from(TEXT, 'latin1');
    expect(decodeText('f', bytes)).toEqual({ text: TEXT, encoding: 'windows-1252', assumed: true });
    expect(decodeText('f', bytes, 'windows-1252').assumed).toBe(false);
  });

  it('names an encoding that there is not, or that the bytes are not', () => {
    expect(() => decodeText('f', Buffer.from('x'), 'klingon')).toThrow(/there is no encoding "klingon"/);
    expect(() => decodeText('f', Buffer.from([0xff, 0x41]), 'utf-8')).toThrow(/is not utf-8 text/);
  });
});
