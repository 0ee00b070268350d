import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../../dist/index.js';
import { openStudy } from '../../../src/study/loaded-study.ts';
import { EXAMPLE } from './small.ts';
import { newFolder, removeFolder } from '../../temporary-folder.ts';

const STUDIES = ['exp1_vary_width.yaml', 'exp2_vary_width.yaml'] as const;
const fileOf = (name: string): string => fileURLToPath(new URL(name, EXAMPLE));

/** By width: the cell and the hash of its experiment. */
async function experiments(name: string): Promise<Map<unknown, { cell_id: string; experiment: string }>> {
  const { cells, hashOf } = await openStudy(fileOf(name), {});
  return new Map(
    [...cells].map((cell) => [cell.parameters['width_factor'], { cell_id: cell.cell_id, experiment: hashOf(cell) }]),
  );
}

it('the two studies are four experiments: widths 4 and 16 are the same cells with the same experiment in both', async () => {
  const [one, two] = [await experiments(STUDIES[0]), await experiments(STUDIES[1])];
  expect([...one.keys()]).toEqual([1, 4, 16]);
  expect([...two.keys()]).toEqual([4, 16, 64]);
  expect(two.get(4)).toEqual(one.get(4));
  expect(two.get(16)).toEqual(one.get(16));
  expect(new Set([...one.values(), ...two.values()].map(({ experiment }) => experiment)).size).toBe(4);
});

it('what they share has equal bytes in both', async () => {
  const { cell_id } = (await experiments(STUDIES[0])).get(4)!;
  const rows: string[] = [];
  for (const name of STUDIES) {
    const output = newFolder();
    onTestFinished(() => {
      removeFolder(output);
    });
    const options = { output, permutations: 2, threads: 1, cells: ['width_factor=4'] };
    const result = await run(fileOf(name), options);
    expect(result.permutations_computed).toBe(2);
    rows.push(readFileSync(join(output, 'per_cell', `cell_${cell_id}`, 'metrics_compact.csv'), 'utf8'));
  }
  expect(rows[0]).toMatch(/^perm_index,test_acc,test_loss,val_acc,val_loss,best_epoch,num_parameters\n0,0\.\d+/);
  expect(rows[1]).toBe(rows[0]);
});
