import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Rows } from '../../src/encoding/metrics-schema.ts';
import type { Executor } from '../../src/execute/executor.ts';
import type { ChunkTask } from '../../src/execute/messages.ts';
import { run } from '../../src/operations/run.ts';
import { setupHash, type ModelSetup } from '../../src/execute/setup.ts';
import { Simulator } from '../../src/execute/simulator.ts';
import { Auditor, type Claim, type Finding } from '../../src/queue/auditor.ts';
import { auditSample } from '../../src/queue/audit-sample.ts';
import { frameResult, receiveResult, type ResultHeader } from '../../src/queue/result-frame.ts';
import { rowsIn } from '../../src/queue/spooled-rows.ts';
import { formatOf } from '../../src/store/formats/formats.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import { CoinStudy, finishedFiles, HOST } from '../operations/coin-study.ts';
import { hire, hostOf, overQueue, type Tamper } from './hired.ts';
import { MemoryBroker } from './memory-broker.ts';

/** Other rows, spelled as they must be: every checksum and every shape is right. `which`: of the sections, and of the permutations. */
function madeUp(which: (section: number, perm_index: number) => boolean): Tamper {
  return (frame) => {
    const { header, sections } = receiveResult(frame);
    const changed = sections.map((bytes, section) => otherRows(header, section, bytes, which));
    return reframed(header, changed);
  };
}

function otherRows(
  header: ResultHeader,
  section: number,
  bytes: Uint8Array,
  which: (section: number, perm_index: number) => boolean,
): Uint8Array {
  const schema = { ...header.kinds[section]!, model: 'coin', cell_id: 'c', experiment: header.experiment };
  const metrics = { ...schema, metrics: ['heads', 'first'] };
  const rows: Rows = rowsIn(bytes, header.rows, metrics);
  for (const [k, perm_index] of rows.perm_index.entries()) if (which(section, perm_index)) rows.columns[0]![k]! += 1;
  return formatOf(metrics).encode(metrics, rows);
}

function reframed(header: ResultHeader, [bytes, ...more_bytes]: readonly Uint8Array[]): Uint8Array {
  const { first, count, rows, compute_ms, failures } = header;
  return frameResult(header, { first, count, rows, compute_ms, failures, bytes: bytes!, more_bytes });
}

interface Outcome {
  readonly warnings: readonly string[];
  readonly broker: MemoryBroker;
}

/** A run by an honest worker and one that is not; its files are those of one machine. */
async function withLiar(
  tamper: Tamper,
  audit: number,
  { threads = 0, study = new CoinStudy() }: { readonly threads?: number; readonly study?: CoinStudy } = {},
): Promise<Outcome> {
  const alone = join(study.folder, 'alone');
  await run(study.file, { output: alone }, HOST);
  const broker = new MemoryBroker();
  const liar = hire(broker, join(study.folder, 'liar'), {}, tamper);
  const honest = hire(broker, join(study.folder, 'honest'));
  const warnings: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'warning') warnings.push(event.message);
  };
  const { exit } = await overQueue(study, broker, { audit, threads, onEvent });
  expect(exit).toBe(0);
  expect(finishedFiles(study.output)).toEqual(finishedFiles(alone));
  expect(broker.kept.size, 'results that nobody acknowledged').toBe(0);
  if (broker.expelled.size > 0) await expect(liar.ended).rejects.toMatchObject({ code: 'IDENTITY' });
  await honest.stop();
  await liar.stop();
  return { warnings, broker };
}

describe('a worker that makes up rows which are well formed', () => {
  test('is found and put out, its rows are computed again, and the run says who it was and where', async () => {
    const { warnings, broker } = await withLiar(
      madeUp(() => true),
      1,
    );
    expect([...broker.expelled.values()]).toEqual([
      expect.stringMatching(/^permutation \d+ of cell [0-9a-f]{16} came as \d,0\.\d+, and is \d,0\.\d+$/),
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The worker on \S+ \(pid \d+\) sent rows that are not those of this machine: permutation \d+ of cell .*It is put out, and \d+ results? that came since its last clean audit (is|are) computed again\.$/,
      ),
    ]);
  });

  test('beside threads of the manager, too', async () => {
    const { broker } = await withLiar(
      madeUp(() => true),
      100,
      { threads: 1 },
    );
    expect(broker.expelled.size).toBeLessThanOrEqual(1);
  });

  test('is found where it does so for one row in a hundred, and every row is audited', async () => {
    const { broker } = await withLiar(
      madeUp((_, perm_index) => perm_index % 100 === 37),
      100,
    );
    expect(broker.expelled.size).toBe(1);
  });

  test('is found where it does so after a while', async () => {
    let sent = 0;
    const lie = madeUp(() => true);
    const { broker } = await withLiar((frame) => ((sent += 1) > 3 ? lie(frame) : frame), 100);
    expect(broker.expelled.size).toBe(1);
  });

  test('is found where only the rows for another format are made up', async () => {
    const [a, b] = [new CoinStudy(), new CoinStudy()];
    writeFileSync(b.file, JSON.stringify({ ...b.study, format: 'arrow', batch_rows: 1000 }));
    for (const { file, folder } of [a, b]) await run(file, { output: join(folder, 'alone') }, HOST);
    const broker = new MemoryBroker();
    hire(
      broker,
      join(a.folder, 'liar'),
      {},
      madeUp((section) => section === 1),
    );
    hire(broker, join(a.folder, 'honest'));
    const { exit } = await run([a.file, b.file], { queue: 'memory', threads: 0, chunk: 50, audit: 2 }, hostOf(broker));
    expect(exit).toBe(0);
    expect(broker.expelled.size).toBe(1);
    for (const { output, folder } of [a, b])
      expect(finishedFiles(output)).toEqual(finishedFiles(join(folder, 'alone')));
  });

  test('is found by a later manager, in what an earlier one has left', async () => {
    const study = new CoinStudy();
    await run(study.file, { output: join(study.folder, 'alone') }, HOST);
    const broker = new MemoryBroker();
    const liar = hire(
      broker,
      join(study.folder, 'liar'),
      {},
      madeUp(() => true),
    );
    const abort = new AbortController();
    const first = overQueue(study, broker, { chunk: 30, signal: abort.signal });
    broker.full = true;
    while (broker.chunks.size < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort('gone');
    await first;
    broker.full = false;
    // What waits in its spool is of a manager that is gone.
    while (broker.kept.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await liar.stop();
    hire(broker, join(study.folder, 'honest'));
    const { exit } = await overQueue(study, broker, { chunk: 30, audit: 1 });
    expect(exit).toBe(0);
    expect(finishedFiles(study.output)).toEqual(finishedFiles(join(study.folder, 'alone')));
    expect([broker.expelled.size, broker.kept.size]).toEqual([1, 0]);
  });

  test('is believed where nobody audits: that is what an audit is for', async () => {
    const study = new CoinStudy();
    await run(study.file, { output: join(study.folder, 'alone') }, HOST);
    const broker = new MemoryBroker();
    hire(
      broker,
      study.folder,
      {},
      madeUp(() => true),
    );
    await overQueue(study, broker);
    expect(finishedFiles(study.output)).not.toEqual(finishedFiles(join(study.folder, 'alone')));
  });
});

test('honest workers pass an audit of any size, and the run ends though few results are drawn from', async () => {
  for (const audit of [0.01, 3, 100]) {
    const { broker, warnings } = await withLiar((frame) => frame, audit);
    expect([broker.expelled.size, warnings]).toEqual([0, []]);
  }
});

test('there is nothing to audit without a queue', async () => {
  await expect(run(new CoinStudy().file, { audit: 5 }, HOST)).rejects.toMatchObject({
    code: 'USAGE',
    path: '--audit',
  });
});

describe('which permutations are drawn', () => {
  const range = { from: 1000, to: 1512 };

  test('follows from a secret: the same again with it, others without', () => {
    const draw = (secret: string, of = 'a-1'): string =>
      JSON.stringify(auditSample(secret, of, range, { percent: 2, least: 0 }));
    expect(draw('s')).toBe(draw('s'));
    expect(new Set([draw('s'), draw('t'), draw('s', 'a-2'), draw('t', 'a-2')]).size).toBe(4);
  });

  test('are so many on average, in ascending runs that do not meet, wherever they may lie', () => {
    for (const percent of [0.01, 0.3, 2, 40, 99, 100]) {
      let drawn = 0;
      const seen = new Set<number>();
      for (let k = 0; k < 400; k += 1) {
        const runs = auditSample('s', String(k), range, { percent, least: 0 });
        let at = range.from;
        for (const { from, to } of runs) {
          if (from < at || to <= from) expect.unreachable(`${at}: ${from}-${to}`);
          for (let perm = from; perm < to; perm += 1) seen.add(perm);
          drawn += to - from;
          at = to;
        }
        if (at > range.to) expect.unreachable(`past the end: ${at}`);
      }
      const expected = (400 * 512 * percent) / 100;
      expect(Math.abs(drawn - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected) + 0.01 * expected);
      if (percent >= 2) expect(seen.size).toBe(512);
    }
  });

  test('are at least as many as asked for, and of a short chunk not more than there are', () => {
    const one = { from: 7, to: 8 };
    expect(auditSample('s', 'a', one, { percent: 0.001, least: 1 })).toEqual([one]);
    expect(auditSample('s', 'a', one, { percent: 100, least: 1 })).toEqual([one]);
  });
});

const CODE = `export default { name: 'm', version: '1', parameters: {}, metrics: { a: {} },
  simulate: (_, rng, row) => { row.a = rng(); if (row.a > 0.95) throw new RangeError('too much'); } };`;
const SETUP: ModelSetup = { model: { code: CODE, file: 'm.ts' }, inputs: {}, streams: 'independent', kernel: 'auto' };
const SCHEMA = {
  format: 'csv',
  model: 'm',
  cell_id: 'c',
  experiment: 'e'.repeat(64),
  metrics: ['a'],
  batch_rows: 10,
} as const;

class AuditUnderTest {
  readonly clean: string[][] = [];
  readonly wrong: { readonly finding: Finding; readonly ids: string[] }[] = [];
  readonly errors: unknown[] = [];
  readonly auditor: Auditor;

  constructor(percent: number, simulator: Simulator) {
    const local = { parallel: 2, compute: (task: ChunkTask) => simulator.computeChunk(task), release: () => undefined };
    const ids = (claims: readonly Claim[]): string[] => claims.map(({ id }) => id);
    this.auditor = new Auditor({
      percent,
      secret: 'secret',
      local: local as unknown as Executor,
      closing: new AbortController().signal,
      onClean: (claims) => this.clean.push(ids(claims)),
      onWrong: (finding, claims) => this.wrong.push({ finding, ids: ids(claims) }),
      onError: (error) => this.errors.push(error),
    });
  }
}

async function simulator(): Promise<Simulator> {
  return Simulator.create({ id: setupHash(SETUP), setup: SETUP, inputs: { loaded: undefined } });
}

function chunk(first: number, count: number): ChunkTask {
  const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 5 } as const;
  return { setup: setupHash(SETUP), cell: { parameters: {}, source, schema: SCHEMA }, first, count };
}

describe('results of a worker', () => {
  async function claim(id: string, first: number, bytesOf = (bytes: Uint8Array) => bytes): Promise<Claim> {
    const task = chunk(first, 1);
    const result = await (await simulator()).computeChunk(task);
    const range = { from: first, to: first + 1 };
    return { id, worker: 'w', task, result: { ...result, bytes: bytesOf(Buffer.from(result.bytes)) }, range };
  }
  const wrong = (bytes: Uint8Array): Uint8Array =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replace(/,.*/, ',0.25'), 'latin1');
  const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 30));

  test('wait for its next clean audit: the first is always one, and where nothing else comes there is one, too', async () => {
    const under = new AuditUnderTest(0.001, await simulator());
    under.auditor.take(await claim('a', 0));
    await settled();
    expect(under.clean).toEqual([['a']]);
    under.auditor.take(await claim('b', 1));
    under.auditor.take(await claim('c', 2));
    await settled();
    expect([under.clean.length, under.auditor.waiting]).toEqual([1, 2]);
    under.auditor.flush();
    await settled();
    expect([under.clean, under.auditor.waiting, under.auditor.audited]).toEqual([[['a'], ['b', 'c']], 0, 2]);
  });

  test('are all in doubt where one is wrong, those that come while that is found out, too', async () => {
    const under = new AuditUnderTest(0.001, await simulator());
    under.auditor.take(await claim('a', 0));
    await settled();
    under.auditor.take(await claim('b', 1));
    under.auditor.take(await claim('c', 2, wrong));
    under.auditor.flush();
    under.auditor.take(await claim('d', 3));
    await settled();
    expect(under.wrong).toEqual([
      {
        ids: ['b', 'c', 'd'],
        finding: {
          worker: 'w',
          cell_id: 'c',
          perm_index: 2,
          sent: '0.25',
          computed: expect.stringMatching(/^0\.\d+$/) as string,
        },
      },
    ]);
    expect([under.clean, under.auditor.waiting]).toEqual([[['a']], 0]);
  });

  test('that say a permutation fails which does not, or the other way round, are wrong', async () => {
    const one = await simulator();
    const task = chunk(0, 100);
    const result = await one.computeChunk(task);
    const failed = result.failures[0]!;
    const under = new AuditUnderTest(100, one);
    const range = { from: 0, to: 100 };
    const invented = { ...failed, error_class: 'TypeError' };
    under.auditor.take({ id: 'a', worker: 'v', task, range, result });
    const failures = result.failures.map((each) => (each === failed ? invented : each));
    under.auditor.take({ id: 'b', worker: 'w', task, range, result: { ...result, failures } });
    await settled();
    expect(under.clean).toEqual([['a']]);
    expect(under.wrong).toMatchObject([
      { ids: ['b'], finding: { perm_index: failed.perm_index, sent: expect.stringContaining('TypeError') as string } },
    ]);
  });

  test('are no proof against their worker where this machine does not agree with itself', async () => {
    const one = await simulator();
    let turn = 0;
    const moody = {
      computeChunk: async (task: ChunkTask) => {
        const result = await one.computeChunk(task);
        return { ...result, bytes: Buffer.from(`${task.first},0.${(turn += 1)}\n`) };
      },
    };
    const under = new AuditUnderTest(100, moody as unknown as Simulator);
    under.auditor.take(await claim('a', 0));
    await settled();
    expect([under.clean, under.wrong]).toEqual([[], []]);
    expect(under.errors).toEqual([expect.objectContaining({ code: 'MODEL' })]);
  });
});
