/** How much faster are two worker threads than one, everything written durably? Wall time, interleaved, medians. */
import { BenchRig } from '../dist/bench/bench-rig.js';
import { thisMachine } from '../dist/readers/this-machine.js';
import { openStudy } from '../dist/study/loaded-study.js';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const experiment = await openStudy(writeHeadline(temporaryFolder()), {});
const rig = new BenchRig(thisMachine, experiment, 'auto');
const ROUNDS = amount(11, 3, 1);
const MS = amount(1500, 300, 50);
const found = { 1: [], 2: [] };
try {
  for (let round = 0; round <= ROUNDS; round++) {
    for (const threads of round % 2 === 0 ? [1, 2] : [2, 1]) {
      const sample = await rig.sample({ threads, chunk: 'auto', format: 'arrow', durability: 'chunk' }, MS);
      if (round > 0) found[threads].push(sample);
    }
  }
} finally {
  await rig.end();
}
const rate = (threads) => found[threads].map((sample) => sample.permutations_per_second);
report('How much faster are two worker threads than one, end to end?', [
  { what: '1 thread', value: median(rate(1)), unit: 'permutations/s' },
  { what: '2 threads', value: median(rate(2)), unit: 'permutations/s' },
  {
    what: '2 threads : 1 thread',
    value: median(rate(2).map((r, i) => r / rate(1)[i])),
    unit: 'x',
    reach: 1.9,
    headline: '2 threads : 1 thread, end to end',
  },
  {
    what: 'coordinating thread, of a core, at 2 threads',
    value: 100 * median(found[2].map((sample) => sample.coordinator_share)),
    unit: '%',
    at_most: 5,
    headline: 'the coordinating thread at 2 workers, of a core',
  },
]);
