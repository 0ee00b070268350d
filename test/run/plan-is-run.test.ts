import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { plan, type RunPlan } from '../../src/operations/plan.ts';
import { run } from '../../src/operations/run.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

/**
 * A plan says exactly what a run with the same options computes: random options on outputs that earlier random runs left, planned and then run. Both refuse the
 * same, in the same words; else every permutation that is computed is counted.
 */

const MODEL = `export default {
  name: 'coin', version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5 },
    flips: { type: 'integer', min: 1, default: 3 },
    fails: { type: 'boolean', default: false },
  },
  metrics: { heads: {} },
  simulate: ({ parameters: { p, flips, fails } }, rng, row) => {
    let heads = 0;
    for (let i = 0; i < flips; i += 1) if (rng() < p) heads += 1;
    if (fails && heads === flips) throw new RangeError('all heads');
    row.heads = heads;
  },
};`;

const STUDIES = {
  plain: 'grid: { p: [0.4, 0.6], flips: [2, 3] }\npermutations: 250\nbatch_rows: 50',
  // Shares a cell with the first, has others, and other blocks.
  other: 'grid: { p: [0.6, 0.8], flips: [3, 4] }\npermutations: 300\nbatch_rows: 70',
  arrow: 'grid: { p: [0.4, 0.6], flips: [3] }\npermutations: 250\nbatch_rows: 1000\nformat: arrow',
  precise:
    'grid: { p: [0.02, 0.6], flips: [3] }\npermutations: 400\nbatch_rows: 50\nprecision: { metric: heads, half_width: 0.06, min: 50 }',
  failing: 'parameters: { fails: true }\ngrid: { p: [0.1, 0.6], flips: [3] }\npermutations: 200\nbatch_rows: 50',
  steps:
    'permutations: 200\nbatch_rows: 50\nsteps:\n  one: { grid: { flips: [2, 3] } }\n  two: { grid: { p: [0.4, 0.6] } }',
  deciding: `permutations: 200
batch_rows: 50
steps:
  one: { grid: { flips: [2, 3] } }
  two: { grid: { p: [0.4, 0.6] }, parameters: { flips: { from: one, best: heads, of: max, otherwise: 2 } } }`,
} as const;
type StudyName = keyof typeof STUDIES;

/** The calling thread alone computes and reads: a run takes milliseconds. Nobody else writes there. */

const FULL = process.env['PERMAFROST_FULL'] === '1';

interface Story {
  readonly studies: readonly StudyName[];
  readonly options: RunOptions;
}

const studies: fc.Arbitrary<StudyName[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(STUDIES) as StudyName[])).map((name) => [name]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<StudyName[]>(['plain', 'other'], ['other', 'arrow'], ['plain', 'precise', 'arrow']),
  },
);

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 1 });

const options: fc.Arbitrary<RunOptions> = fc.record({
  threads: fc.constantFrom(1, 2),
  permutations: maybe(fc.constantFrom(120, 250, 330)),
  truncate: fc.boolean(),
  shard: maybe(fc.constantFrom({ index: 1, of: 2 }, { index: 2, of: 2 }, { index: 2, of: 3 })),
  cells: maybe(fc.constantFrom(['p=0.6'], ['p=0.6,flips=3'], ['flips=3', 'p=0.4'])),
  steps: maybe(fc.constantFrom(['one'], ['two'], ['one', 'two'])),
  retry_failed: maybe(fc.boolean()),
  reuse: maybe(fc.constantFrom(...(Object.keys(STUDIES) as StudyName[])).map((name) => [name])),
  chunk: fc.constantFrom(30, 'auto' as const),
});

const story: fc.Arbitrary<Story> = fc.record({ studies, options });

class Folder {
  readonly path = newFolder();

  constructor() {
    writeFileSync(join(this.path, 'model.mjs'), MODEL);
    for (const [name, text] of Object.entries(STUDIES))
      writeFileSync(join(this.path, `${name}.yaml`), `model: ./model.mjs\noutput: ${name}\n${text}\n`);
  }

  private given({ options: { steps, reuse, ...given }, studies: names }: Story): RunOptions {
    const has_steps = names.every((name) => STUDIES[name].includes('steps:'));
    const folders = reuse?.map((name) => join(this.path, name));
    const there = folders?.every((folder) => readdirSync(this.path).includes(folder.slice(this.path.length + 1)));
    return {
      ...given,
      on_error: 'continue',
      steps: has_steps ? steps : undefined,
      reuse: there === true ? folders : undefined,
    };
  }

  private files({ studies: names }: Story): string[] {
    return names.map((name) => join(this.path, `${name}.yaml`));
  }

  plan(one: Story): Promise<RunPlan | EngineError> {
    return outcome(plan(this.files(one), { ...this.given(one), forecast: false }, HOST));
  }

  run(one: Story): Promise<readonly StudyResult[] | EngineError> {
    return outcome(run(this.files(one), this.given(one), HOST).then(({ outputs }) => outputs));
  }

  /** Cuts the first metrics file of an output in the middle of a row, where there is one. */
  tear(name: StudyName): void {
    const per_cell = join(this.path, name, 'per_cell');
    try {
      const file = join(per_cell, readdirSync(per_cell)[0]!, 'metrics_compact.csv');
      truncateSync(file, 301);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
    }
  }

  remove(): void {
    removeFolder(this.path);
  }
}

async function outcome<T>(work: Promise<T>): Promise<T | EngineError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** What the plan says and what the run did, for one output and for all together. */
function compare(plan: RunPlan, results: readonly StudyResult[]): void {
  let computed = 0;
  let failed = 0;
  for (const [k, result] of results.entries()) {
    const planned = plan.studies[k]!;
    const { permutations_computed, permutations_reused, n_failures } = result;
    computed += permutations_computed;
    failed += n_failures;
    expect(result.cells).toBe(planned.cells.length);
    const { permutations_total: total, permutations_done: done, permutations_missing: missing } = planned;
    expect(done + missing + planned.permutations_failed).toBe(total);
    if (planned.at_most) {
      expect(permutations_computed).toBeLessThanOrEqual(planned.permutations_computed);
      continue;
    }
    expect(permutations_computed + n_failures).toBe(planned.permutations_computed);
    expect(result.permutations_total).toBe(total);
    expect(permutations_computed + permutations_reused).toBe(done + missing - n_failures);
  }
  const exact = plan.studies.every(({ at_most }) => !at_most);
  if (exact) expect(computed + failed).toBe(plan.permutations_missing);
  else expect(computed + failed).toBeLessThanOrEqual(plan.permutations_missing);
}

describe('a plan', () => {
  it('says exactly what a run with the same options computes, or refuses as it does', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(story, { maxLength: 2 }),
        maybe(fc.constantFrom(...(Object.keys(STUDIES) as StudyName[]))),
        story,
        async (before, torn, now) => {
          const folder = new Folder();
          try {
            for (const one of before) await folder.run(one);
            if (torn !== undefined) folder.tear(torn);
            const plan = await folder.plan(now);
            const results = await folder.run(now);
            if (plan instanceof EngineError || results instanceof EngineError) {
              expect(results).toMatchObject({
                code: (plan as EngineError).code,
                message: (plan as EngineError).message,
              });
              return;
            }
            // A step that waits is named, and what it will hold is not counted.
            if (plan.studies.some(({ waiting }) => waiting.length > 0)) return;
            compare(plan, results);
            compared += 1;
          } finally {
            folder.remove();
          }
        },
      ),
      { numRuns: FULL ? 400 : 12 },
    );
    expect(compared).toBeGreaterThan(0);
  });

  // The cases that random options meet too seldom, and those that were wrong.
  it.each<[string, readonly Story[], Story, number]>([
    ['of a shard', [], { studies: ['plain'], options: { shard: { index: 1, of: 2 } } }, 500],
    [
      'of the other shard of the same output',
      [{ studies: ['plain'], options: { shard: { index: 1, of: 2 } } }],
      { studies: ['plain'], options: { shard: { index: 2, of: 2 } } },
      500,
    ],
    ['of some cells', [], { studies: ['plain'], options: { cells: ['p=0.6,flips=3'] } }, 250],
    [
      'of some cells of a shard',
      [],
      { studies: ['plain'], options: { cells: ['p=0.6'], shard: { index: 2, of: 5 } } },
      100,
    ],
    ['of one step', [], { studies: ['steps'], options: { steps: ['two'] } }, 400],
    ['of studies with a cell in common', [], { studies: ['plain', 'other'], options: {} }, 4 * 250 + 4 * 300 - 250],
    [
      'with rows of another run',
      [{ studies: ['plain'], options: {} }],
      { studies: ['other'], options: { reuse: ['plain'] } },
      3 * 300 + 50,
    ],
    [
      'of an extension',
      [{ studies: ['plain'], options: {} }],
      { studies: ['plain'], options: { permutations: 330 } },
      320,
    ],
    [
      'of fewer permutations',
      [{ studies: ['plain'], options: {} }],
      { studies: ['plain'], options: { permutations: 120, truncate: true } },
      0,
    ],
    [
      'of a decided step',
      [{ studies: ['deciding'], options: { steps: ['one'] } }],
      { studies: ['deciding'], options: {} },
      400,
    ],
  ])('%s', async (_, before, now, computed) => {
    const folder = new Folder();
    try {
      for (const one of before) await folder.run(one);
      const plan = (await folder.plan(now)) as RunPlan;
      expect(plan.permutations_missing).toBe(computed);
      compare(plan, (await folder.run(now)) as readonly StudyResult[]);
    } finally {
      folder.remove();
    }
  });

  it('leaves out what failed before, and counts it where it is tried again', async () => {
    const folder = new Folder();
    try {
      const failing: Story = { studies: ['failing'], options: {} };
      const first = (await folder.plan(failing)) as RunPlan;
      expect(first.permutations_missing).toBe(400);
      const [result] = (await folder.run(failing)) as readonly StudyResult[];
      expect(result!.n_failures).toBeGreaterThan(0);
      const again = (await folder.plan(failing)) as RunPlan;
      expect(again).toMatchObject({
        permutations_total: 400,
        permutations_missing: 0,
        permutations_failed: result!.n_failures,
        permutations_done: 400 - result!.n_failures,
      });
      const retried = (await folder.plan({ ...failing, options: { retry_failed: true } })) as RunPlan;
      expect(retried).toMatchObject({ permutations_missing: result!.n_failures, permutations_failed: 0 });
    } finally {
      folder.remove();
    }
  });

  it('of precise cells is an upper bound, and says so; of a shard of them it is exact', async () => {
    const folder = new Folder();
    try {
      const plan = (await folder.plan({ studies: ['precise'], options: {} })) as RunPlan;
      expect(plan.studies[0]).toMatchObject({ at_most: true, permutations_missing: 800 });
      const shard: Story = { studies: ['precise'], options: { shard: { index: 1, of: 2 } } };
      const part = (await folder.plan(shard)) as RunPlan;
      expect(part.studies[0]).toMatchObject({ at_most: false, permutations_missing: 400 });
      compare(part, (await folder.run(shard)) as readonly StudyResult[]);
    } finally {
      folder.remove();
    }
  });
});

describe('a shard of a study whose steps decide later ones', () => {
  it('is refused by run and plan alike until the deciding step is whole, and says what to do', async () => {
    const folder = new Folder();
    try {
      const shard: Story = { studies: ['deciding'], options: { shard: { index: 1, of: 2 } } };
      for (const refused of [await folder.plan(shard), await folder.run(shard)]) {
        expect(refused).toMatchObject({ code: 'USAGE', exit: 2, path: '--shard' });
        expect((refused as EngineError).message).toMatch(/two takes its flips from the rows of one.*--set two\.flips=/);
      }
      // Nothing was begun; the deciding step alone may be run in shards, and so may the rest once it is whole.
      expect(readdirSync(folder.path)).not.toContain('deciding');
      for (const index of [1, 2]) {
        const one: Story = { studies: ['deciding'], options: { steps: ['one'], shard: { index, of: 2 } } };
        expect(await folder.run(one)).toMatchObject([{ exit: 0 }]);
      }
      const [result] = (await folder.run(shard)) as readonly StudyResult[];
      expect(result).toMatchObject({ exit: 0, permutations_computed: 200 });
    } finally {
      folder.remove();
    }
  });
});
