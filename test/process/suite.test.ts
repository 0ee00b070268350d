import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { plan, repair, run as runStudy, verify, type RunEvent, type RunOptions } from '../../dist/index.js';
import { StudyFolder } from './shared-studies.ts';
import { removeFolder } from '../temporary-folder.ts';

/** Serving with bins: `bins` is inactive for fifo. Fails where the environment says so. */
const MODEL = `export default {
  name: 'serve', version: '1',
  parameters: {
    scheduler: { type: 'choice', values: ['fifo', 'bins'], default: 'bins' },
    volume: { type: 'integer', min: 1, default: 10 },
    gpus: { type: 'integer', min: 1, default: 1 },
    bins: { type: 'integer', min: 1, default: 8, active_when: [{ scheduler: 'bins' }] },
  },
  metrics: { capacity: {}, latency: {} },
  choices: { fewest: (rows) => Math.min(...rows.map((row) => row.parameters.gpus)) },
  simulate: ({ parameters }, rng, row) => {
    if (String(parameters.bins) === process.env.PERMAFROST_TEST_FAIL_BINS) throw new RangeError('no such bin, "asked" for');
    row.capacity = -((parameters.gpus - 4) ** 2) + rng() / 10;
    row.latency = parameters.volume / parameters.gpus + rng();
  },
};`;

const SUITE = (more = '', step3 = 'gpus: { from: step2, best: capacity, otherwise: 32 }'): string => `
model: ./model.mjs
steps:
  step1:
    parameters: { gpus: 1 }
    grid: { volume: [10, 100], scheduler: [fifo, bins], gpus: { values: [2, 1], when: { scheduler: bins } } }
  step2:
    parameters: { volume: 100 }
    grid: { gpus: [8, 4, 2, 1] }
  step3:
    parameters: { volume: 100, ${step3} }
    grid: { bins: [1, 8] }
permutations: 1
results: { key: [scheduler, volume, gpus, bins], keep: last }
output: out
${more}`;

let folder: StudyFolder;
let file: string;
let out: string;

beforeEach(() => {
  folder = new StudyFolder(MODEL);
  file = join(folder.folder, 'suite.yaml');
  out = join(folder.folder, 'out');
  writeFileSync(file, SUITE());
  onTestFinished(() => {
    folder.remove();
    delete process.env['PERMAFROST_TEST_FAIL_BINS'];
  });
});

interface Ran {
  readonly exit: number;
  readonly computed: number;
  readonly warnings: readonly string[];
}

async function run(options: RunOptions = {}, steps?: readonly string[]): Promise<Ran> {
  const warnings: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'warning') warnings.push(event.message);
  };
  const { exit, permutations_computed: computed } = await runStudy(file, { threads: 1, ...options, steps, onEvent });
  return { exit, computed, warnings };
}

const table = (name: string): string => readFileSync(join(out, 'results', `${name}.csv`), 'utf8');
/** The GPU counts in a table. */
const gpusOf = (name: string): string[] =>
  table(name)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[4]!);
const TABLES = ['step1', 'step2', 'step3', 'all_results'];
const tables = (): string[] => TABLES.map(table);

describe('a suite with steps', () => {
  it('runs the steps in order, takes the best GPU count of step 2 into step 3, and computes common cells once', async () => {
    const ran = await run();
    expect(ran).toEqual({ exit: 0, computed: 6 + 3 - 1 + 1, warnings: [] });
    const [step1, step2, step3, all] = tables().map((text) => text.trimEnd().split('\n'));
    expect(step1![0]).toBe('step,cell_id,scheduler,volume,gpus,bins,n,capacity,latency,status,error');
    expect([step1!.length, step2!.length, step3!.length, all!.length]).toEqual([7, 5, 3, 13]);
    expect(all).toEqual([...step1!, ...step2!.slice(1), ...step3!.slice(1)]);
    // Step, then grid: step 2 begins with 8 GPUs though 2 and 1 stand in step 1 already.
    expect(step2!.slice(1).map((row) => row.split(',')[4])).toEqual(['8', '4', '2', '1']);
    expect(step3!.slice(1).map((row) => row.split(',').slice(4, 6))).toEqual([
      ['4', '1'],
      ['4', '8'],
    ]);
    const rows = step2!.slice(1).map((row) => row.split(','));
    // One permutation: the value itself.
    const metrics = readFileSync(join(out, 'per_cell', `cell_${rows[0]![1]!}`, 'metrics_compact.csv'), 'utf8');
    expect(metrics.split('\n')[1]).toBe(`0,${rows[0]!.slice(7, 9).join(',')}`);
    expect((await verify(out)).ok).toBe(true);
  });

  it('run again computes nothing, and its tables stay as they are', async () => {
    await run();
    const before = tables();
    expect(await run()).toEqual({ exit: 0, computed: 0, warnings: [] });
    expect(tables()).toEqual(before);
    expect(readdirSync(join(out, 'results')).filter((name) => name.includes('set-aside'))).toEqual([]);
  });

  it('ends in the same tables whatever the order of its steps, and however often', async () => {
    await run();
    const expected = tables();
    for (const order of [
      ['step3', 'step1', 'step2'],
      ['step2', 'step3', 'step1', 'step1'],
      ['step1', 'step3'],
    ]) {
      removeFolder(out);
      for (const step of order) expect((await run({}, [step])).warnings).toEqual([]);
      expect(tables()).toEqual(expected);
    }
  });

  it('with --step runs that step (and what it waits for), and the rows of the others stay', async () => {
    await run({}, ['step1']);
    // Step 1 has two of step 2's cells: they are no rows of step 2 before that is run.
    expect(TABLES.map((name) => existsSync(join(out, 'results', `${name}.csv`)))).toEqual([true, false, false, true]);
    expect(table('all_results')).toBe(table('step1'));
    await repair(out);
    expect(table('all_results')).toBe(table('step1'));
    const step1 = table('step1');
    const third = await run({}, ['step3']);
    expect(third).toEqual({ exit: 0, computed: 3, warnings: [] });
    expect(table('step1')).toBe(step1);
    expect(table('all_results').startsWith(step1)).toBe(true);
  });

  it('takes a value given by hand instead, remembers it while other steps run, and keeps what it replaces', async () => {
    const third = await run({ settings: ['gpus=16'] }, ['step3']);
    expect(third).toMatchObject({ exit: 0, computed: 2 });
    const by_hand = table('step3');
    expect(by_hand).toContain(',100,16,1,');
    await run({}, ['step2']);
    expect(table('step3')).toBe(by_hand);
    // Step 1 was never run; what is there is computed again from the value given by hand.
    const { problems, recomputed } = await verify(out, { recompute: { percent: 100 } });
    expect(recomputed).toBe(6);
    expect(problems.filter(({ code }) => code !== 'INCOMPLETE')).toEqual([]);
    const again = await run({}, ['step3']);
    expect(again).toMatchObject({ exit: 0, computed: 1 });
    expect(again.warnings.join()).toContain('set aside');
    expect(table('step3')).toContain(',100,4,1,');
    expect(readFileSync(join(out, 'results', 'step3.csv.set-aside-1'), 'utf8')).toBe(by_hand);
    await expect(run({ settings: ['cpus=1'] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('takes settings from the command line, remembers them for verify and repair, and widens with them', async () => {
    const settings = 'settings: { most: 8, volume: 100 }';
    const grid = 'grid: { gpus: { values: [8, 4, 2, 1], at_most: { setting: most } } }';
    writeFileSync(
      file,
      SUITE(settings)
        .replace('grid: { gpus: [8, 4, 2, 1] }', grid)
        .replace('parameters: { volume: 100 }', 'parameters: { volume: { setting: volume } }'),
    );
    expect(await run({ settings: ['most=4', 'volume=100'] })).toEqual({ exit: 0, computed: 6 + 1 + 1, warnings: [] });
    expect(gpusOf('step2')).toEqual(['4', '2', '1']);
    const { ok, recomputed } = await verify(out, { recompute: { percent: 100 } });
    expect([ok, recomputed]).toEqual([true, 8]);
    expect((await repair(out)).exit).toBe(0);
    expect(gpusOf('step2')).toEqual(['4', '2', '1']);
    expect(await run()).toMatchObject({ exit: 0, computed: 1, warnings: [] });
    expect(gpusOf('step2')).toEqual(['8', '4', '2', '1']);
    await expect(run({ settings: ['most=2'] }, ['step2'])).rejects.toMatchObject({ code: 'IDENTITY' });
    const options = { steps: ['step2'], settings: ['most=2', 'volume=7'] };
    await expect(plan([file], options)).rejects.toMatchObject({ code: 'IDENTITY' });
  });

  it('understands rules of the model, the smallest mean, and otherwise', async () => {
    for (const [rule, gpus] of [
      ['fewest', '1'],
      ['latency, of: min', '8'],
      ['capacity, of: min', '8'],
    ] as const) {
      writeFileSync(file, SUITE('', `gpus: { from: step2, best: ${rule} }`));
      await run();
      expect(gpusOf('step3')[0]).toBe(gpus);
    }
    process.env['PERMAFROST_TEST_FAIL_BINS'] = '8';
    removeFolder(out);
    writeFileSync(file, SUITE());
    expect((await run({ on_error: 'continue' })).exit).toBe(1);
    expect(gpusOf('step3')[0]).toBe('32');
  });

  it.each([
    ['best: nothing', /unknown metric or rule of model serve "nothing"/],
    ['best: capacity, of: most', /max or min/],
    ['best: capacity, other: 1', /unknown key "other"/],
  ])('refuses { from: step2, %s }', async (rule, message) => {
    writeFileSync(file, SUITE('', `gpus: { from: step2, ${rule} }`));
    await expect(run()).rejects.toThrow(message);
    writeFileSync(file, SUITE('', 'gpus: { from: step3, best: capacity }'));
    await expect(run()).rejects.toThrow(/steps.step3.parameters.gpus.from/);
  });

  it('is planned: a step that waits is named, and counted once it is decided', async () => {
    const [before] = (await plan([file])).studies;
    expect(before!.waiting).toMatchObject([{ step: 'step3', from: 'step2', parameter: 'gpus' }]);
    expect(before!.permutations_missing).toBe(8);
    await run({}, ['step2']);
    const [after] = (await plan([file])).studies;
    expect(after!.waiting).toEqual([]);
    expect(after!.permutations_missing).toBe(5);
  });
});

describe('tables', () => {
  it('deleted come back without computing; one that cannot be read is set aside and reported', async () => {
    await run();
    const expected = tables();
    removeFolder(join(out, 'results'));
    expect(await run()).toEqual({ exit: 0, computed: 0, warnings: [] });
    expect(tables()).toEqual(expected);

    for (const garbage of ['\u0000\u0001 no table', 'a,b\n1,2\n', `${expected[1]!}torn,"`]) {
      writeFileSync(join(out, 'results', 'step2.csv'), garbage);
      const ran = await run({}, ['step1']);
      expect(ran.warnings.join()).toContain('set aside');
      expect(tables()).toEqual(expected);
    }
    expect(readdirSync(join(out, 'results')).filter((name) => name.includes('set-aside'))).toHaveLength(3);
  });

  it('never mix in rows of another experiment', async () => {
    await run();
    const expected = tables();
    const stranger = expected[1]!.split('\n')[1]!.replace(/^step2,[^,]*/, 'step2,0123456789abcdef');
    writeFileSync(join(out, 'results', 'step2.csv'), `${expected[1]!}${stranger}\n`);
    const ran = await run();
    expect(ran.warnings.join()).toContain('0123456789abcdef');
    expect(tables()).toEqual(expected);
    expect(readFileSync(join(out, 'results', 'step2.csv.set-aside-1'), 'utf8')).toContain(stranger);
  });

  it('of a cell without a result at the moment keep its old row, numbers comparing as numbers', async () => {
    await run();
    const text = table('step2');
    const row = text.split('\n')[1]!;
    writeFileSync(join(out, 'results', 'step2.csv'), text.replace(',100,8,8,', ',100,8.0,8.00,'));
    removeFolder(join(out, 'per_cell', `cell_${row.split(',')[1]!}`));
    await run({}, ['step1']);
    expect(table('step2')).toContain(row.replace(',100,8,8,', ',100,8.0,8.00,'));
    expect(table('step2').split('\n')).toHaveLength(6);
    expect((await run({}, ['step2'])).computed).toBe(1);
    expect(table('step2')).toBe(text);
  });

  it('show a failed row with its error; it never replaces a success and is tried again next time', async () => {
    process.env['PERMAFROST_TEST_FAIL_BINS'] = '1';
    expect((await run({ on_error: 'continue' })).exit).toBe(1);
    const failed = table('step3').split('\n')[1]!;
    expect(failed).toMatch(/,4,1,,,,failed,"permutation 0: RangeError: no such bin, ""asked"" for"$/);
    expect(table('step3').split('\n')[2]).toContain('success');
    delete process.env['PERMAFROST_TEST_FAIL_BINS'];
    expect(await run()).toMatchObject({ exit: 0, computed: 1 });
    expect(table('all_results')).not.toContain('failed');
    // A success whose rows are gone, and now fails: the success stays in the table.
    const success = table('step3');
    removeFolder(join(out, 'per_cell', `cell_${success.split('\n')[1]!.split(',')[1]!}`));
    process.env['PERMAFROST_TEST_FAIL_BINS'] = '1';
    expect((await run({ on_error: 'continue' })).exit).toBe(1);
    expect(table('step3')).toBe(success);
  });

  it('have the order and titles that the model gives them, and what it leaves out after that', async () => {
    const columns = `results_columns: ['step', { title: 'cpus', of: 'gpus' }, { title: 'bins', of: 'bins', inactive: 0 }, 'capacity', 'status', 'config_id'],`;
    writeFileSync(join(folder.folder, 'model.mjs'), MODEL.replace("name: 'serve',", `name: 'serve', ${columns}`));
    await run();
    const [header, ...rows] = table('step1').trimEnd().split('\n');
    expect(header).toBe('step,cpus,bins,capacity,status,config_id,cell_id,scheduler,volume,n,latency,error');
    expect(rows.map((row) => row.split(',').slice(1, 3).join())).toEqual(['1,0', '2,8', '1,8', '1,0', '2,8', '1,8']);
    const ids = () =>
      new Set(
        tables().flatMap((text) =>
          text
            .trimEnd()
            .split('\n')
            .slice(1)
            .map((row) => row.split(',')[5]),
        ),
      );
    const [before] = ids();
    expect([...ids()]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
    // Found again by its key, though the column is called otherwise; an id of another seed is another.
    const success = table('step3');
    removeFolder(join(out, 'per_cell', `cell_${success.split('\n')[1]!.split(',')[6]!}`));
    await run({}, ['step1']);
    expect(table('step3')).toBe(success);
    removeFolder(out);
    writeFileSync(file, SUITE('seed: { global: 7 }'));
    await run();
    expect([...ids()]).not.toContain(before);
  });

  it('with two cells of one key keep the one that the study says, and warn', async () => {
    writeFileSync(file, SUITE().replace('key: [scheduler, volume, gpus, bins]', 'key: [scheduler, volume]'));
    const ran = await run({}, ['step2']);
    expect(ran.warnings.join()).toContain('have the same key');
    expect(table('step2').trimEnd().split('\n')).toHaveLength(2);
    expect(table('step2')).toContain('bins,100,1,8,');
  });
});
