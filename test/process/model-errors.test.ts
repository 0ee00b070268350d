import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { permafrost } from './cli.ts';

/** What a person sees of an error in their own model: class, message, file and line; with --debug the whole stack. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'permafrost-model-errors-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LONG = { timeout: 120_000 };

/** A model whose members follow from line 4 on, and a study of it. */
function write(name: string, members: string, grid = 'p: [0.1, 0.2, 0.3, 0.4]', permutations = 100): string {
  writeFileSync(
    join(folder, `${name}.ts`),
    `import { defineModel } from 'permafrost';
export default defineModel({
  name: 'm', version: '1', parameters: { p: { type: 'number', default: 0.5 } }, metrics: { x: {} },
  ${members}
});
`,
  );
  const text = `model: ./${name}.ts\ngrid: { ${grid} }\npermutations: ${permutations}\noutput: runs/${name}\n`;
  writeFileSync(join(folder, `${name}.yaml`), text);
  return `${name}.yaml`;
}

/** failures.csv of all cells that have one. */
function failuresOf(name: string): string[] {
  const cells = join(folder, 'runs', name, 'per_cell');
  return readdirSync(cells)
    .map((cell) => join(cells, cell, 'failures.csv'))
    .flatMap((path) => {
      try {
        return [readFileSync(path, 'utf8')];
      } catch {
        return []; // a cell without failures has none
      }
    });
}

const run = (...args: string[]) => permafrost(['run', ...args], { cwd: folder });

test('mistakes in a model that is loaded are told with file and line, exit 2', LONG, async () => {
  const mistakes = {
    syntax: ['simulate: (s, rng, row) => { row.x = rng(; },', './syntax.ts:4:'],
    'undefined-at-load': ['simulate: undefinedThing,', './undefined-at-load.ts:4: fails when it is loaded: ReferenceError'],
    'bad-load': [
      "simulate: (s, rng, row) => { row.x = rng(); },\n  load: () => { throw new TypeError('no luck'); },",
      './bad-load.ts:5: load() throws TypeError: no luck',
    ],
  } as const;
  for (const [name, [members, expected]] of Object.entries(mistakes)) {
    const { exit, stderr } = await run(write(name, members));
    expect([exit, stderr]).toEqual([2, expect.stringContaining(expected)]);
    expect(stderr).not.toContain('bug of permafrost');
  }
});

test('a TypeError in simulate() is told with class, message, file and line; --debug shows the stack in lines of the source', LONG, async () => {
  const members = `simulate: (state, rng, row) => {
    const u = rng();
    row.x = u > 0.9 ? ({} as { deep: { value: number } }).deep.value : u;
  },`;
  const study = write('thrower', members, 'p: [0.1]', 200);
  const { exit, stderr } = await run(study, '--threads', '1');
  expect(exit).toBe(1);
  expect(stderr).toContain("TypeError: Cannot read properties of undefined (reading 'value')\n  thrown at ./thrower.ts:6 ");
  expect(failuresOf('thrower')[0]).toMatch(/^perm_index,seed,error_class,message\n\d+,\d+,TypeError,Cannot read/);

  const debug = await run(study, '--threads', '1', '--on-error', 'continue', '--retry-failed', '--debug', '--json');
  expect(debug.exit).toBe(1);
  expect(debug.stderr).toMatch(new RegExp(`\\n +at .*simulate.*${join(folder, 'thrower.ts')}:6:`));
  expect(debug.stderr).not.toContain('data:text/javascript');
  const [output] = (debug.json() as { outputs: { n_failures: number; first_failure: { at: string } }[] }).outputs;
  expect(output).toMatchObject({ first_failure: { error_class: 'TypeError', at: './thrower.ts:6', of_prepare: false } });
  expect(output!.n_failures).toBeGreaterThan(5);

  const perm = failuresOf('thrower')[0]!.split('\n')[1]!.split(',')[0]!;
  const cell = readdirSync(join(folder, 'runs/thrower/per_cell'))[0]!.replace('cell_', '');
  const replayed = await permafrost(['replay', 'runs/thrower', '--cell', cell, '--perm', perm, '--debug'], { cwd: folder });
  expect(replayed.stderr).toContain('thrown at ./thrower.ts:6');
  expect(replayed.stderr).toContain(`${join(folder, 'thrower.ts')}:6:`);
});

describe('prepare() that throws', () => {
  const members = `prepare: ({ parameters: { p } }) => {
    if (p === 0.2) throw new RangeError('no data for p 0.2');
    return { p };
  },
  simulate: ({ p }, rng, row) => { row.x = rng() + p; },`;

  test('fails its cell: on record once, and with --on-error continue all others are computed, every time', LONG, async () => {
    const study = write('prepare', members);
    for (const time of ['first', 'second']) {
      const { exit, stderr } = await run(study, '--on-error', 'continue', '--debug');
      expect([time, exit]).toEqual([time, 1]);
      expect(stderr).toMatch(/Cell \w+ cannot be computed: RangeError: prepare\(\): no data for p 0\.2\n {2}thrown at \.\/prepare\.ts:5 /);
      expect(stderr).toMatch(new RegExp(`\\n +at .*prepare.*${join(folder, 'prepare.ts')}:5:`));
      expect(stderr).toContain('3 of 4 cells complete, 300 of 400 permutations');
      expect(failuresOf('prepare')).toEqual([
        expect.stringMatching(/^perm_index,seed,error_class,message\n0,\d+,RangeError,prepare\(\): no data for p 0\.2\n$/),
      ]);
    }
    const { stdout } = await permafrost(['verify', 'runs/prepare', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ cells_checked: 4, cells_ok: 3 });
  });

  test('stops the run without it, exit 1, and the cell is on record', LONG, async () => {
    const study = write('stops', members, 'p: [0.2]');
    const { exit, stderr } = await run(study);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('thrown at ./stops.ts:5 ')]);
    expect(failuresOf('stops')).toHaveLength(1);
  });
});
