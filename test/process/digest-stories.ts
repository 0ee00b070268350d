import { appendFileSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { EXAMPLES } from './cli.ts';
import { PERMUTATIONS } from './digest-studies.ts';
import { removeFolder } from '../temporary-folder.ts';

/** A command, with its exit code where that is not 0; or what is done to the folder between two commands. */
export type Act =
  readonly string[] | { readonly args: readonly string[]; readonly exit: number } | ((folder: string) => void);

/** A run whose digests are on record, made in a folder that holds the studies. Its output is `outputOf(name)`. */
export interface Story {
  readonly name: string;
  readonly acts: readonly Act[];
  /** Whether the short form of the test verifies it, too: a process more. */
  readonly verified: boolean;
}

/** Another way to files that are on record. */
export interface Variant {
  readonly name: string;
  readonly acts: readonly Act[];
  /** Output -> the story whose files it must have. */
  readonly outputs: Readonly<Record<string, string>>;
}

export const outputOf = (name: string): string => name.replaceAll(/\W+/g, '-');

function run(study: string, output: string, ...more: readonly string[]): string[] {
  return ['run', study, '--output', output, ...more];
}

function example(study: string, ...more: readonly string[]): Story {
  const name = `examples/${study}`;
  const args = run(join(EXAMPLES, study), outputOf(name), '--threads', '1', ...more);
  return { name, acts: [args], verified: false };
}

function own(name: string, study: string, ...then: readonly Act[]): Story {
  return { name, acts: [run(study, outputOf(name), '--threads', '2'), ...then], verified: true };
}

export const STORIES: readonly Story[] = [
  // Every example, cut down to a second or two.
  example('coin/study.yaml', '--permutations', '500'),
  example('mmc-queue/study.yaml', '--permutations', '20'),
  example('sir-wasm/study.yaml', '--permutations', '20'),
  example('mm1-rust/study.yaml', '--permutations', '20'),
  example('black-scholes/study.yaml', '--permutations', '500'),
  example('black-scholes/antithetic.yaml', '--permutations', '500'),
  example('permutation-test/study.yaml', '--permutations', '500'),
  example('federated/exp1_vary_width.yaml', '--permutations', '1', '--cells', 'width_factor=1'),
  example('federated/exp2_vary_width.yaml', '--permutations', '1', '--cells', 'width_factor=4'),
  example('llm-stress/capacity.yaml', '--permutations', '1', '--cells', 'scheduler_type=multi_bin_dynamic,k_bins=4'),
  example('llm-stress/grid.yaml', '--permutations', '1', '--set', 'max_requests=1000', '--step', 'baselines'),
  example('llm-stress/stress.yaml', '--permutations', '2', '--set', 'max_requests=100', '--set', 'max_gpus=4'),
  example('sp500/precise.yaml', '--permutations', '4000'),
  example('sp500/study.yaml', '--permutations', '20', '--cells', 'p_skip=0.05'),
  example('standard-surface/study.yaml', '--permutations', '20', '--cells', 'p_skip=0.02,slip_dollars=25'),
  example('submit-queue/grid-search.yaml', '--permutations', '2', '--cells', 'resources=8,verify_latency=3'),
  example('submit-queue/replay.yaml', '--permutations', '2'),
  example('submit-queue/study.yaml', '--permutations', '1', '--cells', 'resources=32,flaketol=0.0767'),

  own('trades', 'trades.yaml'),
  own('trades in Arrow', 'trades-arrow.yaml'),
  { ...own('cell ids by index, seeds by offset', 'trades-index.yaml'), verified: false },
  { ...own('shared streams, philox', 'trades-shared.yaml'), verified: false },
  own("a user's model, exported", 'walk.yaml', ...['csv', 'arrow', 'parquet'].map((to) => exported(to))),
  own('precision rules, in Arrow', 'precise.yaml'),
  own('steps', 'suite.yaml'),
  {
    name: 'failed permutations',
    acts: [{ args: run('failing.yaml', 'failed-permutations', '--on-error', 'continue'), exit: 1 }],
    verified: false,
  },
  {
    name: 'one shard, summarized',
    acts: [run('walk.yaml', 'one-shard-summarized', '--shard', '1/2'), ['summarize', 'one-shard-summarized']],
    verified: false,
  },
];

function exported(to: string): Act {
  return ['export', outputOf("a user's model, exported"), '--to', to];
}

function options(study: string, story: string, ...more: readonly string[]): Variant {
  const name = `${story}, with ${more.join(' ')}`;
  return { name, acts: [run(study, outputOf(name), ...more)], outputs: { [outputOf(name)]: story } };
}

function shards(study: string, story: string): Variant {
  const name = `${story}, two shards merged`;
  const output = outputOf(name);
  const parts = [1, 2].map((part) => `${output}-${part}`);
  return {
    name,
    acts: [
      ...parts.map((part, i) => run(study, part, '--shard', `${i + 1}/2`)),
      ['merge', ...parts, '--into', output, '--trust'],
    ],
    outputs: { [output]: story },
  };
}

const BOTH = ['run', 'trades.yaml', 'trades-arrow.yaml', '--threads', '2'];
const OUTPUTS_OF_BOTH = { 'runs/trades': 'trades', 'runs/trades-arrow': 'trades in Arrow' };

export const VARIANTS: readonly Variant[] = [
  options('trades.yaml', 'trades', '--threads', '1', '--kernel', 'typescript', '--chunk', '137'),
  options('trades.yaml', 'trades', '--threads', '3', '--kernel', 'wasm', '--chunk', '2000'),
  options('trades-arrow.yaml', 'trades in Arrow', '--threads', '1', '--kernel', 'typescript', '--chunk', '137'),
  options('precise.yaml', 'precision rules, in Arrow', '--threads', '1', '--chunk', '70'),
  shards('trades.yaml', 'trades'),
  shards('precise.yaml', 'precision rules, in Arrow'),
  {
    name: 'half of the permutations, torn by a crash, resumed and extended, both formats in one run',
    acts: [
      [...BOTH, '--permutations', String(PERMUTATIONS / 2)],
      (folder) => {
        for (const output of Object.keys(OUTPUTS_OF_BOTH)) tear(join(folder, output));
      },
      BOTH,
    ],
    outputs: OUTPUTS_OF_BOTH,
  },
  {
    name: 'steps one by one',
    // The third needs the second.
    acts: ['step3', 'step1'].map((step) => run('suite.yaml', 'steps-one-by-one', '--step', step, '--threads', '1')),
    outputs: { 'steps-one-by-one': 'steps' },
  },
];

/** What a crash may leave: some metrics files cut in mid-row, others with a piece of a row too many, and no summaries. */
function tear(output: string): void {
  const cells = join(output, 'per_cell');
  for (const [i, cell] of readdirSync(cells).sort().entries()) {
    const folder = join(cells, cell);
    const path = join(
      folder,
      readdirSync(folder).find((name) => /^metrics_compact\.(csv|arrow)$/.test(name))!,
    );
    if (i % 2 === 0) truncateSync(path, Math.floor(statSync(path).size * 0.61));
    else appendFileSync(path, '9999,1.');
    rmSync(join(folder, 'summary.json'));
  }
  removeFolder(join(output, 'aggregated'));
}
