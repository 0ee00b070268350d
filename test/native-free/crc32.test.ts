import { crc32 as zlibCrc32 } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { crc32 } from '#native-free/crc32/crc32';
import { MOST } from '#native-free/crc32/layout';

/** Bytes without a pattern, the same in every run. */
function noise(length: number, memory: ArrayBufferLike = new ArrayBuffer(length)): Uint8Array {
  const bytes = new Uint8Array(memory, 0, length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1664525) + 1013904223;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const bytes = noise(2 * MOST + 30_000);

describe('crc32', () => {
  it.each([0, 1, 9_599, 11_999, 12_000, 12_001, 12_015, 12_016, 20_000, MOST - 1, MOST, MOST + 1, MOST + 11_999])(
    'is zlib’s for %i bytes',
    (length) => {
      expect(crc32(bytes.subarray(0, length))).toBe(zlibCrc32(bytes.subarray(0, length)));
    },
  );

  it('is zlib’s for any part, going on from anything', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), fc.nat(0xffffffff), (from, length, start) => {
        const part = bytes.subarray(from, from + length);
        expect(crc32(part, start)).toBe(zlibCrc32(part, start));
      }),
      { numRuns: 300 },
    );
  });

  it('sees every flipped bit', () => {
    const changed = bytes.slice(0, 12_345);
    const whole = crc32(changed);
    fc.assert(
      fc.property(fc.nat(changed.length - 1), fc.nat(7), (at, bit) => {
        changed[at]! ^= 1 << bit;
        const seen = crc32(changed);
        expect(seen).toBe(zlibCrc32(changed));
        expect(seen).not.toBe(whole);
        changed[at]! ^= 1 << bit;
      }),
    );
  });

  it('goes on where it stopped', () => {
    const head = crc32(bytes.subarray(0, 50_001));
    expect(crc32(bytes.subarray(50_001, 150_000), head)).toBe(zlibCrc32(bytes.subarray(0, 150_000)));
  });

  it('takes shared memory, and leaves the bytes as they were', () => {
    const shared = noise(100_000, new SharedArrayBuffer(100_000));
    expect(crc32(shared)).toBe(zlibCrc32(bytes.subarray(0, 100_000)));
    expect(Buffer.compare(shared, bytes.subarray(0, 100_000))).toBe(0);
  });

  it('is zlib’s for zeros and for ones, whose sums could hide what is left out', () => {
    for (const value of [0, 0xff]) {
      const same = new Uint8Array(77_777).fill(value);
      expect(crc32(same)).toBe(zlibCrc32(same));
    }
  });
});
