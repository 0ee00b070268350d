/**
 * How fast is a metrics file of 200,000 rows checked at resume, against readers that only parse it? CPU time, interleaved, medians.
 * The engine's scan reads the file, verifies the checksum of every block and the index and shape of every row.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { SILENT, StopSwitch, runStudy } from '../dist/index.js';
import { loadExperiment, runCell } from '../dist/run/experiment.js';
import { disk } from '../dist/store/disk.js';
import { scanCell } from '../dist/store/scan-cell.js';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { report, short } from './report.mjs';

const ROWS = 200_000;
const file = writeHeadline(temporaryFolder(), { permutations: ROWS });
const cells = {};
for (const format of ['csv', 'arrow']) {
  const output = join(dirname(file), format);
  await runStudy(file, { output, format }, new StopSwitch(), SILENT);
  const experiment = await loadExperiment(file, { output, format });
  cells[format] = runCell(experiment, experiment.cells.at(0), output).place;
}
const csv = join(cells.csv.folder, 'metrics_compact.csv');
const timed = (work) => () => {
  const began = cpuNs();
  work();
  return (cpuNs() - began) / 1e6;
};
const scan = (format) =>
  timed(() => {
    const found = scanCell(disk, cells[format], ROWS);
    if (!found.sealed || found.n_rows_raw !== ROWS) throw new Error('the scan did not find the rows');
  });
const PANDAS = `
import sys, time, pandas
times = []
for _ in range(3):
    began = time.process_time(); pandas.read_csv(sys.argv[1], usecols=['perm_index']); times.append(time.process_time() - began)
print(min(times) * 1000)`;
const pandas = () => Number(spawnSync('python3', ['-c', PANDAS, csv]).stdout.toString());
const variants = {
  csv: scan('csv'),
  arrow: scan('arrow'),
  'csv-parse': timed(() => parse(readFileSync(csv))),
};
if (pandas() > 0) variants.pandas = pandas;
const times = interleave(variants, short ? 3 : 9);
report(`How long does it take to check a metrics file of ${ROWS.toLocaleString('en')} rows at resume?`, [
  { what: 'permafrost, csv, checksums verified', value: median(times.csv), unit: 'ms' },
  { what: 'permafrost, arrow, checksums verified', value: median(times.arrow), unit: 'ms' },
  { what: 'csv-parse', value: median(times['csv-parse']), unit: 'ms' },
  {
    what: 'validated csv scan : csv-parse',
    value: pairedRatio(times['csv-parse'], times.csv),
    unit: 'x faster',
    reach: 100,
  },
  ...(times.pandas === undefined
    ? []
    : [
        { what: 'pandas, perm_index only', value: median(times.pandas), unit: 'ms' },
        { what: 'validated csv scan : pandas', value: pairedRatio(times.pandas, times.csv), unit: 'x faster' },
      ]),
]);
