import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';
import { acquireLock } from '../../src/store/lock.ts';

describe('permafrost report and summarize', () => {
  it('the coin example is run, summarised and reported; a locked run is not summarised (exit 3)', async () => {
    const run = join(temporaryFolder(), 'coin');
    expect((await permafrost(['run', `${EXAMPLES}coin/study.yaml`, '--output', run, '--threads', '2'])).exit).toBe(0);

    const summarized = await permafrost(['summarize', run, '--json']);
    expect(summarized.exit).toBe(0);
    expect(summarized.json()).toMatchObject({ output: run, cells: 6, rows: 12_000 });

    const reported = await permafrost(['report', run, '--json']);
    expect(reported.exit).toBe(0);
    const { files, ...counts } = reported.json() as { files: string[] };
    expect(counts).toEqual({ output: run, cells: 6, rows: 12_000 });
    for (const name of ['index.html', 'report.md', 'tables/cells.csv']) {
      expect(files).toContain(join(run, 'report', name));
      expect(existsSync(join(run, 'report', name))).toBe(true);
    }
    const html = readFileSync(join(run, 'report', 'index.html'), 'utf8');
    expect(html).toContain('All 6 cells are complete: 2,000 permutations each.');
    expect(html.match(/<svg viewBox/g)!.length).toBeGreaterThanOrEqual(3);

    const lock = await acquireLock(run);
    try {
      const refused = await permafrost(['summarize', run, '--json']);
      expect(refused.exit).toBe(3);
      expect(refused.json()).toMatchObject({ error: { code: 'LOCKED' } });
    } finally {
      lock.release();
    }
  });

  it('of no run says so (exit 2)', async () => {
    const folder = temporaryFolder();
    for (const command of ['report', 'summarize']) {
      const refused = await permafrost([command, folder, '--json']);
      expect(refused.exit).toBe(2);
      expect(refused.json()).toMatchObject({ error: { code: 'NOT_A_RUN', path: folder } });
    }
  });
});
