import { join } from 'node:path';
import { expect, it } from 'vitest';

import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

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
