import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { disk } from '../../../src/files/disk.ts';
import { run } from '../../../src/operations/run.ts';
import { readFailures } from '../../../src/store/failures.ts';
import { layoutOf } from '../../../src/store/scan/layout.ts';
import { HOST } from '../../inline-host.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { copyHelper, NUMPY, PYTHON, R } from './languages.ts';

/** The three forms, and the helpers of Python and R: one program, the same rows by each form and in chunks of any size. */

// Interpreters take a second to start where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

interface Asked {
  readonly program: string;
  readonly file: string;
  readonly run: readonly string[];
  readonly form: 'lines' | 'arrow' | 'one';
  readonly chunk: number;
  readonly generator?: 'alea' | 'philox';
  readonly permutations?: number;
}

async function rowsOf({ program, file, run: words, form, chunk, generator = 'alea', permutations = 11 }: Asked) {
  const folder = temporaryFolder();
  copyHelper('permafrost.py', folder);
  copyHelper('permafrost.R', folder);
  writeFileSync(join(folder, file), program);
  const study = {
    name: 'forms',
    model: 'command',
    command: {
      name: 'forms',
      version: '1',
      run: words,
      form,
      files: file.endsWith('.py') ? ['permafrost.py'] : ['permafrost.R'],
      environment: ['PATH', 'HOME'],
      parameters: {
        p: { type: 'number', default: 0.5 },
        word: { type: 'string', default: 'a "word" \\ ü' },
        sizes: { type: 'list', items: 'numbers', default: [1, 2.5] },
        pairs: { type: 'list', items: 'pairs', default: [[1, 2]] },
        on: { type: 'boolean', default: true },
      },
      metrics: { a: {}, b: { missing: true } },
    },
    cells: [{ id: 'only', p: 0.25 }],
    permutations,
    seed: { generator, ...(generator === 'philox' && { scheme: 'philox' as const }) },
  };
  const output = join(folder, 'out');
  const { stopped } = await run(study, { base: folder, output, chunk, on_error: 'continue' }, HOST);
  const place = layoutOf(output).cell('only').folder;
  const metrics = join(place, 'metrics_compact.csv');
  const lines = existsSync(metrics) ? readFileSync(metrics, 'utf8').split('\n') : [];
  return {
    rows: lines.filter((line) => /^\d/.test(line)),
    failures: readFailures(disk, place).map(
      ({ perm_index, error_class, message }) => `${perm_index} ${error_class}: ${message}`,
    ),
    stopped: stopped !== undefined && 'error' in stopped ? (stopped.error as Error) : undefined,
  };
}

const PYTHON_MODEL = `
from permafrost import serve
def simulate(parameters, rng):
    assert parameters["word"] == 'a "word" \\\\ \\u00fc' and parameters["sizes"] == [1, 2.5] and parameters["pairs"] == [[1, 2]] and parameters["on"] is True
    print("this is no row")
    u = rng.random()
    return {"a": u + parameters["p"], "b": None if u < 0.5 else rng.gauss(0, 1)}
serve(simulate)
`;

const NUMPY_MODEL = `
import numpy
from permafrost import serve_chunk
def simulate_chunk(parameters, chunk):
    assert parameters["word"] == 'a "word" \\\\ \\u00fc'
    u = chunk.random(3)
    z = chunk.normal(2)
    own = numpy.array([chunk.generator(i).random() for i in range(chunk.count)])
    return {"a": u.sum(axis=1) + parameters["p"] + own, "b": numpy.where(u[:, 0] < 0.5, numpy.nan, z[:, 0] * z[:, 1])}
serve_chunk(simulate_chunk)
`;

const R_MODEL = `
source("permafrost.R")
serve(function(parameters, seed) {
  stopifnot(parameters$word == "a \\"word\\" \\\\ \\u00fc", parameters$sizes == c(1, 2.5), parameters$pairs[[1]] == c(1, 2), isTRUE(parameters$on))
  print("this is no row")
  u <- runif(1)
  list(a = u + parameters$p, b = if (u < 0.5) NA else rnorm(1))
})
`;

const python = { program: PYTHON_MODEL, file: 'sim.py', run: ['python3', 'sim.py'] };
const numpy = { program: NUMPY_MODEL, file: 'sim.py', run: ['python3', 'sim.py'] };
const r = { program: R_MODEL, file: 'sim.R', run: ['Rscript', 'sim.R'] };

describe.each(['alea', 'philox'] as const)('with the generator %s', (generator) => {
  test.runIf(PYTHON)('Python: every form and every chunk gives the same rows', async () => {
    const expected = await rowsOf({ ...python, form: 'lines', chunk: 11, generator });
    expect(expected).toMatchObject({ failures: [], stopped: undefined });
    expect(expected.rows).toHaveLength(11);
    expect(new Set(expected.rows.map((row) => row.split(',')[1])).size).toBe(11);
    for (const [form, chunk] of [
      ['lines', 3],
      ['arrow', 11],
      ['arrow', 4],
    ] as const)
      expect(await rowsOf({ ...python, form, chunk, generator })).toEqual(expected);
    const first = await rowsOf({ ...python, form: 'one', chunk: 2, generator, permutations: 3 });
    expect(first.rows).toEqual(expected.rows.slice(0, 3));
  });

  test.runIf(NUMPY)('NumPy: every form and every chunk gives the same rows', async () => {
    const expected = await rowsOf({ ...numpy, form: 'arrow', chunk: 11, generator });
    expect(expected).toMatchObject({ failures: [], stopped: undefined });
    expect(new Set(expected.rows.map((row) => row.split(',')[1])).size).toBe(11);
    for (const [form, chunk] of [
      ['arrow', 1],
      ['arrow', 4],
      ['lines', 5],
    ] as const)
      expect(await rowsOf({ ...numpy, form, chunk, generator })).toEqual(expected);
  });

  test.runIf(R)('R: every form and every chunk gives the same rows', async () => {
    const expected = await rowsOf({ ...r, form: 'lines', chunk: 11, generator, permutations: 5 });
    expect(expected).toMatchObject({ failures: [], stopped: undefined });
    expect(expected.rows).toHaveLength(5);
    for (const [form, chunk] of [
      ['lines', 2],
      ['one', 3],
    ] as const)
      expect((await rowsOf({ ...r, form, chunk, generator, permutations: 3 })).rows).toEqual(expected.rows.slice(0, 3));
  });
});

test.runIf(PYTHON)('an exception fails its permutation alone, in every form', async () => {
  const program = PYTHON_MODEL.replace(
    'u = rng.random()',
    'u = rng.random()\n    if u < 0.2: raise ValueError("too small")',
  );
  for (const form of ['lines', 'arrow'] as const) {
    const { rows, failures, stopped } = await rowsOf({ ...python, program, form, chunk: 11 });
    expect(stopped).toBeUndefined();
    expect(failures.length).toBeGreaterThan(0);
    expect(rows.length + failures.length).toBe(11);
    for (const failure of failures) expect(failure).toMatch(/^\d+ \w+: .*ValueError: too small/);
  }
});

test.runIf(NUMPY)('a wrong shape and a column that nobody declared are told', async () => {
  const shape = NUMPY_MODEL.replace('u.sum(axis=1)', 'u.sum()').replace('+ own', '');
  const { rows, failures } = await rowsOf({ ...numpy, program: shape, form: 'arrow', chunk: 11, permutations: 2 });
  expect(rows).toEqual([]);
  expect(failures[0]).toContain('ProgramError: ValueError: metric a has the shape ()');
  const column = NUMPY_MODEL.replace('"b":', '"c":');
  expect((await rowsOf({ ...numpy, program: column, form: 'arrow', chunk: 11 })).stopped?.message).toMatch(
    /its answer is a column "c"; declared are a, b/,
  );
});
