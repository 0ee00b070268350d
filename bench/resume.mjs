/**
 * How fast is a metrics file of 200,000 rows checked at resume, against readers that only parse it? CPU time, interleaved, medians.
 * The engine's scan reads the file, verifies the checksum of every block and the index and shape of every row. What it cannot
 * go below, reading the bytes and taking their CRC-32, is measured beside it; so is the scan of the rows without checksums.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { run } from '../dist/index.js';
import { cellOf } from '../dist/plan/run-cell.js';
import { openStudy } from '../dist/study/loaded-study.js';
import { crc32 } from '../dist/encoding/crc32.js';
import { textWindow } from '../dist/native-free/csv/rows.js';
import { disk } from '../dist/files/disk.js';
import { FileReader } from '../dist/files/file-reader.js';
import { RunWalk } from '../dist/store/formats/csv-runs.js';
import { scanCell } from '../dist/store/scan-cell.js';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { pythonWith } from './python.mjs';
import { amount, report } from './report.mjs';

const ROWS = amount(200_000, 200_000, 5000);
const file = writeHeadline(temporaryFolder(), { permutations: ROWS });
/** @type {Partial<Record<'csv' | 'arrow', import('../dist/store/scan/cell-file.js').CellPlace>>} */
const cells = {};
for (const format of /** @type {const} */ (['csv', 'arrow'])) {
  const output = join(dirname(file), format);
  await run(file, { output, format });
  const experiment = await openStudy(file, { output, format });
  cells[format] = cellOf(experiment, experiment.cells.at(0), output).place;
}
const csv = join(cells.csv.folder, 'metrics_compact.csv');
const timed =
  (work, times = 1) =>
  () => {
    const began = cpuNs();
    for (let i = 0; i < times; i++) work();
    return (cpuNs() - began) / 1e6 / times;
  };
/** A resume looks at a thousand such files; one alone would measure how the engine warms up. */
const AGAIN = amount(10, 10, 1);
const scan = (format) =>
  timed(() => {
    const found = scanCell(disk, cells[format], ROWS);
    if (!found.sealed || found.n_rows_raw !== ROWS) throw new Error('the scan did not find the rows');
  }, AGAIN);
const window = textWindow();
const withFile = (work) =>
  timed(() => {
    const fd = openSync(csv, 'r');
    work(fd, fstatSync(fd).size);
    closeSync(fd);
  }, AGAIN);
const floor = withFile((fd, size) => {
  let crc = 0;
  for (let at = 0, read = 1; at < size && read > 0; at += read) {
    read = readSync(fd, window, 0, window.length, at);
    crc = crc32(window.subarray(0, read), crc);
  }
});
const walk = withFile((fd, size) => {
  const { metrics } = cells.csv.schema;
  const header = ['perm_index', ...metrics].join(',').length + 1;
  const rows = new RunWalk(new FileReader(disk, fd, size), header, metrics.length, ROWS, window);
  let found = 0;
  for (let run = rows.next(() => ROWS); run !== undefined; run = rows.next(() => ROWS)) found += run.rows;
  if (found !== ROWS || rows.stopped !== 'end') throw new Error('the walk did not find the rows');
});
const PANDAS = `
import sys, time, pandas
times = []
for _ in range(3):
    began = time.process_time(); pandas.read_csv(sys.argv[1], usecols=['perm_index']); times.append(time.process_time() - began)
print(min(times) * 1000)`;
const found = pythonWith('pandas');
const variants = {
  csv: scan('csv'),
  arrow: scan('arrow'),
  walk,
  floor,
  'csv-parse': timed(() => parse(readFileSync(csv))),
  ...(found !== undefined && {
    pandas: () => Number(spawnSync(found.python, ['-c', PANDAS, csv]).stdout.toString()),
  }),
};
const times = interleave(variants, amount(9, 3, 1));
report(`How long does it take to check a metrics file of ${ROWS.toLocaleString('en')} rows at resume?`, [
  { what: 'permafrost, csv, checksums verified', value: median(times.csv), unit: 'ms' },
  { what: 'permafrost, arrow, checksums verified', value: median(times.arrow), unit: 'ms' },
  { what: 'csv-parse', value: median(times['csv-parse']), unit: 'ms' },
  { what: 'the rows alone: index, fields and newline of each, no checksum', value: median(times.walk), unit: 'ms' },
  { what: 'the bytes alone: read, and their CRC-32', value: median(times.floor), unit: 'ms' },
  {
    what: 'validated csv scan without checksums : csv-parse',
    value: pairedRatio(times['csv-parse'], times.walk),
    unit: 'x',
    reach: 100,
    headline: 'validated CSV resume scan (no checksums) : csv-parse',
  },
  {
    what: 'validated csv scan with checksums : csv-parse',
    value: pairedRatio(times['csv-parse'], times.csv),
    unit: 'x faster',
  },
  {
    what: 'arrow scan with checksums : csv-parse of the same rows',
    value: pairedRatio(times['csv-parse'], times.arrow),
    unit: 'x faster',
  },
  ...(times.pandas === undefined
    ? []
    : [
        { what: 'pandas, perm_index only', value: median(times.pandas), unit: 'ms' },
        {
          what: 'validated csv scan with checksums : pandas',
          value: pairedRatio(times.pandas, times.csv),
          unit: 'x faster',
        },
      ]),
]);
