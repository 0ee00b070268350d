import { describe, expect, test } from 'vitest';

import type { ChunkTask } from '../../src/execute/messages.ts';
import { setupHash, type ModelSetup } from '../../src/execute/setup.ts';
import { Simulator } from '../../src/execute/simulator.ts';
import { HeldResults } from '../../src/queue/held-results.ts';
import { frameResult, ofChunk, receiveResult, type ReceivedResult } from '../../src/queue/result-frame.ts';

const CODE = `export default { name: 'm', version: '1', parameters: {}, metrics: { a: {}, b: { missing: true } },
  simulate: (_, rng, row) => { row.a = rng(); row.b = row.a < 0.5 ? NaN : rng(); } };`;
const SETUP: ModelSetup = { model: { code: CODE, file: 'm.ts' }, inputs: {}, streams: 'independent', kernel: 'auto' };

function task(first: number, count: number, format: 'csv' | 'arrow' = 'csv'): ChunkTask {
  const schema = {
    format,
    model: 'm',
    cell_id: 'c',
    experiment: 'e'.repeat(64),
    metrics: ['a', 'b'],
    batch_rows: 1000,
  };
  const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 5 } as const;
  return { setup: setupHash(SETUP), cell: { parameters: {}, source, schema }, first, count };
}

async function computed(chunk: ChunkTask) {
  const simulator = await Simulator.create({ id: chunk.setup, setup: SETUP, inputs: { loaded: undefined } });
  return simulator.computeChunk(chunk);
}

async function received(first: number, count: number, format?: 'csv' | 'arrow'): Promise<ReceivedResult> {
  const chunk = task(first, count, format);
  return receiveResult(
    frameResult({ engine: '1', node_major: 20, worker: 'w', ...ofChunk(chunk) }, await computed(chunk)),
  );
}

const never = (): never => expect.unreachable();

describe('results of an earlier manager', () => {
  test.each(['csv', 'arrow'] as const)(
    'in %s make up chunks of any size that lie in them, to the last bit',
    async (format) => {
      const held = new HeldResults();
      for (const first of [0, 1000, 3000])
        expect(held.add(`p-${first}`, await received(first, 1000, format), 10)).toEqual([]);
      for (const [first, count] of [
        [0, 1000],
        [0, 32],
        [950, 300],
        [0, 2000],
        [3999, 1],
      ] as const) {
        const wanted = { ...task(first, count), more_schemas: [task(0, 1, 'arrow').cell.schema] };
        const { result: found, parts } = held.take(wanted, never)!;
        const expected = await computed(wanted);
        expect(found).toMatchObject(JSON.parse(JSON.stringify({ first, count, rows: count, failures: [] })) as object);
        expect(Buffer.compare(found.bytes, expected.bytes)).toBe(0);
        expect(Buffer.compare(found.more_bytes![0]!, expected.more_bytes![0]!)).toBe(0);
        expect(found.blocks).toEqual(expected.blocks);
        expect([parts[0]!.range.from, parts.at(-1)!.range.to]).toEqual([first, first + count]);
      }
      for (const [first, count] of [
        [1999, 2],
        [2500, 10],
        [3500, 1000],
      ] as const)
        expect(held.take(task(first, count), never)).toBeUndefined();
    },
  );

  test('are done with when all their rows are in a file', async () => {
    const held = new HeldResults();
    held.add('p', await received(0, 100), 10);
    held.add('q', await received(100, 100), 10);
    const experiment = 'e'.repeat(64);
    const take = (first: number, count: number) => held.take(task(first, count), never)!.result;
    const durable = (first: number, count: number) => held.durable(experiment, [{ from: first, to: first + count }]);
    expect(take(0, 60).rows).toBe(60);
    expect(durable(0, 60)).toEqual([]);
    expect(durable(60, 60)).toEqual(['p']);
    expect(durable(120, 80)).toEqual(['q']);
    expect(held.length).toBe(0);
  });

  test('that are there twice, or too large, are not held; the oldest make room', async () => {
    const held = new HeldResults();
    held.add('p', await received(0, 100), 60 << 20);
    expect(held.add('again', await received(20, 50), 10)).toEqual(['again']);
    expect(held.add('large', await received(100, 100), 200 << 20)).toEqual(['large']);
    expect(held.add('q', await received(100, 100), 60 << 20)).toEqual([]);
    expect(held.add('r', await received(200, 100), 60 << 20)).toEqual(['p']);
    expect([held.length, held.take(task(0, 10), never)]).toEqual([2, undefined]);
  });

  test('that hold other rows than they say are dropped, and told of', async () => {
    const held = new HeldResults();
    const wrong = await received(0, 100);
    const other = await received(500, 100);
    held.add('p', { header: wrong.header, sections: other.sections }, 10);
    const told: string[] = [];
    expect(held.take(task(0, 10), (id) => told.push(id))).toBeUndefined();
    expect([told, held.length]).toEqual([['p'], 0]);
  });
});
