// What is known of the model, tried: npm test, or node --test
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { openRun, run } from 'permafrost';

const folder = mkdtempSync(join(tmpdir(), 'walk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The columns of every cell, of a run of its own. */
async function cellsOf(name, options) {
  const output = join(folder, name);
  const { exit } = await run(new URL('study.yaml', import.meta.url), { output, permutations: 2000, ...options });
  assert.equal(exit, 0);
  const opened = await openRun(output);
  return Promise.all(opened.cells.map(async (cell) => ({ ...cell.parameters, columns: await cell.columns() })));
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('the mean end is steps (2 p - 1), within five standard errors', async () => {
  for (const { p, steps, columns } of await cellsOf('mean', { threads: 1 })) {
    const error = Math.sqrt((4 * p * (1 - p) * steps) / columns.end.length);
    assert.ok(Math.abs(mean(columns.end) - steps * (2 * p - 1)) < 5 * error, `p ${p}, ${steps} steps`);
    assert.ok(columns.highest.every((highest, i) => highest >= columns.end[i]));
  }
});

test('rows are the same whatever the threads and chunks', async () => {
  assert.deepEqual(await cellsOf('two', { threads: 2, chunk: 37 }), await cellsOf('one', { threads: 1 }));
});
