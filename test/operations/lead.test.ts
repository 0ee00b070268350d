import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { report } from '../../src/operations/report.ts';
import { run } from '../../src/operations/run.ts';
import { summarize } from '../../src/operations/summarize.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { HOST } from './coin-study.ts';

test.each([
  ['its headline', `c: { headline: true }`, '', 'c'],
  ['what it leads with', `c: { headline: true }`, `lead: ['d', 'b'],`, 'd'],
  ['what ranks', `c: {}`, `ranking: { metric: 'b', best: 'highest' },`, 'b'],
])('the report and the analysis of a model of one’s own begin with %s', async (_, c, more, first) => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'own.mjs'),
    `export default { name: 'own', version: '1', parameters: { p: { type: 'number' } }, metrics: { a: {}, b: {}, ${c}, d: {} }, ${more}
      simulate: ({ parameters: { p } }, rng, row) => { for (const name of ['a', 'b', 'c', 'd']) row[name] = p + rng(); } };`,
  );
  const file = join(folder, 'study.yaml');
  writeFileSync(file, 'model: ./own.mjs\ngrid: { p: [0, 1, 2] }\npermutations: 100\noutput: out\n');
  await run(file, {}, HOST);
  const output = join(folder, 'out');
  await report(output, {}, HOST);
  const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(
    readFileSync(join(output, 'report/index.html'), 'utf8'),
  )![1]!;
  const { metrics } = JSON.parse(data) as { metrics: { name: string }[] };
  expect(metrics[0]!.name).toBe(first);
  const { analysis } = await summarize(output, {}, HOST);
  expect(analysis!.quantities[0]!.quantity.metric).toBe(first);
});
