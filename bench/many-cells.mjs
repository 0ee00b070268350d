/**
 * Many small cells: what one costs in CPU time (user and system, all threads) and time, with all of its files, durable. Beside it the same files made by
 * a loop that does nothing else: what the file system takes for them whoever writes. PERMAFROST_AGAINST=/elsewhere/dist/cli.js holds another build against
 * this one, in turns.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './headline.mjs';
import { median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const ROUNDS = amount(3, 1, 1);
/** Values of `flips` for each of 51 values of `p`. */
const FLIPS = amount(100, 20, 1);
const PERMUTATIONS = 200;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = temporaryFolder();
const builds = {
  here: here('../dist/cli.js'),
  ...(process.env.PERMAFROST_AGAINST && { 'the other build': process.env.PERMAFROST_AGAINST }),
};

fs.copyFileSync(here('../examples/coin/coin.ts'), join(folder, 'coin.ts'));
function studyOf(name, grid) {
  const file = join(folder, `${name}.yaml`);
  fs.writeFileSync(file, `name: ${name}\nmodel: ./coin.ts\ngrid: ${grid}\npermutations: ${PERMUTATIONS}\n`);
  return file;
}
const one = studyOf('one', '{ p: [0.5], flips: [10] }');
const many = studyOf('many', `{ p: { from: 0, to: 1, step: 0.02 }, flips: { from: 1, to: ${FLIPS}, step: 1 } }`);
const CELLS = 51 * FLIPS;

/** Every run has a folder of its own, and none is removed before the end: ext4 takes long to make a file where others were removed minutes ago. */
let outputs = 0;
const newOutput = () => join(folder, `out-${(outputs += 1)}`);

/** CPU time [ms], time [ms] and largest resident set [MB] of a run. */
function run(cli, study) {
  const usage = join(folder, 'usage.json');
  const began = performance.now();
  const usage_of = ['--import', new URL('./usage.mjs', import.meta.url).href];
  const args = [...usage_of, cli, 'run', study, '--output', newOutput(), '--threads', '2'];
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PERMAFROST_USAGE: usage },
  });
  if (status !== 0) throw new Error(`${cli} ended with ${status}: ${stderr.toString()}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(fs.readFileSync(usage, 'utf8'));
  return { cpu: (userCPUTime + systemCPUTime) / 1000, wall: performance.now() - began, mb: maxRSS / 1000 };
}

const fsync = promisify(fs.fsync);

/** The files of a cell as the contract has them, with as many syncs as make them durable, by a loop: CPU time a cell [ms]. */
async function filesAlone() {
  const root = newOutput();
  fs.mkdirSync(root);
  const cell_text = Buffer.alloc(4000, 'x');
  const cells = Math.min(CELLS, 1000);
  const before = process.cpuUsage();
  const make = (path, sync) => {
    const fd = fs.openSync(path, 'wx+');
    fs.writeSync(fd, cell_text, 0, cell_text.length, 0);
    return { fd, sync };
  };
  const syncAll = async (files) => {
    await Promise.all(files.filter(({ sync }) => sync).map(({ fd }) => fsync(fd)));
    for (const { fd } of files) fs.closeSync(fd);
  };
  const AT_ONCE = 32;
  for (let first = 0; first < cells; first += AT_ONCE) {
    const folders = Array.from({ length: Math.min(AT_ONCE, cells - first) }, (_, i) => join(root, `cell_${first + i}`));
    const files = folders.flatMap((cell) => {
      fs.mkdirSync(cell);
      return [
        make(join(cell, 'metrics_compact.csv'), true),
        make(join(cell, 'metrics_compact.sums'), true),
        make(join(cell, 'summary.json.tmp'), true),
        make(join(cell, 'progress.json.tmp'), true),
        make(join(cell, 'logs.txt'), false),
      ];
    });
    await syncAll(files);
    for (const cell of folders)
      for (const name of ['summary.json', 'progress.json']) fs.renameSync(join(cell, `${name}.tmp`), join(cell, name));
    await syncAll([...folders, root].map((each) => ({ fd: fs.openSync(each, 'r'), sync: true })));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / cells;
}

const found = new Map(Object.keys(builds).map((name) => [name, []]));
const files = [];
for (const cli of Object.values(builds)) run(cli, one);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, cli] of Object.entries(builds)) {
    const [alone, all] = [run(cli, one), run(cli, many)];
    const each = (what) => (all[what] - alone[what]) / Math.max(1, CELLS - 1);
    found.get(name).push({ cpu: each('cpu'), wall: each('wall'), mb: all.mb, start: alone.cpu });
  }
  files.push(await filesAlone());
}
const title = `${CELLS.toLocaleString('en')} cells x ${PERMUTATIONS}`;
report(
  'What does a small cell cost, all its files included?',
  [...found]
    .flatMap(([name, rounds]) => {
      const of = (what) => median(rounds.map((round) => round[what]));
      const by = name === 'here' ? '' : `, ${name}`;
      return [
        { what: `${title}: CPU time a cell${by}`, value: of('cpu'), unit: 'ms' },
        { what: `${title}: time a cell${by}`, value: of('wall'), unit: 'ms' },
        { what: `${title}: largest resident set${by}`, value: of('mb'), unit: 'MB' },
      ];
    })
    .concat({
      what: 'the files of a cell alone, made and synced by a loop',
      value: median(files),
      unit: 'ms of CPU time',
    }),
);
