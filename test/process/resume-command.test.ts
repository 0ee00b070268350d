import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';

import { CLI, permafrost, temporaryFolder, type Finished } from './cli.ts';

/**
 * Every command that is printed to be copied is copied here: read from the output, given to `sh` in the same folder, and what it does is counted.
 */

const MODEL = `export default {
  name: 'coin', version: '1',
  parameters: { p: { type: 'number', min: 0, max: 1, default: 0.5 }, flips: { type: 'integer', min: 1, default: 3 } },
  inputs: { bias: { description: 'one number' } },
  metrics: { heads: {} },
  load: ({ bias }) => (bias === undefined ? 0 : Number(new TextDecoder().decode(bias.bytes))),
  prepare: ({ parameters, inputs }) => ({ p: parameters.p + inputs, flips: parameters.flips, broken: process.env.COIN_BROKEN === '1' }),
  simulate: ({ p, flips, broken }, rng, row) => {
    let heads = 0;
    for (let i = 0; i < flips; i += 1) if (rng() < p) heads += 1;
    if (broken && heads === flips) throw new RangeError('all heads');
    row.heads = heads;
  },
};`;

const STUDIES: Readonly<Record<string, string>> = {
  // Four cells of 300 permutations, in shards of whole blocks of 100.
  'study.yaml': 'model: ./model.mjs\ngrid: { p: [0.4, 0.6], flips: [3, 5] }\npermutations: 300\nbatch_rows: 100\n',
  'its "second" part.yaml':
    'model: ./model.mjs\ngrid: { p: [0.6, 0.8], flips: [5] }\npermutations: 300\nbatch_rows: 100\n',
  'suite.yaml': `model: ./model.mjs
permutations: 300
batch_rows: 100
settings: { most: 5 }
steps:
  one: { grid: { flips: [3, { setting: most }] } }
  two: { grid: { p: [0.2, 0.8] }, parameters: { flips: { from: one, best: heads, of: max } } }
`,
};

const HOW = [
  '--on-error',
  'continue',
  '--kernel',
  'typescript',
  '--threads',
  '1',
  '--chunk',
  '50',
  '--durability',
  'none',
  '--disk-wait',
  '0.01',
];

let folder: string;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  for (const [name, text] of Object.entries({ 'model.mjs': MODEL, ...STUDIES }))
    writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "the bias' file.txt"), '0.1');
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'permafrost');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(program, 0o755);
  path = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
});

function run(...args: string[]): Promise<Finished> {
  return permafrost(['run', ...args, '--json'], { cwd: folder });
}

/** Stopped before it computes anything. */
async function stopped(...args: string[]): Promise<Finished> {
  const ended = await run(...args, '--max-seconds', '0.001');
  expect(ended.exit, ended.stderr).toBe(3);
  return ended;
}

/** The command behind this word of the output. */
function printed(word: string, { stdout, stderr }: Finished): string {
  const said = `${stdout}\n${stderr}`;
  const found = new RegExp(`^ *${word}:? +(permafrost .*)$`, 'm').exec(said);
  expect(found, `${word} in:\n${said}`).not.toBeNull();
  return found![1]!;
}

/** Gives a printed command to a shell, as it is; only --json is put behind it. */
async function copied(command: string, env: Record<string, string> = {}): Promise<Finished> {
  const { exitCode, signal, stdout, stderr } = await execa('sh', ['-c', `${command} --json`], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    env: { PATH: path, NO_COLOR: '1', ...env },
  });
  return { exit: exitCode, signal, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

interface Outputs {
  readonly outputs: readonly {
    readonly cells: number;
    readonly complete: number;
    readonly permutations_computed: number;
  }[];
}

function computedBy(ended: Finished): number {
  return (ended.json() as Outputs).outputs.reduce((sum, output) => sum + output.permutations_computed, 0);
}

describe.skipIf(process.platform === 'win32')('the command that resumes a run', () => {
  // What a run is given, and how many permutations it has to compute in all.
  it.each<[string, string[], number]>([
    ['--permutations', ['study.yaml', '--permutations', '500'], 2000],
    ['--output with spaces and quotes', ['study.yaml', '--output', `it's "the $HOME" run`], 1200],
    ['--output that begins like an option', ['study.yaml', '--output', '--odd'], 1200],
    ['--format', ['study.yaml', '--format', 'arrow', '--output', 'arrow'], 1200],
    ['--cells', ['study.yaml', '--cells', 'p=0.4,flips=3', '--cells', 'flips=5'], 900],
    ['--step', ['suite.yaml', '--step', 'one'], 600],
    ['--step that waits for another', ['suite.yaml', '--step', 'two'], 1200],
    ['--set', ['suite.yaml', '--set', 'most=7', '--set', 'two.flips=4'], 1200],
    ['--input', ['study.yaml', '--input', "bias=the bias' file.txt"], 1200],
    ['several studies', ['study.yaml', 'its "second" part.yaml'], 1200 + 300],
    ['--on-error, --kernel, --threads and what else says how', ['study.yaml', ...HOW], 1200],
    [
      'all at once',
      ['suite.yaml', '--step', 'one', '--set', 'most=4', '--permutations', '400', '--output', 'o o', ...HOW],
      800,
    ],
  ])('after %s', async (_, args, total) => {
    // Batches of an Arrow file are larger.
    if (args.includes('arrow'))
      writeFileSync(join(folder, 'study.yaml'), STUDIES['study.yaml']!.replace('100', '1000'));
    // A part of it is there: the rest is what has to be computed.
    const part = args.includes('two') ? 0 : computedBy(await run(...args, '--shard', '1/3'));
    const resumed = await copied(printed('resume', await stopped(...args)));
    expect(resumed.exit, resumed.stderr).toBe(0);
    expect(part + computedBy(resumed)).toBe(total);
  });

  it('after --shard computes that shard and no more', async () => {
    const args = ['study.yaml', '--permutations', '900', '--output', 'part 2', '--shard', '2/3'];
    const resumed = await copied(printed('resume', await stopped(...args)));
    expect(resumed.exit, resumed.stderr).toBe(0);
    expect(computedBy(resumed)).toBe(4 * 300);
    expect(resumed.stderr).toContain('This shard is done');
  });

  it('after --reuse takes rows from there', async () => {
    expect(computedBy(await run('study.yaml', '--output', "earlier 'run'"))).toBe(1200);
    const args = ['its "second" part.yaml', '--reuse', "earlier 'run'"];
    const resumed = await copied(printed('resume', await stopped(...args)));
    expect(resumed.exit, resumed.stderr).toBe(0);
    expect(computedBy(resumed)).toBe(300);
  });

  it('after --truncate does not allow it again', async () => {
    await run('study.yaml');
    const ended = await stopped('study.yaml', '--permutations', '200', '--truncate');
    const command = printed('resume', ended);
    expect(command).not.toContain('--truncate');
    const resumed = await copied(command);
    expect(resumed.exit, resumed.stderr).toBe(0);
    expect(computedBy(resumed)).toBe(0);
    expect((resumed.json() as Outputs).outputs).toMatchObject([{ cells: 4, complete: 4 }]);
  });
});

describe.skipIf(process.platform === 'win32')('after failures', () => {
  const broken = { COIN_BROKEN: '1' };
  const args = ['study.yaml', '--output', 'a b', '--on-error', 'continue'];
  let n_failed = 0;

  async function failing(): Promise<Finished> {
    const ended = await permafrost(['run', ...args, '--json'], { cwd: folder, env: broken });
    expect(ended.exit).toBe(1);
    n_failed = 1200 - computedBy(ended);
    expect(n_failed).toBeGreaterThan(10);
    return ended;
  }

  it('the command that retries computes what failed, and nothing else', async () => {
    const ended = await failing();
    expect(ended.stderr).not.toContain('resume ');
    const retried = await copied(printed('retry', ended));
    expect(retried.exit, retried.stderr).toBe(0);
    expect(computedBy(retried)).toBe(n_failed);
  });

  it('a retry that is stopped is resumed as a retry', async () => {
    await failing();
    const ended = await stopped(...args, '--retry-failed');
    const resumed = await copied(printed('resume', ended));
    expect(resumed.exit, resumed.stderr).toBe(0);
    expect(computedBy(resumed)).toBe(n_failed);
  });

  it('a run that stopped at the first one is resumed without it, or retried', async () => {
    const ended = await permafrost(['run', 'study.yaml', '--threads', '1', '--chunk', '20', '--json'], {
      cwd: folder,
      env: broken,
    });
    expect(ended.exit).toBe(1);
    const before = computedBy(ended);
    const resumed = await copied(printed('resume', ended));
    // What failed stays out, so the run is not whole.
    expect(resumed.exit).toBe(1);
    const retried = await copied(printed('retry', resumed));
    expect(retried.exit, retried.stderr).toBe(0);
    expect(computedBy(retried)).toBeGreaterThan(0);
    expect(before + computedBy(resumed) + computedBy(retried)).toBe(1200);
  });

  it('the command that shows one alone fails as it did', async () => {
    const shown = await copied(printed('see it alone', await failing()), broken);
    expect(shown.exit).toBe(1);
    expect(shown.json()).toMatchObject({ row: null, failure: { error_class: 'RangeError', message: 'all heads' } });
  });
});

describe.skipIf(process.platform === 'win32')('the other commands that are printed', () => {
  it('check and look at the run they are printed for', async () => {
    const args = ['study.yaml', '--output', `o'clock "run"`];
    const looked = await copied(printed('status', await stopped(...args)));
    expect(looked.json()).toMatchObject({ cells_total: 4, complete: false });
    const checked = await copied(printed('check', await run(...args)));
    expect(checked.exit, checked.stderr).toBe(0);
    expect(checked.json()).toMatchObject({ ok: true, rows: 1200 });
  });

  it('summarise what there is of a run', async () => {
    await run('study.yaml', '--output', 'p 1', '--shard', '1/2');
    const summarised = await copied(printed('partial', await stopped('study.yaml', '--output', 'p 1')));
    expect(summarised.exit, summarised.stderr).toBe(0);
    expect((summarised.json() as { partial: unknown[] }).partial.length).toBeGreaterThan(0);
  });

  it('repair what verify found', async () => {
    await run('study.yaml', '--output', 'o o');
    const per_cell = join(folder, 'o o', 'per_cell');
    const file = join(per_cell, readdirSync(per_cell)[0]!, 'metrics_compact.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n7,\d+\n/, '\n7,what?\n'));
    const found = await permafrost(['verify', 'o o'], { cwd: folder });
    expect(found.exit).toBe(1);
    const repaired = await copied(printed('repair', found));
    // Repaired; the damaged row is missing now, and its block has a checksum again when the row is there.
    expect(new Set((repaired.json() as { problems: { code: string }[] }).problems.map(({ code }) => code))).toEqual(
      new Set(['INCOMPLETE', 'UNPROTECTED']),
    );
  });
});
