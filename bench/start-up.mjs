/** How long until the command works? Wall time of whole processes, medians. */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { interleave, median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const study = writeHeadline(temporaryFolder(), { permutations: 2000 });
const node = (...args) => {
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
};
const timed =
  (...args) =>
  () => {
    const began = performance.now();
    node(...args);
    return performance.now() - began;
  };
node(cli, 'run', study);
const times = interleave(
  {
    'node alone': timed('-e', '0'),
    'permafrost --version': timed(cli, '--version'),
    'permafrost plan': timed(cli, 'plan', study),
    'permafrost run, complete already': timed(cli, 'run', study),
  },
  amount(9, 3, 1),
);
report(
  'How long does a command take that has next to nothing to do?',
  Object.entries(times).map(([what, values]) => ({ what, value: median(values), unit: 'ms' })),
);
