import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { plan as planStudy } from '../../src/operations/plan.ts';
import { replay } from '../../src/operations/replay.ts';
import { run } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import { studyResultText } from '../../src/terminal/run-text.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** The calling thread alone computes and reads. Nobody else writes there. */

const BROKEN_FILE =
  "if (p === 0.2) throw new RangeError('no data for p 0.2', { cause: new Error('the file is empty') });";

/** A study whose model has its members from line 4 on. */
class Broken {
  readonly folder = newFolder();
  readonly file = join(this.folder, 'study.yaml');
  readonly output = join(this.folder, 'out');

  constructor(members: string, p: readonly number[]) {
    onTestFinished(() => {
      removeFolder(this.folder);
    });
    this.write(members);
    writeFileSync(this.file, `model: ./m.ts\ngrid: { p: [${p.join(', ')}] }\npermutations: 100\noutput: out\n`);
  }

  write(members: string): void {
    writeFileSync(
      join(this.folder, 'm.ts'),
      `import { defineModel } from 'permafrost';
export default defineModel({
  name: 'm', version: '1', parameters: { p: { type: 'number', default: 0.5 } }, metrics: { x: {} },
  ${members}
});
`,
    );
  }

  run(options: RunOptions = {}): Promise<StudyResult> {
    return run(this.file, { threads: 1, ...options }, HOST);
  }

  failures({ first_failure }: StudyResult): string[] {
    const path = join(this.output, 'per_cell', `cell_${first_failure!.cell_id}`, 'failures.csv');
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  }
}

describe('simulate() that throws', () => {
  const study = (): Broken =>
    new Broken(
      `simulate: (state, rng, row) => {
    const u = rng();
    row.x = u > 0.9 ? ({} as { deep: { value: number } }).deep.value : u;
  },`,
      [0.1],
    );

  test('is told with class, message, and the line of the source; the stack is of such lines', async () => {
    const broken = study();
    const result = await broken.run({ on_error: 'continue' });
    const { perm_index, message } = result.first_failure!.failure;
    expect(message).toMatch(/^Cannot read properties of undefined/);
    expect(result).toMatchObject({
      exit: 1,
      complete: 0,
      first_failure: { failure: { error_class: 'TypeError' }, at: './m.ts:6', of_prepare: false },
    });
    expect(result.first_failure!.error).toMatchObject({ name: 'TypeError', message });
    expect(result.first_failure!.error!.stack).toContain(`${join(broken.folder, 'm.ts')}:6:`);
    expect(studyResultText(result)).toContain(`TypeError: ${message}\n  thrown at ./m.ts:6 (--debug`);
    const failures = broken.failures(result);
    expect(failures).toHaveLength(1 + result.n_failures);
    expect(failures.slice(0, 2)).toEqual([
      'perm_index,seed,error_class,message',
      expect.stringMatching(new RegExp(`^${perm_index},\\d+,TypeError,Cannot read`)),
    ]);
    const replayed = await replay(broken.output, result.first_failure!.cell_id, perm_index, {}, HOST);
    expect(replayed).toMatchObject({ row: undefined, failure: { error_class: 'TypeError', message }, at: './m.ts:6' });
    expect(replayed.error!.stack).toContain(`${join(broken.folder, 'm.ts')}:6:`);
  });
});

describe('prepare() that throws', () => {
  const members = (line: string): string => `prepare: ({ parameters: { p } }) => {
    ${line}
    return { p };
  },
  simulate: ({ p }, rng, row) => { row.x = rng() + p; },`;

  test('fails its cell; with --on-error continue all others are computed, and every run tries it again', async () => {
    const broken = new Broken(members(BROKEN_FILE), [0.1, 0.2, 0.3, 0.4]);
    for (const computed of [300, 0]) {
      const result = await broken.run({ on_error: 'continue' });
      expect(result).toMatchObject({ exit: 1, complete: 3, permutations_computed: computed, n_failures: 1 });
      expect(result.stopped).toBeUndefined();
      const { cell_id, error, ...first } = result.first_failure!;
      expect(first).toMatchObject({ at: './m.ts:5', of_prepare: true });
      expect(error).toMatchObject({ name: 'RangeError', message: 'no data for p 0.2' });
      expect(error!.cause).toMatchObject({ message: 'the file is empty' });
      expect(studyResultText(result)).toContain(
        `Cell ${cell_id} cannot be computed: RangeError: prepare(): no data for p 0.2\n  thrown at ./m.ts:5 `,
      );
      expect(broken.failures(result).slice(1)).toEqual([
        expect.stringMatching(/^0,\d+,RangeError,prepare\(\): no data for p 0\.2$/),
      ]);
      // None of its permutations is known to fail: the next run computes them, if it can.
      const plan = await planStudy(broken.file, { threads: 1 }, HOST);
      expect(plan).toMatchObject({ permutations_done: 300, permutations_failed: 0, permutations_missing: 100 });
    }
    expect(await verify(broken.output, {}, HOST)).toMatchObject({ ok: false, cells_checked: 4, cells_ok: 3 });
  });

  test('stops the run without it, and the cell is on record', async () => {
    const broken = new Broken(members(BROKEN_FILE), [0.2, 0.1]);
    const result = await broken.run();
    expect(result).toMatchObject({ exit: 1, complete: 0, stopped: { kind: 'failure' }, permutations_computed: 0 });
    expect(broken.failures(result)).toHaveLength(2);
  });

  test('may throw anything, at any time', async () => {
    const broken = new Broken(members("if (p === 0.2) return Promise.reject('later') as never;"), [0.2]);
    const result = await broken.run();
    expect(result).toMatchObject({ exit: 1, first_failure: { of_prepare: true, at: undefined } });
    expect(broken.failures(result)[1]).toMatch(/^0,\d+,string,prepare\(\): later$/);
  });

  test('in one run and not in the next: the cell is computed whole, and nothing is on record', async () => {
    const broken = new Broken(
      members("if ((globalThis as { broken?: boolean }).broken) throw new Error('network');"),
      [0.1],
    );
    Object.assign(globalThis, { broken: true });
    try {
      expect(await broken.run()).toMatchObject({ exit: 1, complete: 0 });
    } finally {
      Object.assign(globalThis, { broken: false });
    }
    const result = await broken.run();
    expect(result).toMatchObject({ exit: 0, complete: 1, first_failure: undefined });
    expect(await verify(broken.output, {}, HOST)).toMatchObject({ ok: true, rows: 100 });
  });
});
