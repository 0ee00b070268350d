import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { run } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import { abortedAt, CoinStudy, HOST } from './coin-study.ts';

/** As `cp -al` makes one. */
function snapshot(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (statSync(join(from, name)).isDirectory()) snapshot(join(from, name), join(to, name));
    else linkSync(join(from, name), join(to, name));
  }
}

function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

it.each([
  ['csv', 50, 250],
  ['arrow', 1000, 3000],
] as const)(
  'a snapshot of hard links stays as it is when the %s run is resumed',
  async (format, batch_rows, permutations) => {
    const { folder, file, output, study } = new CoinStudy();
    writeFileSync(file, JSON.stringify({ ...study, format, batch_rows, permutations }));
    const { host, signal } = abortedAt(6);
    await run(file, { chunk: batch_rows, signal }, host);
    const copy = join(folder, 'snapshot');
    snapshot(output, copy);
    const before = contents(copy);
    await run(file, {}, HOST);
    await run(file, { permutations: 2 * permutations }, HOST);
    expect(contents(copy)).toEqual(before);
    expect((await verify(output, {}, HOST)).ok).toBe(true);
  },
);

it('nor does a list of failures grow in it', async () => {
  const { folder, file, output } = new CoinStudy();
  const model = join(folder, 'coin.mjs');
  const fails = "if (row.first < 0.02) throw new Error('no');";
  writeFileSync(model, readFileSync(model, 'utf8').replace('row.heads = row', `${fails} row.heads = row`));
  const failing = { on_error: 'continue' } as const;
  await run(file, failing, HOST);
  const copy = join(folder, 'snapshot');
  snapshot(output, copy);
  const before = contents(copy);
  expect(Object.keys(before).some((name) => name.endsWith('failures.csv'))).toBe(true);
  await run(file, { ...failing, permutations: 300 }, HOST);
  expect(contents(copy)).toEqual(before);
});
