import { describe, expect, test } from 'vitest';

import type { ChunkTask } from '../../src/execute/messages.ts';
import { PurityCheck, type Again } from '../../src/execute/purity-check.ts';
import type { GivenSetup } from '../../src/execute/setup.ts';
import { Simulators } from '../../src/execute/simulators.ts';

const HEAD = `name: 'm', version: '1', parameters: {}, metrics: { a: {}, b: {} }`;
const ROW = (code: string) => `export default { ${HEAD}, simulate: (state, rng, row) => { ${code} } };`;

function given(code: string, loaded?: unknown): GivenSetup {
  const setup = {
    model: { code, file: 'study.yaml' },
    inputs: {},
    streams: 'independent',
    kernel: 'typescript',
  } as const;
  return { id: 'm', setup, inputs: { loaded } };
}

function task(first = 0, count = 300, experiment = 'e'.repeat(64)): ChunkTask {
  const schema = { format: 'csv', model: 'm', cell_id: 'c', experiment, metrics: ['a', 'b'], batch_rows: 100 } as const;
  const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 7 } as const;
  return { setup: 'm', cell: { parameters: {}, source, schema }, first, count };
}

/** One chunk of a model, checked as threads do it, but in this one. */
async function check(setup: GivenSetup, chunk = task()): Promise<void> {
  const simulators = new Simulators([setup]);
  const again: Again = async ({ cell, perms }) => ({
    told: await (await simulators.copyOf('m')).tell(cell, perms),
    ms: 0,
  });
  const purity = new PurityCheck([setup], again);
  const perms = purity.sampleOf(chunk);
  expect(perms.length).toBeGreaterThan(0);
  const { told } = await (await simulators.of('m')).computeChunk(chunk, undefined, undefined, undefined, perms);
  await purity.check(chunk, perms, { told: told!, thread: 0 });
}

const ARRAY = Array.from({ length: 50 }, (_, k) => k);

/** Each draws on something else than parameters, inputs and its stream. */
const IMPURE: readonly (readonly [name: string, code: string, loaded?: unknown])[] = [
  ['Math.random', ROW('row.a = Math.random(); row.b = 0;')],
  ['the time of day', ROW('row.a = new Date().getHours() * 60 + new Date().getMinutes(); row.b = 0;')],
  ['the day', ROW('row.a = Math.floor(Date.now() / 86400000); row.b = rng();')],
  [
    'the year, when the module is loaded',
    `const YEAR = new Date().getFullYear();\n${ROW('row.a = YEAR; row.b = rng();')}`,
  ],
  ['a clock of high resolution', ROW('row.a = performance.now(); row.b = rng();')],
  ['process.hrtime', ROW('row.a = Number(process.hrtime.bigint() % 1000003n); row.b = rng();')],
  ['the memory in use', ROW('row.a = process.memoryUsage().heapUsed; row.b = rng();')],
  ['random bytes of the system', ROW('row.a = crypto.getRandomValues(new Uint32Array(1))[0]; row.b = 0;')],
  ['a random UUID', ROW('row.a = parseInt(crypto.randomUUID().slice(0, 6), 16); row.b = 0;')],
  ['a counter of the module', `let n = 0;\n${ROW('n += 1; row.a = n; row.b = rng();')}`],
  [
    'a counter of the process',
    ROW(
      'globalThis.permutationsSoFar = (globalThis.permutationsSoFar ?? 0) + 1; row.a = globalThis.permutationsSoFar; row.b = 0;',
    ),
  ],
  ['a sum that goes on', `let sum = 0;\n${ROW('sum += rng(); row.a = sum; row.b = 0;')}`],
  ['the first draw of all, kept', `let offset;\n${ROW('offset ??= rng(); row.a = offset + rng(); row.b = 0;')}`],
  [
    'the stream of an earlier permutation',
    `let kept;\n${ROW('kept ??= rng.substream(3); row.a = kept(); row.b = rng();')}`,
  ],
  [
    'a generator of its own, seeded once',
    `let s = 12345;\n${ROW('s = (s * 16807) % 2147483647; row.a = s; row.b = rng();')}`,
  ],
  [
    'what prepare returned, changed',
    `export default { ${HEAD}, prepare: () => ({ cash: 100 }), simulate: (state, rng, row) => { state.cash += rng() - 0.5; row.a = state.cash; row.b = 0; } };`,
  ],
  [
    'an input, shuffled in place',
    `export default { ${HEAD}, prepare: ({ inputs }) => inputs, simulate: (list, rng, row) => { for (let i = list.length - 1; i > 0; i -= 1) { const j = rng.index(i + 1); [list[i], list[j]] = [list[j], list[i]]; } row.a = list[0]; row.b = list[1]; } };`,
    [...ARRAY],
  ],
  [
    'a list that grows',
    `const seen = [];\n${ROW('seen.push(rng()); row.a = seen.length > 9 ? seen[seen.length - 9] : 0; row.b = 0;')}`,
  ],
  [
    'a cache by a key that says too little',
    `const cache = new Map();\n${ROW('const key = Math.floor(rng() * 3); if (!cache.has(key)) cache.set(key, rng()); row.a = cache.get(key); row.b = 0;')}`,
  ],
  [
    'a static field',
    `class Account { static total = 0; add(x) { Account.total += x; return Account.total; } }\n${ROW('row.a = new Account().add(rng()); row.b = 0;')}`,
  ],
  [
    'what is left of the permutation before',
    `const path = new Float64Array(8);\n${ROW('path[rng.index(8)] = rng(); row.a = path.reduce((x, y) => x + y, 0); row.b = 0;')}`,
  ],
  [
    'how many permutations the chunk has',
    `export default { ${HEAD}, simulateChunk: (state, streams, [a, b]) => { for (let i = 0; i < streams.count; i += 1) { a[i] = streams.rng(i)(); b[i] = streams.count; } } };`,
  ],
  [
    'the permutation beside it in the chunk',
    `export default { ${HEAD}, simulateChunk: (state, streams, [a, b]) => { let x = 0; for (let i = 0; i < streams.count; i += 1) { x = 0.5 * x + streams.rng(i)(); a[i] = x; b[i] = 0; } } };`,
  ],
  [
    'a draw that fails now and then',
    ROW("if (Math.random() < 0.1) throw new RangeError('unlucky'); row.a = Math.random(); row.b = 0;"),
  ],
  [
    'a preparation that draws',
    `export default { ${HEAD}, prepare: () => ({ drift: Math.random() }), simulate: ({ drift }, rng, row) => { row.a = drift + rng(); row.b = 0; } };`,
  ],
];

/** They keep things between permutations, too, but no row says so. */
const PURE: readonly (readonly [name: string, code: string, loaded?: unknown])[] = [
  ['draws', ROW('row.a = rng(); row.b = rng.index(7);')],
  [
    'a buffer that is filled anew',
    `const path = new Float64Array(8);\n${ROW('for (let k = 0; k < 8; k += 1) path[k] = rng(); row.a = path[7]; row.b = path[0];')}`,
  ],
  [
    'a table made once, the same each time',
    `let table;\n${ROW('table ??= Float64Array.from({ length: 9 }, (_, k) => k / 9); row.a = table[rng.index(9)]; row.b = 0;')}`,
  ],
  [
    'an input that is read',
    `export default { ${HEAD}, prepare: ({ inputs }) => inputs, simulate: (list, rng, row) => { row.a = list[rng.index(list.length)]; row.b = 0; } };`,
    ARRAY,
  ],
  [
    'fails where its draws say so',
    ROW("row.a = rng(); row.b = 0; if (row.a > 0.5) throw new RangeError('too much: ' + row.a);"),
  ],
  [
    'undefined metrics',
    `export default { name: 'm', version: '1', parameters: {}, metrics: { a: { missing: true }, b: {} }, simulate: (state, rng, row) => { row.a = NaN; row.b = -0; } };`,
  ],
  [
    'a clock that reaches no row',
    ROW('const began = Date.now(); row.a = rng(); row.b = Date.now() < began ? NaN : 1;'),
  ],
  [
    'a date that is given',
    ROW("row.a = new Date('2020-02-03').getTime() + rng(); row.b = new Date(2020, 1, 3) instanceof Date ? 1 : 0;"),
  ],
];

describe('a model that draws on something else than its stream is found', () => {
  for (const [name, code, loaded] of IMPURE)
    test(name, async () => {
      await expect(check(given(code, loaded))).rejects.toMatchObject({
        code: 'MODEL',
        message: expect.stringMatching(
          /^The model of study\.yaml is not pure\. In permutation \d+ of cell c/,
        ) as unknown,
      });
    });

  test('the message says what differs', async () => {
    const code = `let calls = 0;\n${ROW('calls += 1; row.a = calls; row.b = rng();')}`;
    await expect(check(given(code))).rejects.toThrow(
      'In permutation 299 of cell c a is 300 among others, and 1 when it is computed again, alone and by a fresh copy of the model.',
    );
  });
});

for (const [name, code, loaded] of PURE)
  test(`a pure model is left alone: ${name}`, async () => {
    for (const count of [1, 30, 300]) await check(given(code, loaded), task(0, count));
  });

describe('what is checked', () => {
  const setup = given(ROW('row.a = rng(); row.b = 0;'));
  const free: Again = ({ perms }) => Promise.resolve({ told: perms.map(() => new Float64Array(2)), ms: 0 });
  const zeros = (perms: readonly number[]) => ({ told: perms.map(() => new Float64Array(2)), thread: 0 });

  test('the first chunk of every cell, one permutation of a small one, two of a larger one', () => {
    const purity = new PurityCheck([setup], free);
    purity.computed(1e6);
    expect(purity.sampleOf(task(40, 20))).toEqual([59]);
    expect(purity.sampleOf(task(60, 20))).toEqual([]);
    expect(purity.sampleOf(task(0, 1000, 'f'.repeat(64)))).toEqual([999, 500]);
  });

  test('of many small cells no more than a hundredth of the time can pay for', async () => {
    const purity = new PurityCheck([setup], free);
    let n_checked = 0;
    for (let cell = 0; cell < 2000; cell += 1) {
      const chunk = task(0, 100, String(cell).padStart(64, '0'));
      const perms = purity.sampleOf(chunk);
      purity.computed(1);
      if (perms.length === 0) continue;
      n_checked += 1;
      await purity.check(chunk, perms, zeros(perms));
    }
    // 2,000 ms of computing, 0.2 ms for a check.
    expect(n_checked).toBeGreaterThan(95);
    expect(n_checked).toBeLessThanOrEqual(104);
  });

  test('a built-in model is not', () => {
    const built_in = { ...setup, setup: { ...setup.setup, model: { builtin: 'trades', version: '2' } } };
    expect(new PurityCheck([built_in], free).sampleOf(task())).toEqual([]);
  });
});
