import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { merge } from '../../src/operations/merge.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** Whatever a study asks for: its shards, merged, are the files of one run. */
const SHARDS = 3;
const MODEL = `export default {
  name: 'walk', version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 }, drift: { type: 'number', default: 0 } },
  metrics: { end: {}, high: {} },
  simulate: ({ parameters: { width, drift } }, rng, row) => {
    row.end = drift + (rng() - 0.5) * width;
    row.high = row.end > 0 ? 1 : 0;
  },
};
`;
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(() => {
  folder = newFolder();
  writeFileSync(at('walk.mjs'), MODEL);
});
afterAll(() => {
  removeFolder(folder);
});

const STEPS = `steps:
  narrow: { parameters: { drift: 0 }, grid: { width: [1, 2] } }
  wide: { grid: { width: [2, 8], drift: [0, 1] } }
`;
const DERIVED = `steps:
  first: { grid: { width: [1, 2, 4] } }
  second: { parameters: { width: { from: first, best: end, of: max, otherwise: 3 } }, grid: { drift: [0, 1] } }
`;

interface Case {
  readonly text: string;
  readonly options?: RunOptions;
}

const CASES: Readonly<Record<string, Case>> = {
  'a grid': { text: 'grid: { width: [1, 2, 3] }\n' },
  'a grid as Arrow': { text: 'grid: { width: [1, 2] }\nformat: arrow\nbatch_rows: 1000\n' },
  steps: { text: STEPS },
  'some steps': { text: STEPS, options: { steps: ['wide'] } },
  'some cells': { text: 'grid: { width: [1, 2, 3], drift: [0, 1] }\n', options: { cells: ['width=2', 'width=3'] } },
  'a mean that is precise enough, in some cells': {
    text: 'grid: { width: [1, 8] }\nprecision: { metric: end, mean: true, half_width: 0.05, min: 100 }\n',
  },
  'two rules of precision': {
    text: 'grid: { width: [1, 4] }\nprecision:\n  - { metric: end, quantile: 0.5, half_width: 0.2, min: 50 }\n  - { metric: end, mean: true, half_width: 0.1, min: 100 }\n',
  },
  'steps that are precise enough': {
    text: `${STEPS}precision: { metric: end, mean: true, half_width: 0.1, min: 100 }\n`,
  },
  'a step decided by hand': { text: DERIVED, options: { settings: ['second.width=2'] } },
};

async function run(file: string, options: RunOptions): Promise<StudyResult> {
  const result = await runStudy(file, { threads: 1, ...options }, HOST);
  if (result.stopped?.kind === 'error') throw result.stopped.error;
  return result;
}

/** Every finished file: rows, their sums, tables. */
function finished(output: string): Record<string, string> {
  const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const named = files.map(({ parentPath, name }) => join(parentPath, name).slice(output.length + 1)).sort();
  const kept = named.filter((name) => /metrics_compact|^results|grid_summary/.test(name));
  return Object.fromEntries(kept.map((name) => [name, readFileSync(join(output, name), 'latin1')]));
}

describe.each(Object.entries(CASES))('shards of %s', (name, { text, options = {} }) => {
  test('are the single run when they are merged', async () => {
    const id = name.replace(/\W+/g, '-');
    const file = at(`${id}.yaml`);
    const batch = text.includes('batch_rows') ? '' : 'batch_rows: 50\n';
    writeFileSync(file, `model: ./walk.mjs\n${text}permutations: 2500\n${batch}output: ${id}\n`);
    const single = await run(file, options);
    expect(single.exit).toBe(0);
    const parts: string[] = [];
    for (let index = 1; index <= SHARDS; index += 1) {
      const part = at(`${id}-${index}`);
      const of_shard = await run(file, { ...options, output: part, shard: { index, of: SHARDS } });
      expect(of_shard.permutations_computed).toBeGreaterThan(0);
      parts.push(part);
    }
    const merged = await merge(parts.reverse(), at(`${id}-merged`), { study: file }, HOST);
    expect(merged).toMatchObject({ conflicts: [], without_summaries: undefined });
    expect(finished(at(`${id}-merged`))).toEqual(finished(at(id)));
    const [one, other] = [await verify(at(id), {}, HOST), await verify(at(`${id}-merged`), {}, HOST)];
    expect(other).toMatchObject({ digest: one.digest, rows: one.rows, problems: one.problems });
    // Whatever is missing of the study, a run of the merged folder is a run of the single one.
    const after = await run(file, { ...options, output: at(`${id}-merged`) });
    expect(after).toMatchObject({ exit: 0, permutations_computed: 0 });
  });
});

test('a shard of a step that earlier rows decide takes no value by itself: it says so, and writes nothing', async () => {
  const file = at('derived.yaml');
  writeFileSync(file, `model: ./walk.mjs\n${DERIVED}permutations: 100\nbatch_rows: 10\noutput: derived\n`);
  await expect(run(file, { shard: { index: 1, of: 2 } })).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
  expect(existsSync(at('derived'))).toBe(false);
});

test('its way out, as the message says it: the first step in shards, merged, the rest in copies of that', async () => {
  const file = at('suite.yaml');
  writeFileSync(file, `model: ./walk.mjs\n${DERIVED}permutations: 100\nbatch_rows: 10\noutput: suite\n`);
  await run(file, {});
  for (const index of [1, 2])
    await run(file, { steps: ['first'], output: at(`first-${index}`), shard: { index, of: 2 } });
  await merge([at('first-1'), at('first-2')], at('rest-1'), { study: file }, HOST);
  await merge([at('first-1'), at('first-2')], at('rest-2'), { study: file }, HOST);
  for (const index of [1, 2]) await run(file, { output: at(`rest-${index}`), shard: { index, of: 2 } });
  const merged = await merge([at('rest-1'), at('rest-2')], at('whole'), { study: file }, HOST);
  expect(merged.conflicts).toEqual([]);
  expect(finished(at('whole'))).toEqual(finished(at('suite')));
});
