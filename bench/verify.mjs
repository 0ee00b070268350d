/**
 * Is verify limited by the disk? A complete run of 40 cells x 200,000 rows in both formats is verified, and its files are only read
 * (`cat`), in turn; from memory, and with the files put out of the page cache before every reading. Wall time, medians.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, verify } from '../dist/index.js';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { median, pairedRatio } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const CELLS = amount(40, 8, 2);
const ROWS = amount(200_000, 200_000, 2000);
const ROUNDS = amount(5, 3, 1);
const file = writeHeadline(temporaryFolder(), {
  permutations: ROWS,
  grid: `p_skip: { from: 0.01, to: ${(CELLS / 100).toFixed(2)}, step: 0.01 }`,
});
const rows = [];
for (const format of /** @type {const} */ (['csv', 'arrow'])) {
  const output = join(dirname(file), format);
  await run(file, { output, format });
  const files = readdirSync(join(output, 'per_cell')).map((cell) =>
    join(output, 'per_cell', cell, `metrics_compact.${format}`),
  );
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  for (const cache of ['warm', 'cold']) {
    const prepare = () => cache === 'cold' && files.forEach(evict);
    const times = { verify: [], cat: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, work] of Object.entries({ verify: () => check(output), cat: () => cat(files) })) {
        prepare();
        const began = performance.now();
        await work();
        if (round > 0) times[name].push(performance.now() - began);
      }
    }
    const mb_per_second = (list) => bytes / median(list) / 1000;
    const pages = cache === 'warm' ? 'in the page cache' : 'not in the page cache';
    rows.push(
      { what: `verify, ${format}, ${pages}`, value: mb_per_second(times.verify), unit: 'MB/s' },
      {
        what: `the same, cells of ${ROWS.toLocaleString('en')} rows`,
        value: (CELLS * 1000) / median(times.verify),
        unit: 'cells/s',
      },
      { what: `cat, ${format}, ${pages}`, value: mb_per_second(times.cat), unit: 'MB/s' },
      { what: `verify : cat, ${format}, ${pages}`, value: pairedRatio(times.verify, times.cat), unit: 'x the time' },
    );
  }
}
report(`How long does it take to verify ${CELLS} complete cells, and only to read them?`, rows);

async function check(output) {
  const { ok, rows: found } = await verify(output);
  if (!ok || found !== CELLS * ROWS) throw new Error('the run is not what it should be');
}

function cat(files) {
  const { status } = spawnSync('cat', files, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('cat failed');
}

/** Asks the system to forget the pages of a file (posix_fadvise DONTNEED); they are written back first. */
function evict(path) {
  const { status } = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
  if (status !== 0) throw new Error('dd with iflag=nocache is needed (GNU coreutils)');
}
