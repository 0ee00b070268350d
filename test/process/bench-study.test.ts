import { existsSync, readdirSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';

import { bench, type StudyBench } from '../../dist/index.js';
import { permafrost } from './cli.ts';
import { SmallStudy } from './small-study.ts';

const study = new SmallStudy({ more: 'format: arrow\n' });
afterAll(() => {
  study.remove();
});

it('bench measures every thread count and chunk size, and recommends one of them', async () => {
  const steps: number[] = [];
  const { rows, auto, write, recommended, rounds } = await bench(study.file, {
    threads: [1, 2],
    chunks: [500, 1000, 2000],
    rounds: 2,
    seconds: 0.1,
    progress: (done) => steps.push(done),
  });
  expect(rounds).toBe(2);
  // Arrow chunks are whole batches of 1,000: 500 is measured as 1,000.
  expect(rows.map(({ threads, chunk }) => [threads, chunk])).toEqual([
    [1, 1000],
    [1, 2000],
    [2, 1000],
    [2, 2000],
  ]);
  expect(auto.map(({ threads }) => threads)).toEqual([1, 2]);
  for (const rate of [...rows, ...auto, ...write]) {
    expect(rate.permutations_per_second).toBeGreaterThan(0);
    expect(rate.cpu_us_per_permutation).toBeGreaterThan(0);
    expect(rate.spread).toBeGreaterThanOrEqual(0);
  }
  expect(write.map(({ format, durability }) => `${format} ${durability}`)).toEqual(
    ['csv', 'arrow'].flatMap((format) =>
      ['nothing written', 'chunk', 'interval', 'none'].map((durability) => `${format} ${durability}`),
    ),
  );
  expect(rows).toContainEqual(expect.objectContaining({ threads: recommended.threads, chunk: recommended.chunk }));
  expect(recommended.reason).toMatch(/--chunk auto/);
  expect(steps).toEqual(Array.from({ length: (6 + 8) * 3 }, (_, i) => i + 1));
});

it('bench --json prints one object and leaves nothing behind, in the output or beside it', async () => {
  const args = [
    'bench',
    study.file,
    '--threads',
    '1',
    '--chunk',
    '1000',
    '--rounds',
    '1',
    '--seconds',
    '0.1',
    '--json',
  ];
  const ended = await permafrost(args);
  expect(ended.exit).toBe(0);
  const found = ended.json() as StudyBench;
  expect(found).toMatchObject({
    rows: [{ threads: 1, chunk: 1000 }],
    recommended: { threads: 1, chunk: 1000 },
  });
  // A chunk size is only recommended where the automatic one is slower.
  const chunk = found.recommended.chunk_auto ? '' : ' --chunk 1000';
  expect(ended.stderr).toContain(`Recommended: --threads 1${chunk}\n`);
  expect(ended.stderr).toMatch(/█/);
  expect(existsSync(study.output)).toBe(false);
  expect(readdirSync(study.folder).sort()).toEqual(['study.yaml', 'trades.csv']);
});

it('a chunk size that is none is refused', async () => {
  const { exit, stderr } = await permafrost(['bench', study.file, '--chunk', '0']);
  expect(exit).toBe(2);
  expect(stderr).toMatch(/--chunk expects a whole number of at least 1/);
});
