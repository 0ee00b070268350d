import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { digestOf, finished, permafrost, seededUniform, start, temporaryFolder } from './cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// One test runs a whole study many times, or a large one.
vi.setConfig({ testTimeout: 300_000 });

/** 4 interleavings in CI, 200 with PERMAFROST_FULL=1. */
const INTERLEAVINGS = process.env['PERMAFROST_FULL'] === '1' ? 200 : 4;
/** Commands of each before the last one, which runs everything. */
const COMMANDS = 3;

/** Slow enough to be killed within a cell. */
const MODEL = `export default {
  name: 'walk', version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 }, depth: { type: 'integer', min: 1, default: 1 } },
  metrics: { end: {}, peak: {} },
  simulate: ({ parameters }, rng, row) => {
    let at = 0, peak = 0;
    for (let i = 0; i < 3000; i += 1) { at += (rng() - 0.5) * parameters.width; if (at > peak) peak = at; }
    row.end = at; row.peak = peak / parameters.depth;
  },
};`;

const STUDIES: Readonly<Record<string, string>> = {
  suite: `model: ./walk.mjs
steps:
  s1: { grid: { width: [1, 4, 16] } }
  s2: { parameters: { width: 4 }, grid: { depth: [3, 2, 1] } }
  s3: { parameters: { depth: { from: s2, best: peak, of: max, otherwise: 9 } }, grid: { width: [4, 8] } }
permutations: 600
batch_rows: 200
results: { key: [width, depth] }
output: suite
`,
  grid: 'model: ./walk.mjs\ngrid: { width: [4, 16, 64] }\npermutations: 900\nbatch_rows: 300\noutput: grid\n',
  arrow:
    'model: ./walk.mjs\ngrid: { width: [16, 8], depth: 1 }\npermutations: 600\nformat: arrow\nbatch_rows: 1000\noutput: arrow\n',
  // Stops at 400 in one cell and not at all in the other.
  precise:
    'model: ./walk.mjs\ngrid: { width: [64, 4] }\npermutations: 600\nbatch_rows: 150\noutput: precise\nprecision: { metric: end, mean: true, half_width: 7, min: 100 }\n',
};
const NAMES = Object.keys(STUDIES);

function studies(folder: string): string[] {
  writeFileSync(join(folder, 'walk.mjs'), MODEL);
  return NAMES.map((name) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, STUDIES[name]!);
    return file;
  });
}

/** Every byte that must be the same: metrics files, their sums, the tables. */
function bytesOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of NAMES) {
    for (const path of readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).sort()) {
      const kept = /metrics_compact\.(csv|arrow|sums)$|results\/[^/]*\.csv$|grid_summary\.csv$/.test(path);
      if (kept) found[`${name}/${path}`] = readFileSync(join(folder, name, path)).toString('latin1');
    }
  }
  return found;
}

let expected: Record<string, string>;

beforeAll(async () => {
  const folder = newFolder();
  for (const file of studies(folder)) {
    const ran = await permafrost(['run', file, '--threads', '1']);
    expect(ran.exit, ran.stderr).toBe(0);
  }
  expected = bytesOf(folder);
  removeFolder(folder);
  expect(Object.keys(expected).some((path) => path.startsWith('suite/results/s3'))).toBe(true);
  const precise = expected['precise/results/final_results.csv']!.trimEnd().split('\n').slice(1);
  expect(precise.map((row) => Number(row.split(',')[3]))).toEqual([600, 400]);
});

describe('studies, steps and kills in any interleaving end in equal bytes', () => {
  it.each(Array.from({ length: INTERLEAVINGS }, (_, i) => i + 1))('number %i', async (seed) => {
    const folder = temporaryFolder();
    const [suite, ...others] = studies(folder);
    const uniform = seededUniform(seed * 7919);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)]!;
    const said: string[] = [];
    for (let command = 0; command < COMMANDS; command += 1) {
      const args = pick([
        ['run', suite!, '--step', pick(['s1', 's2', 's3'])],
        ['run', suite!, ...others],
        ['run', ...others],
        ['run', pick([suite!, ...others])],
        ['run', others[0]!, '--reuse', folder],
      ]).filter((arg, i, all) => arg !== '--reuse' || existsSync(join(all[i + 1]!, 'suite/run_manifest.json')));
      const known = args.at(-1) === folder && !args.includes('--reuse') ? args.slice(0, -1) : args;
      const child = start([...known, '--threads', pick(['1', '2']), '--chunk', pick(['7', '100', 'auto'])]);
      if (uniform() < 0.7) {
        await sleep(200 + 900 * uniform());
        child.kill('SIGKILL');
      }
      const ended = await finished(child);
      said.push(`${known.join(' ')}: ${String(ended.exit ?? ended.signal)}`);
      if (ended.signal === undefined) expect(ended.exit, `${said.join('\n')}\n${ended.stderr}`).toBe(0);
    }
    const last = await permafrost(['run', suite!, ...others, '--json']);
    expect(last.exit, `${said.join('\n')}\n${last.stderr}`).toBe(0);
    expect(bytesOf(folder), said.join('\n')).toEqual(expected);
    const again = await permafrost(['run', suite!, ...others, '--json']);
    const { outputs } = again.json() as { outputs: { permutations_computed: number }[] };
    expect(outputs.map((output) => output.permutations_computed)).toEqual(NAMES.map(() => 0));
  });
});

describe('the command', () => {
  it('runs overlapping studies: four experiments computed, one object with both outputs, and the plan says so before', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'walk.mjs'), MODEL);
    const files = [
      ['one', '1, 4, 16'],
      ['two', '4, 16, 64'],
    ].map(([name, widths]) => {
      const file = join(folder, `${name!}.yaml`);
      writeFileSync(file, `model: ./walk.mjs\ngrid: { width: [${widths!}] }\npermutations: 50\noutput: ${name!}\n`);
      return file;
    });
    const plan = await permafrost(['plan', ...files, '--json']);
    expect(plan.json()).toMatchObject({
      cells: 4,
      cells_shared: 2,
      permutations_total: 200,
      permutations_missing: 200,
    });
    expect(plan.stderr).toContain('together: 4 distinct experiments, 2 of them in more than one study');
    const run = await permafrost(['run', ...files, '--json']);
    expect(run.exit, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({
      exit: 0,
      outputs: [
        { output: join(folder, 'one'), cells: 3, complete: 3, permutations_computed: 150, permutations_reused: 0 },
        { output: join(folder, 'two'), cells: 3, complete: 3, permutations_computed: 50, permutations_reused: 100 },
      ],
    });
    expect(await digestOf(join(folder, 'one'))).not.toBe(await digestOf(join(folder, 'two')));
  });
});
