import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { run as runStudy, verify, type RunEvent } from '../../dist/index.js';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { sumsPath } from '../../src/store/scan/layout.ts';
import { SmallStudy } from '../process/small-study.ts';
import { removeFolder } from '../temporary-folder.ts';

/** The law: whatever was run, stopped, extended, truncated and damaged before, the digest depends on the study alone. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const SEQUENCES = Number(process.env['PERMAFROST_SEQUENCES'] ?? (FULL ? 150 : 3));
// One test runs the whole campaign, many processes one after the other.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 300_000 });
const MOST = 4000;

let study: SmallStudy;
/** Rows of each cell, as CSV lines, computed once and undisturbed. */
const rows = new Map<string, string[]>();

beforeAll(async () => {
  study = new SmallStudy({ permutations: MOST });
  await study.run();
  const cells = join(study.output, 'per_cell');
  for (const name of readdirSync(cells)) {
    const lines = readFileSync(metricsPath(join(cells, name), 'csv'), 'utf8')
      .trimEnd()
      .split('\n');
    rows.set(name.replace(/^cell_/, ''), lines.slice(1));
  }
});
afterAll(() => {
  study.remove();
});

function digestFor(permutations: number): string {
  const digest = createHash('sha256');
  for (const [cell_id, lines] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    digest.update(`${cell_id}\n`);
    for (const line of lines.slice(0, permutations)) digest.update(`${line}\n`);
  }
  return digest.digest('hex');
}

const DAMAGES = ['cut', 'tail', 'again', 'summary', 'file', 'flip', 'sums'] as const;
interface Damage {
  readonly kind: (typeof DAMAGES)[number];
  readonly cell: number;
  readonly where: number;
}
interface Step {
  readonly permutations: number;
  readonly chunk: number;
  readonly threads: number;
  readonly durability: 'chunk' | 'interval' | 'none';
  /** Stopped after so many acknowledgments; 0: not at all. */
  readonly stop_after: number;
  readonly max_seconds: number | undefined;
  readonly damage: Damage | undefined;
}

const damage = fc.record({
  kind: fc.constantFrom(...DAMAGES),
  cell: fc.nat(1),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});
const step: fc.Arbitrary<Step> = fc.record({
  permutations: fc.integer({ min: 1, max: MOST }),
  chunk: fc.integer({ min: 40, max: 3000 }),
  threads: fc.integer({ min: 1, max: 3 }),
  durability: fc.constantFrom('chunk', 'interval', 'none'),
  stop_after: fc.nat(3),
  max_seconds: fc.option(fc.double({ min: 0.01, max: 0.3, noNaN: true }), { nil: undefined, freq: 4 }),
  damage: fc.option(damage, { nil: undefined }),
});

async function run(output: string, format: Format, one: Step): Promise<number> {
  const stop = new AbortController();
  let heard = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === 'acknowledged' && ++heard === one.stop_after) stop.abort();
  };
  const { permutations, chunk, threads, durability, max_seconds } = one;
  const options = { output, format, permutations, chunk, threads, durability, truncate: true };
  const { signal } = stop;
  const result = await runStudy(study.file, { ...options, max_seconds, signal, onEvent });
  return result.exit;
}

function spoil(output: string, format: Format, { kind, cell, where }: Damage): void {
  const name = readdirSync(join(output, 'per_cell'))[cell];
  if (name === undefined) return;
  const folder = join(output, 'per_cell', name);
  const path = metricsPath(folder, format);
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const at = Math.floor(where * bytes.length);
  switch (kind) {
    case 'cut':
      truncateSync(path, at);
      return;
    case 'tail':
      appendFileSync(path, bytes.subarray(at, at + 50));
      appendFileSync(path, Buffer.alloc(30));
      return;
    case 'again':
      appendFileSync(path, bytes.subarray(0, format === 'csv' ? bytes.indexOf(10, at) + 1 : bytes.length));
      return;
    case 'summary':
      writeFileSync(join(folder, 'summary.json'), '{"rows_crc32": "');
      return;
    case 'file':
      rmSync(path);
      return;
    case 'flip':
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(path, bytes);
      return;
    case 'sums':
      rmSync(sumsPath(folder), { force: true });
      return;
  }
}

test('after any sequence of runs, stops and damage the digest is that of an undisturbed run of the same study', async () => {
  let runs = 0;
  const law = fc.asyncProperty(
    fc.constantFrom<Format>('csv', 'arrow'),
    fc.array(step, { maxLength: 4 }),
    step,
    async (format, steps, last) => {
      const output = join(study.folder, `sequence${runs}`);
      // A flipped digit is found by its block's sum: only where no one took the sums away, and in a file that was sealed.
      const flips = steps.some((one) => one.damage?.kind === 'flip');
      for (const one of steps) {
        const exit = await run(output, format, one);
        runs++;
        const kind = one.damage?.kind;
        if (kind === undefined || (flips && (kind === 'sums' || kind === 'cut')) || (kind === 'flip' && exit !== 0))
          continue;
        spoil(output, format, one.damage!);
      }
      expect(await run(output, format, { ...last, stop_after: 0, max_seconds: undefined })).toBe(0);
      runs++;
      const { digest, problems } = await verify(output);
      expect(digest).toBe(digestFor(last.permutations));
      // Another program's bytes in the file may have made rows that disagree: that stays on record.
      expect(problems.filter(({ code }) => code !== 'CONFLICT')).toEqual([]);
      removeFolder(output);
    },
  );
  await fc.assert(law, { numRuns: SEQUENCES, seed: 20261122, endOnFailure: true });
  if (FULL) console.log(`${SEQUENCES} sequences, ${runs} runs`);
});
