import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import type { Parameters } from '../../src/model/model.ts';
import { allParameters } from '../../src/study/cells.ts';
import { describeIdentity, type RunIdentity } from '../../src/study/identity.ts';
import { openStudy, type LoadedStudy } from '../../src/study/loaded-study.ts';
import { pointsLike, recordedPoints } from '../../src/study/recorded-points.ts';

const open = (path: string): Promise<LoadedStudy> =>
  openStudy(fileURLToPath(new URL(`../../examples/${path}`, import.meta.url)), {});

function identityOf({ study, common, cells, input_defaults }: LoadedStudy): RunIdentity {
  return JSON.parse(JSON.stringify(describeIdentity(study, common, cells, input_defaults))) as RunIdentity;
}

/** What a point says that its cell says otherwise, where the cell says anything. */
function wrong(points: readonly Parameters[], study: LoadedStudy): unknown[] {
  return points.flatMap((point, index) => {
    const cell = allParameters(study.cells.at(index));
    return Object.entries(point).filter(([name, value]) => cell[name] !== undefined && cell[name] !== value);
  });
}

it.each(['coin/study.yaml', 'sp500/study.yaml', 'standard-surface/study.yaml'])(
  'the cells of %s lie where its manifest says, without its model',
  async (path) => {
    const study = await open(path);
    const identity = identityOf(study);
    const points = recordedPoints(identity);
    expect(points).toHaveLength(study.cells.length);
    expect(wrong(points!, study)).toEqual([]);
    expect(Object.keys(points![0]!).length).toBeGreaterThan(0);
  },
);

it('is not sure where the model folds cells whose ids are hashes; one cell of a kind then tells where all of its kind lie', async () => {
  const identity = identityOf(await open('sp500/study.yaml'));
  const { grid, ...rest } = identity.surface;
  const without = { ...(grid as Record<string, unknown>), block_len: [5, 20] };
  const surface = { ...rest, grid: without };
  expect(recordedPoints({ ...identity, surface })).toBeUndefined();

  const { cells } = await open('sp500/study.yaml');
  const known = cells.at(cells.length - 1);
  const alike = pointsLike(identity, known.parameters);
  const kind = Object.keys(known.parameters).sort().join();
  const same = [...cells].filter(({ parameters }) => Object.keys(parameters).sort().join() === kind);
  expect(same.length).toBeGreaterThan(10);
  for (const { cell_id, parameters } of same) expect(alike.get(cell_id)).toEqual(parameters);
});
