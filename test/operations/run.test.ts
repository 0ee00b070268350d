import { getEventListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { merge } from '../../src/operations/merge.ts';
import { plan, type RunPlan, type StudyPlan } from '../../src/operations/plan.ts';
import { repair } from '../../src/operations/repair.ts';
import { replay } from '../../src/operations/replay.ts';
import { run, type RunResult } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import type { StudyObject } from '../../src/study/study-object.ts';
import { abortedAt, CoinStudy, finishedFiles, HOST } from './coin-study.ts';

/** Chunks of so many permutations: several for each cell. */
const OPTIONS: RunOptions = { threads: 1, chunk: 30 };

async function undisturbed(coin: CoinStudy): Promise<Record<string, string>> {
  const output = join(coin.folder, 'undisturbed');
  await run(coin.file, { ...OPTIONS, output }, HOST);
  return finishedFiles(output);
}

describe('a study', () => {
  it('that is an object is run as its file is, to the last byte, and is found again by its run', async () => {
    const coin = new CoinStudy();
    const expected = await undisturbed(coin);
    const result = await run(coin.study, { ...OPTIONS, base: coin.folder }, HOST);
    expect(result).toMatchObject({ exit: 0, name: 'study', output: coin.output, cells: 4, complete: 4 });
    expect(finishedFiles(coin.output)).toEqual(expected);

    const manifest = JSON.parse(readFileSync(join(coin.output, 'run_manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ study_folder: '..', study_text: JSON.stringify(coin.study, null, 2) });
    expect(manifest).not.toHaveProperty('study_file');
    expect(await verify(coin.output, { threads: 1, recompute: { rows: 40 } }, HOST)).toMatchObject({
      ok: true,
      recomputed: 40,
      mismatches: 0,
    });
    const [cell_id] = (await plan(coin.study, { base: coin.folder, forecast: false }, HOST)).cells.map(
      (c) => c.cell_id,
    );
    expect(await replay(coin.output, cell_id!, 17, {}, HOST)).toMatchObject({ cell_id, perm_index: 17, equal: true });
    expect((await repair(coin.output, { threads: 1 }, HOST)).exit).toBe(0);
    const into = join(coin.folder, 'somewhere', 'else');
    expect(await merge([coin.output], into, { threads: 1, trust: true }, HOST)).toMatchObject({
      cells: 4,
      conflicts: [],
    });
    expect((await verify(into, { recompute: { rows: 5 } }, HOST)).ok).toBe(true);
  });

  it('may be a URL, and have URLs', async () => {
    const coin = new CoinStudy();
    const here = pathToFileURL(`${coin.folder}/`);
    const output = new URL('by-url', here);
    const study = { ...coin.study, model: new URL('coin.mjs', here), output };
    expect(await run(study, OPTIONS, HOST)).toMatchObject({ exit: 0, output: join(coin.folder, 'by-url') });
    expect(await run(new URL('study.yaml', here), OPTIONS, HOST)).toMatchObject({ exit: 0, output: coin.output });
  });

  it('that is none is refused in the words of a program', async () => {
    const coin = new CoinStudy();
    const refused = async (study: unknown): Promise<unknown> =>
      run(study as StudyObject, { base: coin.folder }, HOST).catch((error: unknown) => error);
    expect(await refused(7)).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('Not a study: 7') as string,
    });
    expect(await refused([])).toMatchObject({ code: 'USAGE', path: 'studies' });
    expect(await refused({ ...coin.study, grdi: {} })).toMatchObject({
      code: 'STUDY',
      message: expect.stringMatching(/^study study: .*"grdi".*did you mean grid/s) as string,
    });
    const model = { name: 'm', version: '1', parameters: {}, metrics: {}, simulate: () => undefined };
    expect(await refused({ ...coin.study, model })).toMatchObject({
      code: 'STUDY',
      path: 'model',
      message: expect.stringContaining("name that file: model: './my-model.ts'") as string,
    });
    expect(await refused({ ...coin.study, model: './no.mjs' })).toBeInstanceOf(EngineError);
    expect(existsSync(coin.output)).toBe(false);
  });

  it('gives one result, and a list of them the results of all', () => {
    const calls = {
      one: () => run('study.yaml'),
      list: () => run([{ model: 'm', permutations: 1 }, 'other.yaml']),
      planned: () => plan('study.yaml'),
      all_planned: () => plan(['study.yaml']),
    };
    expectTypeOf(calls).toEqualTypeOf<{
      one: () => Promise<StudyResult>;
      list: () => Promise<RunResult>;
      planned: () => Promise<StudyPlan>;
      all_planned: () => Promise<RunPlan>;
    }>();
  });
});

describe('a signal', () => {
  it('stops a run, which another one resumes to the bytes of an undisturbed one', async () => {
    const coin = new CoinStudy();
    const expected = await undisturbed(coin);
    for (const chunks of [1, 4, 9]) {
      const { host, signal } = abortedAt(chunks);
      const stopped = await run(coin.study, { ...OPTIONS, base: coin.folder, signal }, host);
      expect(stopped).toMatchObject({ exit: 130, stopped: { kind: 'aborted', reason: 'enough' } });
      expect(stopped.complete).toBeLessThan(4);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
    const done = await run(coin.study, { ...OPTIONS, base: coin.folder }, HOST);
    expect(done.exit).toBe(0);
    expect(done.permutations_reused).toBeGreaterThan(0);
    expect(finishedFiles(coin.output)).toEqual(expected);
  });

  it('that is aborted before lets nothing be computed, and what only reads rejects with its reason', async () => {
    const coin = new CoinStudy();
    const reason = new Error('not now');
    const signal = AbortSignal.abort(reason);
    const result = await run(coin.file, { ...OPTIONS, signal }, HOST);
    expect(result).toMatchObject({ exit: 130, permutations_computed: 0, stopped: { kind: 'aborted', reason } });
    await run(coin.file, OPTIONS, HOST);
    await expect(verify(coin.output, { signal }, HOST)).rejects.toBe(reason);
    await expect(merge([coin.output], join(coin.folder, 'into'), { signal }, HOST)).rejects.toBe(reason);
    expect((await verify(coin.output, {}, HOST)).ok).toBe(true);
  });
});

describe('events', () => {
  it('are plain objects that tell what was done', async () => {
    const coin = new CoinStudy();
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event);
    await run(coin.file, { ...OPTIONS, cells: ['p=0.4'], onEvent }, HOST);
    expect(events[0]).toMatchObject({ type: 'started', output: coin.output, resumed: false, permutations_done: 0 });
    const rows = events.flatMap((event) => (event.type === 'acknowledged' ? [event.rows] : []));
    expect(rows.reduce((sum, n) => sum + n, 0)).toBe(500);
    const finished = events.filter(({ type }) => type === 'cell-finished');
    expect(finished).toEqual(
      [1, 2].map(() => expect.objectContaining({ n_done: 250, n_target: 250, complete: true }) as RunEvent),
    );
    expect(events.at(-1)).toMatchObject({ type: 'finished', cells_complete: 2, permutations_done: 500 });
    expect(structuredClone(events)).toEqual(events);

    events.length = 0;
    await run(coin.file, { ...OPTIONS, onEvent }, HOST);
    expect(events[0]).toMatchObject({ type: 'started', resumed: true, permutations_done: 500, cells_total: 4 });
  });

  it('tell progress as often as is asked', async () => {
    const coin = new CoinStudy();
    let told = 0;
    const onEvent = ({ type }: RunEvent): void => void (told += type === 'progress' ? 1 : 0);
    const turns = { ...HOST.clock, after: (_ms: number, work: () => void) => HOST.clock.after(0, work) };
    await run(coin.file, { ...OPTIONS, onEvent, progress_ms: 10 }, { ...HOST, clock: turns });
    expect(told).toBeGreaterThan(0);
    await expect(run(coin.file, { onEvent, progress_ms: 0 }, HOST)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('that are not borne stop the run, which rejects with what was thrown, and nothing is lost', async () => {
    const coin = new CoinStudy();
    const expected = await undisturbed(coin);
    const bug = new Error('a bug of whoever watches');
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'acknowledged') throw bug;
    };
    await expect(run(coin.file, { ...OPTIONS, onEvent }, HOST)).rejects.toBe(bug);
    expect((await run(coin.file, OPTIONS, HOST)).exit).toBe(0);
    expect(finishedFiles(coin.output)).toEqual(expected);
  });
});

describe('runs in one process', () => {
  it('do not disturb each other: at once they end in the files that each ends in alone', async () => {
    const coin = new CoinStudy();
    const expected = await undisturbed(coin);
    const outputs = ['a', 'b', 'c'].map((name) => join(coin.folder, name));
    const ended = await Promise.all(outputs.map((output) => run(coin.file, { ...OPTIONS, output }, HOST)));
    expect(ended.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    for (const output of outputs) expect(finishedFiles(output)).toEqual(expected);
  });

  it('never write one output at once', async () => {
    const coin = new CoinStudy();
    const both = await Promise.allSettled([run(coin.file, OPTIONS, HOST), run(coin.file, OPTIONS, HOST)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = both.find((each) => each.status === 'rejected');
    expect(rejected?.reason).toMatchObject({ code: 'LOCKED', exit: 3 });
    expect((await verify(coin.output, {}, HOST)).ok).toBe(true);
  });

  it('change nothing that a process has in common, however they end', async () => {
    const coin = new CoinStudy();
    const before = processState();
    const during: unknown[] = [];
    const controller = new AbortController();
    const onEvent = ({ type }: RunEvent): void => {
      during.push(processState());
      if (type === 'acknowledged') controller.abort();
    };
    await run(coin.file, { ...OPTIONS, signal: controller.signal, onEvent }, HOST);
    await expect(run({ ...coin.study, permutations: -1 }, { base: coin.folder }, HOST)).rejects.toThrow(EngineError);
    await run(coin.file, OPTIONS, HOST);
    expect(during.length).toBeGreaterThan(2);
    for (const each of [...during, processState()]) expect(each).toEqual(before);
  });
});

describe('several studies', () => {
  it('share what they have in common, and are planned as they are run', async () => {
    const coin = new CoinStudy();
    const other = { ...coin.study, name: 'other', grid: { p: [0.6, 0.8], flips: [5] }, output: 'other' };
    const options = { ...OPTIONS, base: coin.folder };
    const planned = await plan([coin.file, other], { ...options, forecast: false }, HOST);
    expect(planned).toMatchObject({ cells: 5, cells_shared: 1, permutations_missing: 1250 });
    expect(planned.studies.map(({ name, model }) => [name, model])).toEqual([
      ['study', 'coin'],
      ['other', 'coin'],
    ]);
    const { outputs, exit } = await run([coin.file, other], options, HOST);
    expect(exit).toBe(0);
    expect(outputs.map(({ permutations_computed }) => permutations_computed)).toEqual([1000, 250]);
  });
});

function processState(): unknown {
  return {
    listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
    exitCode: process.exitCode,
    cwd: process.cwd(),
    env: { ...process.env },
    console: Object.values(console),
    write: [process.stdout, process.stderr].map((stream) => Reflect.get(stream, 'write') as unknown),
  };
}
