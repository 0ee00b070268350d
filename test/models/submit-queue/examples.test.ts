import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { openStudy } from '../../../src/study/loaded-study.ts';

const example = (file: string): string =>
  fileURLToPath(new URL(`../../../examples/submit-queue/${file}`, import.meta.url));

test.each([
  ['study.yaml', 6],
  ['replay.yaml', 4],
  ['grid-search.yaml', 27],
])('the example %s is a study of %d cells', async (file, cells) => {
  const experiment = await openStudy(example(file), {});
  expect([...experiment.cells]).toHaveLength(cells);
});

test('the example history stays small', () => {
  expect(statSync(example('build-history.csv')).size).toBeLessThan(200_000);
});
