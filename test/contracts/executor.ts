import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';

import type { MetricsSchema } from '../../src/encoding/metrics-schema.ts';
import { EngineError } from '../../src/errors.ts';
import type { Executor } from '../../src/execute/executor.ts';
import type { ChunkResult, ChunkTask } from '../../src/execute/messages.ts';
import { setupHash, type GivenSetup, type ModelSetup } from '../../src/execute/setup.ts';
import { Simulator } from '../../src/execute/simulator.ts';

export interface ExecutorUnderTest {
  readonly name: string;
  readonly open: (setups: readonly GivenSetup[]) => Executor;
  /** Whoever computes can die without the process, and can be ended while it is busy. */
  readonly can_die: boolean;
}

/** A model of a test: an ES module, as the bundle of a user's model is one. `p` says what a cell does. */
const MODEL = `
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export default {
  name: 'contract', version: '1', parameters: { p: { type: 'number' } }, metrics: { a: {}, b: { missing: true } },
  load: ({ offset }) => Number(new TextDecoder().decode(offset.bytes)),
  prepare: async ({ parameters: { p }, inputs }) => {
    if (p === 1) throw Object.assign(new RangeError('no data for p 1', { cause: new Error('the file is empty') }), { code: 'E_DATA' });
    if (p === 2) throw 'a text';
    if (p === 3) process.exit(7);
    if (p === 4) await new Promise(() => {});
    if (p === 5) for (;;);
    if (p === 6) await wait(100);
    if (p === 7) setTimeout(() => { throw new Error('much later'); }, 1);
    if (p === 7) await wait(10_000);
    return { p, inputs };
  },
  simulate: ({ p, inputs }, rng, row) => {
    const u = rng();
    if (p === 8 && u > 0.9) throw new TypeError('u is ' + u);
    row.a = u + inputs;
    row.b = u < 0.5 ? NaN : u;
  },
};`;

const OFFSET = Buffer.from('100');
const sha256 = hash('sha256', OFFSET);
const SETUP: ModelSetup = {
  model: { code: MODEL, file: 'contract.ts' },
  inputs: { offset: { sha256, path: 'offset.txt' } },
  streams: 'independent',
  kernel: 'auto',
};

function given(setup: ModelSetup, inputs: GivenSetup['inputs'] = { loaded: 100 }): GivenSetup {
  return { id: setupHash(setup), setup, inputs };
}

function schema(format: 'csv' | 'arrow', experiment: string, batch_rows = 100): MetricsSchema {
  return { format, model: 'contract', cell_id: 'c', experiment, metrics: ['a', 'b'], batch_rows };
}

interface Chunk {
  readonly p?: number;
  readonly first?: number;
  readonly count?: number;
  readonly format?: 'csv' | 'arrow';
  readonly more_schemas?: readonly MetricsSchema[];
}

function task({ p = 0, first = 0, count = 250, format = 'csv', more_schemas }: Chunk = {}, setup = SETUP): ChunkTask {
  return {
    setup: setupHash(setup),
    cell: {
      parameters: { p },
      source: { scheme: 'sha256-32', generator: 'alea', base_seed: 7 },
      schema: schema(format, String(p).padStart(64, 'e')),
    },
    first,
    count,
    ...(more_schemas !== undefined && { more_schemas }),
  };
}

/** Everything of a result that may not depend on who computed it. */
function contentOf({ compute_ms, bytes, more_bytes, failures, first_error, ...rest }: ChunkResult): unknown {
  expect(compute_ms).toBeGreaterThanOrEqual(0);
  const text = (some: Uint8Array): string => Buffer.from(some).toString('base64');
  const error = first_error && { name: first_error.name, message: first_error.message };
  return { ...rest, bytes: text(bytes), more_bytes: more_bytes?.map(text), failures, error };
}

async function expected(chunk: ChunkTask): Promise<unknown> {
  return contentOf(await (await Simulator.create(given(SETUP))).computeChunk(chunk));
}

async function rejection(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => 'a result',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Error);
  return outcome as Error;
}

/** What every executor keeps, whoever computes. */
export function executorContract({ name, open, can_die }: ExecutorUnderTest): void {
  describe(`the executor ${name}`, () => {
    const opened: Executor[] = [];
    const executor = (setups = [given(SETUP)]): Executor => {
      const one = open(setups);
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()));
    });
    /** All slots are free: as many chunks as are worth having in flight come, and are right. */
    const computesAll = async (one: Executor): Promise<void> => {
      const chunks = Array.from({ length: one.parallel + 1 }, (_, k) => task({ first: 100 * k, count: 100 }));
      const results = await Promise.all(chunks.map((chunk) => one.compute(chunk)));
      expect(results.map(contentOf)).toEqual(await Promise.all(chunks.map(expected)));
    };

    test.each([
      ['csv', { format: 'csv' }],
      ['arrow', { format: 'arrow' }],
      [
        'csv for a csv file, with arrow and other batches for others',
        { more_schemas: [schema('arrow', 'f'.repeat(64)), schema('arrow', 'f'.repeat(64), 64)] },
      ],
      ['rows with failures among them', { p: 8, format: 'csv' }],
      ['arrow with failures among them', { p: 8, format: 'arrow', more_schemas: [schema('csv', 'f'.repeat(64))] }],
    ] as const)('computes %s, and the bytes are those of the simulator', async (_, chunk) => {
      const one = executor();
      // Again and again in memory that was released, larger chunks, smaller ones, and several at once.
      for (const counts of [[250], [250, 10], [400, 250, 1], [250]]) {
        const tasks = counts.map((count, k) => task({ ...chunk, first: 1000 * k, count }));
        const results = await Promise.all(tasks.map((each) => one.compute(each)));
        expect(results.map(contentOf)).toEqual(await Promise.all(tasks.map(expected)));
        for (const result of results) one.release(result);
      }
    });

    test('tells of permutations that fail with class and message, and of the first where; they leave no row', async () => {
      const { failures, first_error, rows, count } = await executor().compute(task({ p: 8 }));
      expect(rows + failures.length).toBe(count);
      expect(failures.length).toBeGreaterThan(5);
      const { error_class, message } = failures[0]!;
      expect(error_class).toBe('TypeError');
      expect(message).toMatch(/^u is 0\.9/);
      expect(first_error).toMatchObject({ name: 'TypeError', message });
      expect(first_error!.stack).toMatch(/at .*simulate.*permafrost-model\//);
    });

    test('computes from task and setup as JSON, with the inputs as bytes: nothing else is needed on another machine', async () => {
      const setup = JSON.parse(JSON.stringify(SETUP)) as ModelSetup;
      const one = executor([given(setup, { files: { [sha256]: new Uint8Array(OFFSET) } })]);
      const sent = JSON.parse(JSON.stringify(task({ p: 8 }))) as ChunkTask;
      expect(contentOf(await one.compute(sent))).toEqual(await expected(task({ p: 8 })));
    });

    test('has several setups, each by its hash', async () => {
      const other: ModelSetup = { ...SETUP, model: { code: MODEL.replace('u + inputs', '-inputs'), file: 'other.ts' } };
      const one = executor([given(SETUP), given(other)]);
      const rows = await Promise.all([one.compute(task({ count: 1 })), one.compute(task({ count: 1 }, other))]);
      expect(rows.map(({ bytes }) => Buffer.from(bytes).toString().split(',')[1])).toEqual([
        expect.stringMatching(/^100\.\d+$/),
        '-100',
      ]);
    });

    test('refuses another version of a built-in model, and other inputs', async () => {
      const old: ModelSetup = { ...SETUP, model: { builtin: 'trades', version: '0.0' } };
      const wrong: ModelSetup = { ...SETUP, streams: 'shared' };
      const lost: ModelSetup = { ...SETUP, kernel: 'typescript' };
      const one = executor([
        given(old),
        given(wrong, { files: { [sha256]: Buffer.from('101') } }),
        given(lost, { files: {} }),
      ]);
      for (const [setup, code, text] of [
        [old, 'MODEL', /version .* need version 0\.0/s],
        [wrong, 'DATA', /offset\.txt holds other bytes/],
        [lost, 'DATA', /offset\.txt is not there/],
      ] as const) {
        const error = await rejection(one.compute(task({}, setup)));
        expect(error).toBeInstanceOf(EngineError);
        expect(error).toMatchObject({ code, message: expect.stringMatching(text) as string });
      }
    });

    test('what prepare() throws comes as a result, whole: class, message, stack, code and cause; the next cell is computed', async () => {
      const one = executor();
      const { cannot_prepare, ...nothing } = await one.compute(task({ p: 1 }));
      expect(nothing).toMatchObject({ first: 0, count: 250, rows: 0, failures: [] });
      expect(nothing.bytes).toHaveLength(0);
      expect(cannot_prepare).toMatchObject({ name: 'RangeError', message: 'no data for p 1', code: 'E_DATA' });
      expect(cannot_prepare!.stack).toMatch(
        /RangeError: no data for p 1\n +at .*prepare.*permafrost-model\/[0-9a-f]{16}:\d+:\d+/,
      );
      expect(cannot_prepare!.cause).toMatchObject({ name: 'Error', message: 'the file is empty' });
      expect((await one.compute(task({ p: 2 }))).cannot_prepare).toEqual({ name: 'string', message: 'a text' });
      await computesAll(one);
    });

    test('with a signal that is aborted already rejects at once', async () => {
      const reason = new Error('changed my mind');
      const one = executor();
      expect(await rejection(one.compute(task(), AbortSignal.abort(reason)))).toBe(reason);
      await computesAll(one);
    });

    test('an abort rejects promptly with its reason and frees the slot, though the chunk would never end', async () => {
      const one = executor();
      const abort = new AbortController();
      const stuck = Array.from({ length: one.parallel }, () => rejection(one.compute(task({ p: 4 }), abort.signal)));
      await sleep(50);
      const reason = new Error('that is enough');
      abort.abort(reason);
      expect(await Promise.all(stuck)).toEqual(stuck.map(() => reason));
      await computesAll(one);
    });

    test('an abort at any moment does no harm, and what was asked for beside it comes', async () => {
      const one = executor();
      for (const ms of [0, 0, 1, 2, 5, 10, 20, 40]) {
        const abort = new AbortController();
        const gone = rejection(one.compute(task({ p: 4 }), abort.signal));
        const stays = one.compute(task({ count: 20 }));
        await (ms === 0 ? Promise.resolve() : sleep(ms));
        abort.abort(new Error(`after ${ms} ms`));
        expect((await gone).message).toBe(`after ${ms} ms`);
        expect(contentOf(await stays)).toEqual(await expected(task({ count: 20 })));
      }
    });

    test('an answer that comes after its abort is heard by nobody and ends nothing', async () => {
      const one = executor();
      const abort = new AbortController();
      const gone = rejection(one.compute(task({ p: 6 }), abort.signal));
      await sleep(95);
      abort.abort(new Error('just before'));
      await gone;
      await sleep(30);
      await computesAll(one);
    });

    test('close ends what is in flight, as often as it is called; afterwards nothing is computed', async () => {
      const one = executor();
      const in_flight = [4, 6, 0, 8, 4].map((p) => one.compute(task({ p })).catch((error: unknown) => error));
      await sleep(20);
      await Promise.all([one.close(), one.close()]);
      const outcomes = await Promise.all(in_flight);
      expect(outcomes[0]).toMatchObject({ code: 'STOPPED' });
      await one.close();
      expect(await rejection(one.compute(task()))).toMatchObject({ code: 'STOPPED' });
      await sleep(120);
    });

    describe.runIf(can_die)('whose workers can die', () => {
      test('rejects as WORKER where one exits, and goes on with another', async () => {
        const one = executor();
        const error = await rejection(one.compute(task({ p: 3 })));
        expect(error).toBeInstanceOf(EngineError);
        expect(error).toMatchObject({ code: 'WORKER', exit: 3, message: expect.stringContaining('code: 7') as string });
        await computesAll(one);
      });

      test('rejects as WORKER where a worker throws outside all tasks', async () => {
        const one = executor();
        expect(await rejection(one.compute(task({ p: 7 })))).toMatchObject({
          code: 'WORKER',
          message: expect.stringContaining('much later') as string,
        });
        await computesAll(one);
      });

      test('an abort frees the slot of a chunk that is busy for ever', async () => {
        const one = executor();
        const abort = new AbortController();
        const stuck = rejection(one.compute(task({ p: 5 }), abort.signal));
        await sleep(100);
        abort.abort(new Error('enough'));
        expect((await stuck).message).toBe('enough');
        await computesAll(one);
      });

      test('close ends workers that are busy for ever', async () => {
        const one = executor();
        const stuck = rejection(one.compute(task({ p: 5 })));
        await sleep(100);
        await one.close();
        expect(await stuck).toMatchObject({ code: 'STOPPED' });
      });
    });
  });
}
