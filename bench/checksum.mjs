/** How fast is a CRC-32 without native code, against zlib's? CPU time, interleaved, medians. */
import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32 } from '../dist/encoding/crc32.js';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

/** A CSV block and an Arrow message of 2,000 rows of 8 metrics are some 290 and 136 kB. */
const SIZES = [16_000, 136_000, 290_000];
const TOTAL = amount(2e8, 2e7, 1e6);

const rows = SIZES.flatMap((size) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i) >> 3);
  const calls = Math.ceil(TOTAL / size);
  const found = new Set();
  const timed = (of) => () => {
    const began = cpuNs();
    let crc = 0;
    for (let call = 0; call < calls; call++) crc = of(bytes, crc);
    found.add(crc);
    return (cpuNs() - began) / (calls * size);
  };
  const times = interleave({ ours: timed(crc32), zlib: timed(zlibCrc32) }, amount(9, 3, 1));
  if (found.size !== 1) throw new Error(`${size} bytes: another CRC than zlib's`);
  const kb = `${size / 1000} kB`;
  return [
    { what: `${kb}, native-free`, value: 1 / median(times.ours), unit: 'GB/s' },
    { what: `${kb}, zlib`, value: 1 / median(times.zlib), unit: 'GB/s' },
    { what: `${kb}, native-free : zlib`, value: pairedRatio(times.zlib, times.ours), unit: 'x faster' },
  ];
});
report('How fast is a CRC-32?', rows);
