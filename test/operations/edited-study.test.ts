import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { run } from '../../src/operations/run.ts';
import { status } from '../../src/operations/status.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import { abortedAt, CoinStudy, HOST } from './coin-study.ts';

describe('too many permutations, asked for by mistake', () => {
  it('are taken back freely before their first row', async () => {
    const { file, output } = new CoinStudy();
    await run(file, {}, HOST);
    const stopped = await run(file, { permutations: 1_000_000_000, signal: AbortSignal.abort() }, HOST);
    expect(stopped).toMatchObject({ permutations_computed: 0, exit: 130 });
    expect(await run(file, {}, HOST)).toMatchObject({ permutations_computed: 0, exit: 0 });
    expect((await status(output, {}, HOST)).state).toBe('complete');
  });

  it('and before any row is beyond what is asked for instead', async () => {
    const { file } = new CoinStudy();
    const { host, signal } = abortedAt(3);
    await run(file, { permutations: 1_000_000, chunk: 50, signal }, host);
    expect(await run(file, {}, HOST)).toMatchObject({ complete: 4, exit: 0 });
  });

  it.each([
    ['as progress.csv says', () => undefined],
    [
      'as the files say',
      (output: string): void => {
        const path = join(output, 'aggregated/progress.csv');
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/,\w+,\d+,250,[\d.]+$/gm, ',waiting,0,250,0'));
      },
    ],
  ])('but computed rows are not dropped unasked, %s', async (_, change) => {
    const { file, output } = new CoinStudy();
    await run(file, {}, HOST);
    change(output);
    const fewer = run(file, { permutations: 200 }, HOST);
    await expect(fewer).rejects.toMatchObject({ code: 'IDENTITY', exit: 2, path: 'permutations' });
    await expect(fewer).rejects.toThrow('that would drop computed rows. Pass --truncate');
    expect((await verify(output, {}, HOST)).rows).toBe(1000);
    expect(await run(file, { permutations: 200, truncate: true }, HOST)).toMatchObject({ complete: 4 });
  });
});

const STEPS = {
  model: './coin.mjs',
  permutations: 100,
  batch_rows: 50,
  output: 'out',
  steps: {
    first: { grid: { p: [0.2, 0.7] } },
    second: { grid: { flips: [4] }, parameters: { p: { from: 'first', best: 'heads' } } },
  },
};

describe('a study that is edited while it runs', () => {
  it.each([
    ['its file', 'study.yaml', (text: string) => text.replace('[4]', '[9]')],
    ['its model', 'coin.mjs', (text: string) => text.replace('row.heads += 1', 'row.heads += 2')],
    ['its file, into one that cannot be read', 'study.yaml', () => '{'],
  ])('stays as it was when it began: %s', async (_, name, edit) => {
    const twin = new CoinStudy();
    const { folder, file, output } = new CoinStudy();
    for (const each of [twin.file, file]) writeFileSync(each, JSON.stringify(STEPS));
    let edited = false;
    const onEvent = ({ type }: RunEvent): void => {
      if (type !== 'cell-finished' || edited) return;
      edited = true;
      writeFileSync(join(folder, name), edit(readFileSync(join(folder, name), 'utf8')));
    };
    expect(await run(file, { onEvent }, HOST)).toMatchObject({ complete: 3, exit: 0 });
    expect(edited).toBe(true);
    await run(twin.file, {}, HOST);
    const digests = await Promise.all([output, twin.output].map((each) => verify(each, {}, HOST)));
    expect(digests[0]!.digest).toBe(digests[1]!.digest);
  });
});
