import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ChunkTask } from '../../../src/execute/messages.ts';
import { PurityCheck, type Again } from '../../../src/execute/purity-check.ts';
import type { GivenSetup } from '../../../src/execute/setup.ts';
import { Simulators } from '../../../src/execute/simulators.ts';
import { disk } from '../../../src/files/disk.ts';
import { builtInModels } from '../../../src/models/registry.ts';
import { run } from '../../../src/operations/run.ts';
import { GENERATORS } from '../../../src/random/generator.ts';
import { streamSource } from '../../../src/random/seeding.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { readFailures } from '../../../src/store/failures.ts';
import { layoutOf } from '../../../src/store/scan/layout.ts';
import { loadModel } from '../../../src/study/load-model.ts';
import { HOST } from '../../inline-host.ts';
import { newFolder, removeFolder } from '../../temporary-folder.ts';
import { BUFFER, build, f64, I32, i32, onlyIn, simulating, storeEach } from './module-builder.ts';

/** Runs of studies whose model is a WebAssembly module. */

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

const DECLARATION = {
  name: 'sim',
  version: '1',
  parameters: { p: { type: 'number', default: 1 } },
  metrics: { x: {} },
};
const STUDY = 'cells: [{ id: only }]\npermutations: 10\nseed: { global: 5 }\n';
const PERM: readonly number[] = [0x20, 2, 0xb8]; // the perm_index as a double

interface Outcome {
  readonly failures: readonly string[];
  readonly rows: readonly number[];
}

/** A run of one cell: x of each permutation that has a row, and what became of the others. */
async function outcome(
  name: string,
  module: Uint8Array,
  more: object = {},
  study = STUDY,
  chunk = 4,
): Promise<Outcome> {
  writeFileSync(join(folder, `${name}.wasm`), module);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...DECLARATION, ...more }));
  writeFileSync(join(folder, `${name}.yaml`), `model: ./${name}.wasm\n${study}output: ${name}\n`);
  await run(join(folder, `${name}.yaml`), { on_error: 'continue', chunk }, HOST);
  const failures = readFailures(disk, layoutOf(join(folder, name)).cell('only').folder);
  const [cell] = readdirSync(join(folder, name, 'per_cell'));
  const file = join(folder, name, 'per_cell', cell!, 'metrics_compact.csv');
  const rows = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
  return {
    failures: failures.map(({ perm_index, error_class, message }) => `${perm_index} ${error_class}: ${message}`),
    rows: rows.map((row) => Number(row.split(',').at(-1))),
  };
}

const OTHERS = [0, 1, 2, 4, 5, 6, 7, 8, 9];

describe('one permutation that fails, among others that do not', () => {
  const recursion = build({
    functions: [
      {
        ...{ name: 'simulate', takes: [I32, I32, I32, I32, I32], gives: [I32] },
        body: [...storeEach(PERM, onlyIn(3, [0x10, 2])), ...i32(0)],
      },
      BUFFER,
      { body: [0x10, 2] },
    ],
  });
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['unreachable', simulating(storeEach(PERM, onlyIn(3, [0x00]))), /^3 Trap: the module traps: unreachable$/],
    [
      'outside',
      simulating(storeEach(PERM, onlyIn(3, [...i32(-8), 0x2b, 3, 0, 0x1a]))),
      /^3 Trap: the module traps: memory access out of bounds$/,
    ],
    [
      'division',
      simulating(storeEach(PERM, onlyIn(3, [...i32(1), ...i32(0), 0x6d, 0x1a]))),
      /^3 Trap: the module traps: divide by zero$/,
    ],
    ['recursion', recursion, /^3 Trap: the module traps: Maximum call stack size exceeded$/],
    [
      'code',
      simulating(storeEach(PERM, onlyIn(3, [...i32(7), 0x0f]))),
      /^3 FailureCode: simulate returned 7: the queue is full$/,
    ],
    [
      'code without words',
      simulating(storeEach(PERM, onlyIn(3, [...i32(-2), 0x0f]))),
      /^3 FailureCode: simulate returned -2$/,
    ],
    [
      'columns',
      simulating(storeEach(PERM, onlyIn(3, [0x20, 4, 0x20, 3, ...i32(8), 0x6c, 0x6a, ...f64(1), 0x39, 3, 0]))),
      /^3 BrokenAgreement: simulate writes outside of its columns: they are 1 metrics of 1 doubles each/,
    ],
    ['nan', simulating(storeEach([...f64(0), ...f64(0), 0xa3], onlyIn(99, []))), /^0 UndefinedMetric: metric x is NaN/],
  ];
  it.each(cases)('%s', async (name, module, message) => {
    const { failures, rows } = await outcome(name.replaceAll(' ', '-'), module, {
      failures: { '7': 'the queue is full' },
    });
    expect(failures[0]).toMatch(message);
    if (name === 'nan') expect(failures).toHaveLength(10);
    else {
      expect(rows).toEqual(OTHERS);
      expect(failures).toHaveLength(1);
    }
  });

  it('what is written before the columns', async () => {
    // The first of its call: in the middle it would be the value of another permutation, which the check of purity finds.
    const module = simulating(storeEach(PERM, onlyIn(4, [0x20, 4, ...i32(8), 0x6b, ...f64(1), 0x39, 3, 0])));
    const { failures } = await outcome('before', module);
    expect(failures).toEqual([expect.stringMatching(/^4 BrokenAgreement: simulate writes outside of its columns/)]);
  });

  it('a metric that was never written is NaN', async () => {
    const { failures } = await outcome('unwritten', simulating([]));
    expect(failures).toHaveLength(10);
    expect(failures[0]).toMatch(/^0 UndefinedMetric: metric x is NaN/);
  });

  it('a cell that prepare refuses ends the run, with its words', async () => {
    const module = build({
      functions: [
        { name: 'simulate', takes: [I32, I32, I32, I32, I32], gives: [I32], body: i32(0) },
        BUFFER,
        { name: 'prepare', takes: [I32], gives: [I32], body: i32(3) },
      ],
    });
    writeFileSync(join(folder, 'unprepared.wasm'), module);
    writeFileSync(
      join(folder, 'unprepared.json'),
      JSON.stringify({ ...DECLARATION, failures: { '3': 'no such street' } }),
    );
    writeFileSync(join(folder, 'unprepared.yaml'), `model: ./unprepared.wasm\n${STUDY}output: unprepared\n`);
    const { exit, first_failure } = await run(join(folder, 'unprepared.yaml'), {}, HOST);
    expect(exit).toBe(1);
    expect(first_failure?.failure).toMatchObject({
      error_class: 'FailureCode',
      message: 'prepare(): returned 3: no such street',
    });
  });
});

/** Computes a chunk, and some of it again, as threads do. */
async function purity(name: string, module: Uint8Array): Promise<void> {
  writeFileSync(join(folder, `${name}.wasm`), module);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(DECLARATION));
  const { code } = await loadModel(`./${name}.wasm`, folder, builtInModels);
  const model = { code: code!, file: 'study.yaml' };
  const setup: GivenSetup = {
    id: 'm',
    setup: { model, inputs: {}, streams: 'independent', kernel: 'typescript' },
    inputs: { loaded: undefined },
  };
  const simulators = new Simulators([setup]);
  const again: Again = async ({ cell, perms }) => ({
    told: await (await simulators.copyOf('m')).tell(cell, perms),
    ms: 0,
  });
  const check = new PurityCheck([setup], again);
  const experiment = 'e'.repeat(64);
  const schema = { format: 'csv', model: 'm', cell_id: 'c', experiment, metrics: ['x'], batch_rows: 100 } as const;
  const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 7 } as const;
  const chunk: ChunkTask = { setup: 'm', cell: { parameters: { p: 1 }, source, schema }, first: 0, count: 300 };
  const perms = check.sampleOf(chunk);
  const { told } = await (await simulators.of('m')).computeChunk(chunk, undefined, undefined, undefined, perms);
  await check.check(chunk, perms, { told: told!, thread: 0 });
}

describe('what one permutation leaves for the next is found', () => {
  // x = the number at address 512, counted up by each permutation.
  const counted: readonly number[] = [...i32(512), 0x2b, 3, 0];
  const count: readonly number[] = [...i32(512), ...counted, ...f64(1), 0xa0, 0x39, 3, 0];

  it('in its memory', async () => {
    await expect(purity('impure', simulating(storeEach(counted, count)))).rejects.toThrow(
      /The model of study\.yaml is not pure\. In permutation 299 of cell c x is 300 among others, and 1 when it is computed again/,
    );
    await purity('pure', simulating(storeEach(PERM, count)));
  });

  it('in its variables, and written into the value of another permutation', async () => {
    // A value before the columns is, among others, that of the permutation before.
    const early = simulating(storeEach(PERM, onlyIn(299, [0x20, 4, ...i32(8), 0x6b, ...f64(1), 0x39, 3, 0])));
    await expect(purity('early', early)).rejects.toThrow(
      /is not pure\. In permutation 299 .* it has a row among others, and fails/,
    );
  });

  it('and nothing of a cell is left for the next', async () => {
    const study = 'grid: { p: [1, 2, 3] }\npermutations: 1\n';
    const first = 'cells: [{ id: only, p: 1 }]\npermutations: 1\n';
    const module = simulating(storeEach(counted, count));
    expect((await outcome('one-each', module, {}, first)).rows).toEqual([1]);
    const name = 'three-cells';
    writeFileSync(join(folder, `${name}.wasm`), module);
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(DECLARATION));
    writeFileSync(join(folder, `${name}.yaml`), `model: ./${name}.wasm\n${study}output: ${name}\n`);
    await run(join(folder, `${name}.yaml`), {}, HOST);
    const cells = readdirSync(join(folder, name, 'per_cell'));
    const last = cells.map((cell) =>
      readFileSync(join(folder, name, 'per_cell', cell, 'metrics_compact.csv'), 'utf8')
        .trim()
        .split(',')
        .at(-1),
    );
    expect(last).toEqual(['1', '1', '1']);
  });
});

describe('the memory', () => {
  /** x = what memory.grow(pages) returns. */
  const growing = (pages: number): Uint8Array => simulating(storeEach([...i32(pages), 0x40, 0, 0xb7]));
  const ONE = 'cells: [{ id: only }]\npermutations: 1\n';

  it('grows, and the columns are where they were', async () => {
    expect((await outcome('grows', growing(3), {}, ONE)).rows).toEqual([2]);
  });

  it('grows no further than the declaration says', async () => {
    expect((await outcome('too-far', growing(15), { memory_mib: 1 }, ONE)).rows).toEqual([-1]);
    expect((await outcome('just', growing(14), { memory_mib: 1 }, ONE)).rows).toEqual([2]);
  });

  it('nor than the module itself says', async () => {
    const own = simulating(storeEach([...i32(2), 0x40, 0, 0xb7]), 0, { memory: { limits: [1, 2, 3] } });
    expect((await outcome('own-limit', own, {}, ONE)).rows).toEqual([-1]);
  });
});

describe('the parameters', () => {
  /** x = the k-th number of the parameters. */
  const parameter = (k: number): Uint8Array => simulating(storeEach([0x20, 0, 0x2b, 3, 8 * k]));
  const parameters = {
    number: { type: 'number', default: -2.5 },
    on: { type: 'boolean', default: true },
    kind: { type: 'choice', values: ['a', 'b', 'c'], default: 'c' },
    absent: { type: 'number', optional: true },
    inactive: { type: 'integer', default: 3, active_when: [{ on: false }] },
  };
  const metrics = { x: { missing: true } };

  it.each([
    [0, -2.5],
    [1, 1],
    [2, 2],
    [3, NaN],
    [4, NaN],
  ])('number %i is %d', async (k, value) => {
    const { rows } = await outcome(
      `parameter-${k}`,
      parameter(k),
      { parameters, metrics },
      'cells: [{ id: only }]\npermutations: 2\n',
    );
    expect(rows).toEqual(Number.isNaN(value) ? [0, 0].map(() => expect.anything() as number) : [value, value]);
  });
});

describe('the generator', () => {
  const imports = [
    { module: 'permafrost', name: 'start', takes: [I32] },
    { module: 'permafrost', name: 'uint32', gives: [I32] },
  ];
  // permafrost.start(i) wants the place in this call: it is counted at address 512, from 0 in each call.
  const place: readonly number[] = [...i32(512), 0x28, 2, 0];
  const module = simulating(
    [...[...i32(512), ...i32(0), 0x36, 2, 0], ...storeEach([0x10, 1, 0xb8], [...place, 0x10, 0])].concat([]),
    0,
    { imports },
  );

  it.each(GENERATORS)('%s of the engine draws the same in a module', async (generator) => {
    const scheme = generator === 'philox' ? 'philox' : 'sha256-32';
    const study = `cells: [{ id: only }]\npermutations: 1\nseed: { global: 5, scheme: ${scheme}, generator: ${generator} }\n`;
    const { rows } = await outcome(`engine-${generator}`, module, { generators: GENERATORS }, study);
    const seed = { global: 5, stride: 0, scheme, generator, namespace: '' } as const;
    const source = streamSource('only', seed, { sharing: 'independent' });
    expect(rows).toEqual([createStreams(source, 0, 1).rng(0).uint32()]);
  });

  it('of the study must be one that the module has', async () => {
    const study = `cells: [{ id: only }]\npermutations: 1\nseed: { generator: sfc32 }\n`;
    await expect(outcome('other', simulating(storeEach(PERM)), {}, study)).rejects.toThrow(
      /seed\.generator: found "sfc32"; allowed: alea \(model sim has no other generator\)/,
    );
  });

  it('cannot be asked before it was started', async () => {
    const early = simulating(storeEach([0x10, 1, 0xb8]), 0, { imports });
    expect((await outcome('early', early)).failures[0]).toMatch(
      /^0 BrokenAgreement: permafrost\.uint32\(\) before permafrost\.start/,
    );
    const far = simulating(storeEach(PERM, [...i32(99), 0x10, 0]), 0, { imports });
    expect((await outcome('far', far)).failures[0]).toMatch(
      /^0 BrokenAgreement: permafrost\.start\(99\): there are permutations 0 to 0 in this call/,
    );
  });
});
