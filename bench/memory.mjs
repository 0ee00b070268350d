/**
 * Does memory grow with the number of cells? Largest resident set of the whole process, workers included, and the time until
 * the first row counts, for studies of up to 100,100 cells x 200,000 permutations that are stopped after some seconds.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { run } from '../dist/index.js';
import { temporaryFolder } from './headline.mjs';
import { amount, report } from './report.mjs';

const SECONDS = amount(10, 5, 1);

/** In a process of its own: runs the study, tells what it took. */
async function child(study) {
  const began = performance.now();
  let first_row_ms = NaN;
  const onEvent = ({ type }) => {
    if (type === 'acknowledged') first_row_ms = Number.isNaN(first_row_ms) ? performance.now() - began : first_row_ms;
  };
  const result = await run(study, { threads: 2, max_seconds: SECONDS, onEvent });
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(
    JSON.stringify({ cells: result.cells, first_row_seconds: first_row_ms / 1000, rss_mb: maxRSS / 1000 }),
  );
}

function measure(folder, flips) {
  const study = join(folder, `study-${flips}.yaml`);
  writeFileSync(
    study,
    `model: ./coin.ts
grid: { p: { from: 0, to: 1, step: 0.001 }, flips: { from: 1, to: ${flips}, step: 1 } }
permutations: 200000
output: out-${flips}
`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
    '--child',
    study,
  ]);
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}

const at = process.argv.indexOf('--child');
if (at >= 0) await child(process.argv[at + 1]);
else {
  const folder = temporaryFolder();
  copyFileSync(fileURLToPath(new URL('../examples/coin/coin.ts', import.meta.url)), join(folder, 'coin.ts'));
  const found = amount([1, 10, 100], [1, 10, 100], [1]).map((flips) => measure(folder, flips));
  report(
    'How much memory does a run take, and how soon does it compute?',
    found.flatMap(({ cells, first_row_seconds, rss_mb }) => [
      { what: `${cells.toLocaleString('en')} cells: largest resident set`, value: rss_mb, unit: 'MB' },
      { what: `${cells.toLocaleString('en')} cells: until the first row counts`, value: first_row_seconds, unit: 's' },
    ]),
  );
}
