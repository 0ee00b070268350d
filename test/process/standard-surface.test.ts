import { execa } from 'execa';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { CLI, EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

const study = join(EXAMPLES, 'standard-surface', 'study.yaml');

it('the standard surface is 1,512 grid points and 1,064 distinct cells, and runs', async () => {
  const output = join(temporaryFolder(), 'out');
  const args = [study, '--output', output, '--permutations', '20', '--cells', 'p_skip=0.02,slip_dollars=25', '--json'];
  const plan = await permafrost(['plan', study, '--json']);
  expect(plan.json()).toMatchObject({ cells: 1064, cells_folded: 448, permutations_total: 212_800_000 });
  const run = await permafrost(['run', ...args]);
  expect(run.exit).toBe(0);
  expect(run.json()).toMatchObject({ outputs: [{ cells: 19, complete: 19, permutations_computed: 380 }] });
});

/** Over 20 permutations of each of the 152 cells with p_skip 0.02, the other cells being empty: what version 1 of the model gives. */
const DIGEST_OF_VERSION_1 = '901a4af5e501ec5b904a7c445fb4e2fa71ccb5b54456d37535a51a318c8053d5';

it('with preset reference its rows are those of version 1 of the model', { timeout: 300_000 }, async () => {
  const output = join(temporaryFolder(), 'out');
  const cells = ['--permutations', '20', '--cells', 'p_skip=0.02', '--durability', 'none'];
  expect((await permafrost(['run', study, '--output', output, ...cells])).exit).toBe(0);
  const verified = (await permafrost(['verify', output, '--json'])).json();
  expect(verified).toMatchObject({ cells_ok: 152, rows: 3040, digest: DIGEST_OF_VERSION_1 });
});

it('a process that may open no more files than a few cells need runs many: as many are open as are worked on', async ({
  skip,
}) => {
  // Libraries, pipes and threads take some 60; every cell of this one has a file or two.
  const limit = ['--nofile=128:128'];
  if (spawnSync('prlimit', [...limit, 'true']).status !== 0) skip('prlimit (util-linux) is not here');
  const output = join(temporaryFolder(), 'out');
  const run = ['run', study, '--output', output, '--permutations', '5', '--cells', 'p_skip=0.02', '--threads', '2'];
  const { exitCode, stdout, stderr } = await execa('prlimit', [...limit, process.execPath, CLI, ...run, '--json'], {
    reject: false,
  });
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outputs: [{ cells: 152, complete: 152 }] });
});
