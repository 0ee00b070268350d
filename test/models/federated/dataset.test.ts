import { describe, expect, it } from 'vitest';
import { parseDigits } from '../../../src/models/federated/dataset.ts';
import { EngineError } from '../../../src/errors.ts';
import { digits } from './small.ts';

const HEADER = { dataset: 'tiny', count: 2, height: 1, width: 3, classes: 3, bits: 4 };

function file(header: unknown, ...bytes: number[]): { path: string; bytes: Uint8Array } {
  const line = typeof header === 'string' ? header : JSON.stringify(header);
  return { path: 'tiny.digits', bytes: Uint8Array.from([...new TextEncoder().encode(`${line}\n`), ...bytes]) };
}

function refusal(header: unknown, ...bytes: number[]): EngineError {
  try {
    parseDigits(file(header, ...bytes));
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error('not refused');
}

describe('a file of labelled images', () => {
  it('with 4 bits holds two pixels a byte, the first in the high half, every image from a byte on', () => {
    const tiny = parseDigits(file(HEADER, 2, 0, 0xf0, 0x30, 0x06, 0x90));
    expect([...tiny.labels]).toEqual([2, 0]);
    expect([...tiny.pixels]).toEqual([15, 0, 3, 0, 6, 9].map((level) => Math.fround(level / 15)));
  });

  it('with 8 bits holds a pixel a byte', () => {
    const tiny = parseDigits(file({ ...HEADER, bits: 8 }, 2, 0, 255, 0, 51, 1, 2, 3));
    expect([...tiny.pixels]).toEqual([255, 0, 51, 1, 2, 3].map((byte) => Math.fround(byte / 255)));
  });

  it('is refused with the file and what is wrong', () => {
    expect(refusal('not json').message).toContain('tiny.digits: line 1 is not JSON');
    expect(refusal({ ...HEADER, dataset: undefined }).message).toContain('`dataset`');
    expect(refusal({ ...HEADER, width: 0 }).message).toContain('`width` must be an integer of 1 or more, found 0');
    expect(refusal({ ...HEADER, bits: 2 }).message).toContain('`bits` must be 4 or 8, found 2');
    expect(refusal(HEADER, 2, 0, 0xf0).message).toMatch(/holds \d+ bytes where its first line announces \d+/);
    expect(refusal(HEADER, 2, 3, 0, 0, 0, 0).message).toMatch(/byte \d+: label 3 is not one of 0 to 2/);
    expect(refusal(null).code).toBe('DATA');
  });
});

describe('the digits of the example', () => {
  it('are 10,000 of 14 x 14 pixels, about as many of each', () => {
    const { dataset, count, height, width, classes, labels, pixels } = digits();
    expect({ dataset, count, height, width, classes }).toEqual({
      dataset: 'mnist',
      count: 10000,
      height: 14,
      width: 14,
      classes: 10,
    });
    const counts = Array.from({ length: 10 }, (_, label) => labels.filter((other) => other === label).length);
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    expect(pixels.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
  });

  it('lie on shared memory: threads do not copy them', () => {
    expect(digits().pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(digits().labels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
