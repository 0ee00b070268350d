import { EngineError } from '../../errors.ts';
import type { InputFile } from '../../model/model.ts';

/** Labelled images, on shared memory: workers see them, they are not copied. */
export interface Digits {
  readonly path: string;
  /** The name of the set, as the file states it. */
  readonly dataset: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  /** Image i is pixels[i x height x width ..], row by row, from 0 to 1 (k / 15 or k / 255, rounded to single precision). */
  readonly pixels: Float32Array;
  /** 0 .. classes - 1. */
  readonly labels: Uint8Array;
}

const SIZES = ['count', 'height', 'width', 'classes', 'bits'] as const;
type Sizes = Record<(typeof SIZES)[number], number>;

const LINE_FEED = 10;

/**
 * Reads a file of labelled images: one line of JSON {dataset, count, height, width, classes, bits, ...}, LF, `count` labels of a
 * byte each, then the pixels row by row. With `bits` 8 a pixel is a byte; with 4 two pixels share one, the first in the high half,
 * and every image starts on a byte. `examples/federated/derive-digits.mjs` writes one. Throws EngineError DATA.
 */
export function parseDigits({ path, bytes }: InputFile): Digits {
  const end = bytes.indexOf(LINE_FEED);
  const { dataset, sizes } = parseHeader(path, bytes.subarray(0, Math.max(end, 0)));
  const { count, height, width, classes, bits } = sizes;
  const image_bytes = Math.ceil((height * width * bits) / 8);
  const expected = end + 1 + count * (1 + image_bytes);
  if (bytes.length !== expected) {
    throw dataError(
      path,
      `holds ${bytes.length} bytes where its first line announces ${expected}: it was cut or changed`,
    );
  }
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  labels.set(bytes.subarray(end + 1, end + 1 + count));
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong !== -1) {
    throw dataError(path, `byte ${end + 1 + wrong}: label ${labels[wrong]!} is not one of 0 to ${classes - 1}`);
  }
  const packed = bytes.subarray(end + 1 + count);
  const pixels = bits === 8 ? unpackBytes(packed) : unpackHalves(packed, count, height * width);
  return { path, dataset, count, height, width, classes, pixels, labels };
}

function parseHeader(path: string, line: Uint8Array): { dataset: string; sizes: Sizes } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(line));
  } catch (cause) {
    throw dataError(path, 'line 1 is not JSON: it must say what the file holds (see derive-digits.mjs)', cause);
  }
  const given = (typeof header === 'object' && header !== null ? header : {}) as Record<string, unknown>;
  const { dataset } = given;
  if (typeof dataset !== 'string' || dataset === '') throw dataError(path, 'line 1 names no `dataset`');
  for (const name of SIZES) {
    const value = given[name];
    if (!Number.isSafeInteger(value) || Number(value) < 1) {
      throw dataError(path, `line 1: \`${name}\` must be an integer of 1 or more, found ${JSON.stringify(value)}`);
    }
  }
  const sizes = given as Sizes;
  if (sizes.bits !== 4 && sizes.bits !== 8)
    throw dataError(path, `line 1: \`bits\` must be 4 or 8, found ${sizes.bits}`);
  if (sizes.classes < 2 || sizes.classes > 256) {
    throw dataError(path, `line 1: \`classes\` must be 2 to 256, found ${sizes.classes}`);
  }
  return { dataset, sizes };
}

function unpackBytes(packed: Uint8Array): Float32Array {
  const pixels = sharedFloats(packed.length);
  for (let i = 0; i < packed.length; i++) pixels[i] = packed[i]! / 255;
  return pixels;
}

function unpackHalves(packed: Uint8Array, count: number, image_pixels: number): Float32Array {
  const pixels = sharedFloats(count * image_pixels);
  const image_bytes = Math.ceil(image_pixels / 2);
  for (let image = 0; image < count; image++) {
    for (let i = 0; i < image_pixels; i++) {
      const pair = packed[image * image_bytes + (i >> 1)]!;
      pixels[image * image_pixels + i] = (i % 2 === 0 ? pair >> 4 : pair & 15) / 15;
    }
  }
  return pixels;
}

function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

function dataError(path: string, message: string, cause?: unknown): EngineError {
  return new EngineError('DATA', `${path}: ${message}`, { path, ...(cause !== undefined && { cause }) });
}
