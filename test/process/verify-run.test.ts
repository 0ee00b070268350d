import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { verify } from '../../dist/index.js';
import { inOrder } from '../../src/execute/in-order.ts';
import { countNotFinite, type NotFinite } from '../../src/verify/not-finite.ts';
import { SmallStudy } from './small-study.ts';
import { removeFolder } from '../temporary-folder.ts';

/** Quick to compute, and wide: 60,000 rows of it are several megabytes in either format. */
const MODEL = `export default {
  name: 'wide', version: '1',
  parameters: { size: { type: 'number', default: 1 } },
  metrics: { a: { missing: true, infinite: true }, b: {}, c: {}, d: {}, e: {} },
  simulate: ({ parameters }, rng, row) => {
    const u = rng();
    row.a = u < 0.01 ? NaN : u < 0.02 ? -Infinity : u;
    row.b = u * parameters.size; row.c = u * 1e-9; row.d = u * 1e30; row.e = Math.floor(u * 100);
  },
};`;

const study = new SmallStudy();
const metricsFile = (index: number, name: string): string => join(study.cellFolder(index), name);

function describeStudy(format: string): void {
  writeFileSync(
    study.file,
    `model: ./wide.mjs
grid: { size: [1, 2, 3] }
permutations: 60000
batch_rows: 1000
format: ${format}
output: out
`,
  );
}

beforeAll(() => {
  writeFileSync(join(study.folder, 'wide.mjs'), MODEL);
});
afterAll(() => {
  study.remove();
});

describe('verify', () => {
  const digests: string[] = [];

  for (const format of ['csv', 'arrow']) {
    it(`${format}: finds nothing in a whole run, and makes its digest from cell ids and CSV lines`, async () => {
      removeFolder(study.output);
      describeStudy(format);
      expect((await study.run()).exit).toBe(0);
      const verification = await verify(study.output);
      expect(verification).toMatchObject({ ok: true, cells_checked: 3, cells_ok: 3, rows: 180_000, problems: [] });
      digests.push(verification.digest);
      if (format === 'arrow') {
        // More than one part is turned into text on its own.
        expect(statSync(metricsFile(0, 'metrics_compact.arrow')).size).toBeGreaterThan(2 ** 21);
        expect(digests[1]).toBe(digests[0]);
        return;
      }
      const digest = createHash('sha256');
      for (const folder of readdirSync(join(study.output, 'per_cell')).sort()) {
        const text = readFileSync(join(study.output, 'per_cell', folder, 'metrics_compact.csv'), 'latin1');
        digest.update(`${folder.slice('cell_'.length)}\n${text.slice(text.indexOf('\n') + 1)}`);
      }
      expect(verification.digest).toBe(digest.digest('hex'));
    });

    it(`${format}: what stands behind the last row of one cell is found there and changes no digest`, async () => {
      const file = metricsFile(1, `metrics_compact.${format}`);
      appendFileSync(file, format === 'csv' ? '60000,1,' : Buffer.from([0xff, 0xff, 0xff, 0xff, 0x10]));
      const { ok, cells_ok, problems, digest } = await verify(study.output);
      expect({ ok, cells_ok, digest }).toEqual({ ok: false, cells_ok: 2, digest: digests.at(-1) });
      expect(problems.map(({ code }) => code)).toContain(format === 'csv' ? 'TORN' : 'UNSEALED');
      expect((await study.run()).exit).toBe(0);
      expect((await verify(study.output)).ok).toBe(true);
    });
  }

  it('a value that is not finite is named with its metric, where that does not declare missing', async () => {
    removeFolder(study.output);
    describeStudy('csv');
    expect((await study.run()).exit).toBe(0);
    // Without its sums a file is judged by syntax alone: NaN and Infinity are numbers.
    rmSync(metricsFile(2, 'metrics_compact.sums'));
    const file = metricsFile(2, 'metrics_compact.csv');
    const lines = readFileSync(file, 'latin1').split('\n');
    for (const row of [1, 30_000, 60_000]) lines[row] = lines[row]!.replace(/,[^,]*,([^,]*)$/, ',-Infinity,$1');
    lines[7] = lines[7]!.replace(/[^,]*$/, 'NaN');
    writeFileSync(file, lines.join('\n'));
    const { problems } = await verify(study.output);
    const found = problems.filter(({ code }) => code === 'NOT_FINITE').map(({ message }) => message);
    expect(found).toEqual([
      expect.stringMatching(/^1 value of e is NaN, .* missing: true$/),
      expect.stringMatching(/^3 values of d are infinite, .* infinite: true$/),
    ]);
  });
});

describe('countNotFinite', () => {
  it('counts NaN and infinities by metric', () => {
    const counts = new Map<string, NotFinite>();
    countNotFinite(Buffer.from('0,NaN,1\n1,-Infinity,NaN\n2,1e+21,Infinity\n'), ['a', 'b'], counts);
    countNotFinite(Buffer.from('3,0.5,NaN\n'), ['a', 'b'], counts);
    expect(Object.fromEntries(counts)).toEqual({
      a: { undefined: 1, infinite: 1 },
      b: { undefined: 2, infinite: 1 },
    });
  });
});

describe('inOrder', () => {
  it('gives results in the order of the items, with so many under way and no more', async () => {
    let under_way = 0;
    let most = 0;
    const slow = async (ms: number): Promise<number> => {
      most = Math.max(most, (under_way += 1));
      await new Promise((resolve) => setTimeout(resolve, ms));
      under_way -= 1;
      return ms;
    };
    const found: number[] = [];
    for await (const ms of inOrder([9, 1, 7, 0, 3, 5], 3, slow)) found.push(ms);
    expect(found).toEqual([9, 1, 7, 0, 3, 5]);
    expect(most).toBe(3);
  });

  it('an error comes where its item stands, and those behind it are not heard', async () => {
    const work = (item: number): Promise<number> =>
      item > 0 ? Promise.reject(new Error(String(item))) : Promise.resolve(0);
    const results = inOrder([0, 1, 2], 3, work);
    expect((await results.next()).value).toBe(0);
    await expect(results.next()).rejects.toThrow('1');
  });
});
