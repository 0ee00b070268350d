import { describe, expect, test } from 'vitest';

import type { ChunkTask } from '../../src/execute/messages.ts';
import type { ModelSetup } from '../../src/execute/setup.ts';
import { setupHash } from '../../src/execute/setup.ts';
import { Simulator } from '../../src/execute/simulator.ts';
import { checkedResult } from '../../src/queue/check-result.ts';
import { refusal } from '../../src/queue/refusal.ts';
import { frameResult, LARGEST_RESULT, ofChunk, receiveResult } from '../../src/queue/result-frame.ts';
import { announcementOf, announcementText, offeredChunk, offeredText, workerNoteOf } from '../../src/queue/wire.ts';

const CODE = `export default { name: 'm', version: '1', parameters: {}, metrics: { a: {}, b: {} },
  simulate: (_, rng, row) => { row.a = rng(); row.b = rng(); if (row.a > 0.9) throw new RangeError('too much'); } };`;
const SETUP: ModelSetup = { model: { code: CODE, file: 'm.ts' }, inputs: {}, streams: 'independent', kernel: 'auto' };

function task(format: 'csv' | 'arrow', first = 2000, count = 60): ChunkTask {
  const schema = {
    format,
    model: 'm',
    cell_id: 'c',
    experiment: 'e'.repeat(64),
    metrics: ['a', 'b'],
    batch_rows: 1000,
  };
  const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 5 } as const;
  const more_schemas = [{ ...schema, format: format === 'csv' ? ('arrow' as const) : ('csv' as const) }];
  return { setup: setupHash(SETUP), cell: { parameters: { p: 1 }, source, schema }, first, count, more_schemas };
}

async function computed(chunk: ChunkTask) {
  const simulator = await Simulator.create({ id: chunk.setup, setup: SETUP, inputs: { loaded: undefined } });
  return simulator.computeChunk(chunk);
}

const ORIGIN = { engine: '1', node_major: 20, worker: 'w' };

function originOf(chunk: ChunkTask) {
  return { ...ORIGIN, ...ofChunk(chunk) };
}

describe('a result on its way', () => {
  test.each(['csv', 'arrow'] as const)(
    '%s: arrives as it was computed, failures and their first error with it',
    async (format) => {
      const chunk = task(format);
      const result = await computed(chunk);
      expect(result.failures.length).toBeGreaterThan(2);
      const received = receiveResult(frameResult(originOf(chunk), result));
      const plain = (some: unknown): unknown => JSON.parse(JSON.stringify(some));
      expect(plain(checkedResult(chunk, received))).toEqual(
        plain({
          ...result,
          bytes: Buffer.from(result.bytes),
          more_bytes: result.more_bytes!.map((each) => Buffer.from(each)),
        }),
      );
    },
  );

  test('with one bit changed anywhere, or cut anywhere, is not taken', async () => {
    const chunk = task('csv', 0, 8);
    const frame = frameResult(originOf(chunk), await computed(chunk));
    for (let at = 0; at < frame.length; at += 3) {
      const changed = Buffer.from(frame);
      changed[at]! ^= 1 << (at % 8);
      expect(() => receiveResult(changed), `bit at ${at}`).toThrow(
        expect.objectContaining({ code: 'IDENTITY' }) as Error,
      );
      expect(() => receiveResult(frame.subarray(0, at)), `cut at ${at}`).toThrow(
        expect.objectContaining({ code: 'IDENTITY' }) as Error,
      );
    }
  });

  test('too large to be sent says so where it is computed', async () => {
    const result = await computed(task('csv', 0, 1));
    const origin = originOf(task('csv', 0, 1));
    expect(() => frameResult(origin, { ...result, bytes: new Uint8Array(LARGEST_RESULT) })).toThrow(/--chunk/);
  });

  test.each(['csv', 'arrow'] as const)(
    '%s: rows that are not those of the chunk are seen, though every checksum is right',
    async (format) => {
      const chunk = task(format);
      const good = await computed(chunk);
      const faultOf = (result: typeof good): unknown =>
        checkedResult(chunk, receiveResult(frameResult(originOf(chunk), result)));
      const other = await computed(task(format, 3000, 60));
      expect(faultOf({ ...good, bytes: other.bytes })).toEqual(expect.any(String));
      expect(faultOf({ ...good, bytes: good.bytes.subarray(0, -1) })).toEqual(expect.any(String));
      expect(faultOf({ ...good, bytes: Buffer.concat([good.bytes, Buffer.from('\n')]) })).toEqual(expect.any(String));
      expect(faultOf({ ...good, rows: good.rows - 1 })).toEqual(expect.any(String));
      expect(faultOf({ ...good, failures: good.failures.slice(1), rows: good.rows + 1 })).toEqual(expect.any(String));
      expect(faultOf({ ...good, failures: [...good.failures].reverse() })).toEqual(expect.any(String));
      expect(faultOf({ ...good, more_bytes: [] })).toEqual(expect.any(String));
      expect(faultOf({ ...good, more_bytes: [good.bytes] })).toEqual(expect.any(String));
      const elsewhere = receiveResult(frameResult({ ...originOf(chunk), first: 2001 }, good));
      expect(checkedResult(chunk, elsewhere)).toBe('it is of other permutations');
    },
  );

  test('a number that is spelled otherwise is seen', async () => {
    const chunk = task('csv', 0, 3);
    const good = await computed(chunk);
    const text = Buffer.from(good.bytes).toString('latin1');
    const wrong = Buffer.from(text.replace(/^(\d+),0\./, '$1,+0.'), 'latin1');
    expect(checkedResult(chunk, receiveResult(frameResult(originOf(chunk), { ...good, bytes: wrong })))).toMatch(
      /spelled/,
    );
  });
});

describe('messages', () => {
  test('a chunk arrives as it was offered; anything else is refused', () => {
    const offered = { run: 'abc', chunk: task('csv') };
    const text = offeredText(offered);
    expect(offeredChunk(text)).toEqual(offered);
    const wrong = (edit: (value: Record<string, never> & { chunk: Record<string, unknown> }) => void): string => {
      const value = JSON.parse(text) as never;
      edit(value);
      return JSON.stringify(value);
    };
    for (const bad of [
      '{',
      '[]',
      'x'.repeat(2 << 20),
      wrong((value) => (value.chunk['count'] = 0)),
      wrong((value) => (value.chunk['first'] = -1)),
      wrong((value) => (value.chunk['setup'] = '../../x')),
      wrong((value) => (value.chunk['more'] = 1)),
      wrong((value) => delete value.chunk['cell']),
    ])
      expect(() => offeredChunk(bad), bad.slice(0, 80)).toThrow(expect.objectContaining({ code: 'IDENTITY' }) as Error);
  });

  test('a chunk of antithetic pairs says so to the worker', () => {
    const { cell, ...rest } = task('csv');
    const pairs = {
      run: 'abc',
      chunk: { ...rest, cell: { ...cell, source: { ...cell.source, antithetic: true } } },
    } as const;
    expect(offeredChunk(offeredText(pairs))).toEqual(pairs);
    const text = offeredText(pairs).replace('"antithetic":true', '"antithetic":false');
    expect(() => offeredChunk(text)).toThrow(expect.objectContaining({ code: 'IDENTITY' }) as Error);
  });

  test('of another version of the wire are refused by saying so', () => {
    const said = { run: 'r', engine: '1', node_major: 20, manager: 'm', setups: [] };
    expect(announcementOf(announcementText(said))).toEqual(said);
    expect(() => announcementOf(announcementText(said).replace('"wire":1', '"wire":2'))).toThrow(/another version/);
    expect(workerNoteOf('{"wire":1}')).toBeUndefined();
  });

  test('a worker of another engine or Node.js is refused with the reason and what to do', () => {
    const said = { run: 'r', engine: '1.1.0', node_major: 20, manager: 'lab1 (pid 7)', setups: [] };
    expect(refusal(said, { engine: '1.1.0', node: 'v20.1.0' })).toBeUndefined();
    expect(refusal(said, { engine: '1.2.0', node: 'v20.1.0' })?.message).toMatch(
      /lab1 \(pid 7\) runs permafrost 1\.1\.0.*Install 1\.1\.0 here/,
    );
    expect(refusal(said, { engine: '1.1.0', node: 'v22.0.0' })).toMatchObject({
      code: 'IDENTITY',
      exit: 2,
      message: expect.stringContaining('Start the worker with Node.js 20') as string,
    });
  });
});
