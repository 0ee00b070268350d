import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadExperiment } from '../../../src/run/experiment.ts';
import { EXAMPLE } from './small.ts';

async function experiments(name: string): Promise<Map<unknown, string>> {
  const { cells, hashOf } = await loadExperiment(fileURLToPath(new URL(name, EXAMPLE)), {});
  return new Map([...cells].map((cell) => [cell.parameters['width_factor'], `${cell.cell_id} ${hashOf(cell)}`]));
}

it('the two studies are four experiments: widths 4 and 16 are the same cells with the same experiment in both', async () => {
  const one = await experiments('exp1_vary_width.yaml');
  const two = await experiments('exp2_vary_width.yaml');
  expect([...one.keys()]).toEqual([1, 4, 16]);
  expect([...two.keys()]).toEqual([4, 16, 64]);
  expect(two.get(4)).toBe(one.get(4));
  expect(two.get(16)).toBe(one.get(16));
  expect(new Set([...one.values(), ...two.values()]).size).toBe(4);
});
