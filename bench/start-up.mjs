/** How long until the command works? Wall time of whole processes, medians. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { interleave, median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const study = writeHeadline(temporaryFolder(), { permutations: 2000 });
/** Where bundles of own models are kept: its own, so that a cold start can be had. */
const cache = join(dirname(study), 'cache');
const env = { ...process.env, PERMAFROST_CACHE: cache };
const node = (...args) => {
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
};
/** Another build to hold against this one, in turns: PERMAFROST_AGAINST=/elsewhere/dist/cli.js. */
const against = process.env.PERMAFROST_AGAINST;
const timed =
  (...args) =>
  () => {
    const began = performance.now();
    node(...args);
    return performance.now() - began;
  };

const folder = dirname(study);
const output = join(folder, 'out');
writeFileSync(
  join(folder, 'coin.mjs'),
  `export default { name: 'coin', version: '1', parameters: { p: { type: 'number', default: 0.5 } }, metrics: { heads: {} },
  simulate: ({ parameters: { p } }, rng, row) => { row.heads = Number(rng() < p); } };`,
);
const own = join(folder, 'own.yaml');
writeFileSync(own, 'model: ./coin.mjs\npermutations: 2000\noutput: own\n');
const built_in = join(folder, 'built-in.yaml');
writeFileSync(
  built_in,
  'model: submit-queue\nparameters: { mode: random, traffic: 1, measure_ticks: 12 }\npermutations: 20\noutput: built-in\n',
);
node(cli, 'run', study);
for (const each of [own, built_in]) node(cli, 'run', each);
const commands = {
  '--version': ['--version'],
  status: ['status', output],
  'plan, complete already': ['plan', study],
  'run, complete already': ['run', study],
  'run of a built-in model without inputs, complete already': ['run', built_in],
  'run of an own model, complete already': ['run', own],
  seeds: ['seeds', study],
  'verify, 2,000 rows': ['verify', output],
  summarize: ['summarize', output],
  report: ['report', output],
  replay: ['replay', output, '--cell', 'p_skip=0.05', '--perm', '7'],
};
const times = interleave(
  {
    'node alone': timed('-e', '0'),
    'permafrost run of an own model that was never bundled': () => {
      rmSync(cache, { recursive: true, force: true });
      return timed(cli, 'run', own)();
    },
    ...Object.fromEntries(
      Object.entries(commands).flatMap(([what, args]) => [
        [`permafrost ${what}`, timed(cli, ...args)],
        ...(against === undefined || what === 'replay' ? [] : [[`${what}, the other build`, timed(against, ...args)]]),
      ]),
    ),
  },
  amount(9, 3, 1),
);
report(
  'How long does a command take that has next to nothing to do?',
  Object.entries(times).map(([what, values]) => ({ what, value: median(values), unit: 'ms' })),
);
