import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { crc32, crcGoingOn } from '../../src/encoding/crc32.ts';

describe('crcGoingOn', () => {
  it('a checksum started elsewhere is had from another one over the same bytes, without reading them', () => {
    const start = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), start, start, (bytes, a, b) => {
        expect(crcGoingOn(crc32(bytes, a), a, b, bytes.length)).toBe(crc32(bytes, b));
      }),
    );
  });

  it('holds for a block of some megabytes', () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 7919) >>> 3);
    expect(crcGoingOn(crc32(bytes, 1), 1, 0xfedcba98, bytes.length)).toBe(crc32(bytes, 0xfedcba98));
  });
});
