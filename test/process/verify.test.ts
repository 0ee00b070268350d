import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';

import { SmallStudy } from './small-study.ts';
import { permafrost, start, temporaryFolder } from './cli.ts';

/** The command as a user gives it; what it finds in each kind of damage: test/process/verify-problems.test.ts. */
const whole = new SmallStudy({ permutations: 1500 });
beforeAll(async () => {
  const ran = await permafrost(['run', whole.file]);
  expect(ran.exit, ran.stderr).toBe(0);
});
afterAll(() => {
  whole.remove();
});

const copy = (): SmallStudy => whole.copyForTest();

interface Verified {
  readonly ok: boolean;
  readonly digest: string;
  readonly problems: readonly { readonly cell_id: string; readonly code: string }[];
}

describe('verify --expect', () => {
  it('says that a folder of another program is whole: text on stdout, exit 0, nothing written', async () => {
    const folder = temporaryFolder();
    const cell = join(folder, 'per_cell/cell_a');
    mkdirSync(cell, { recursive: true });
    writeFileSync(join(cell, 'metrics_compact.csv'), 'perm_index,profit\n1,2.50\n0,1e3\n');
    const verified = await permafrost(['verify', folder, '--expect', '2']);
    expect(verified.exit, verified.stderr).toBe(0);
    expect(verified.stderr).toBe('');
    expect(verified.stdout).toContain('1 of 1 cell OK, 2 rows');
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      'per_cell',
      'per_cell/cell_a',
      'per_cell/cell_a/metrics_compact.csv',
    ]);
  });

  it('names the cell and the row that is missing: exit 1, and the same as JSON', async () => {
    const folder = temporaryFolder();
    const cell = join(folder, 'per_cell/cell_a');
    mkdirSync(cell, { recursive: true });
    writeFileSync(join(cell, 'metrics_compact.csv'), 'perm_index,profit\n0,1\n2,1\n');
    const verified = await permafrost(['verify', folder, '--expect', '3', '--json']);
    expect(verified.exit).toBe(1);
    expect(verified.stderr).toContain('cell a: INCOMPLETE: 2 of 3 rows; missing 1');
    expect(verified.json()).toMatchObject({ ok: false, problems: [{ cell_id: 'a', code: 'INCOMPLETE' }] });
  });

  it.each([
    [['--expect', '0'], '--expect'],
    [['--expect', 'many'], '--expect'],
    [['--expect', '3', '--repair'], 'leave --repair out'],
    [['--expect', '3', '--recompute', '1%'], 'leave --recompute out'],
    [['--recompute', '101%'], 'expects a number of rows or a percentage'],
  ])('refuses %j with one line and exit 2', async (flags, said) => {
    const refused = await permafrost(['verify', whole.output, ...flags]);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain(said);
    expect(refused.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('is named to who forgets it: a folder without a manifest is not called whole', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'per_cell'));
    const refused = await permafrost(['verify', folder]);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('--expect');
  });
});

describe('verify --repair', () => {
  it('mends what needs no computing, says what is left to run, and run ends with the digest of an undisturbed run', async () => {
    const study = copy();
    const { digest } = (await permafrost(['verify', study.output, '--json'])).json() as Verified;
    // A lost summary and a torn tail can be mended; a row that is gone has to be computed.
    rmSync(join(study.cellFolder(0), 'summary.json'));
    appendFileSync(join(study.cellFolder(0), 'metrics_compact.csv'), '1500,0.1');
    const metrics = join(study.cellFolder(1), 'metrics_compact.csv');
    writeFileSync(metrics, readFileSync(metrics, 'latin1').replace(/\n700,.*/, ''), 'latin1');

    const repaired = await permafrost(['verify', study.output, '--repair', '--json']);
    expect(repaired.exit).toBe(1);
    const { problems } = repaired.json() as Verified;
    expect(problems.map(({ code }) => code)).toEqual(['INCOMPLETE', 'UNPROTECTED']);
    expect(repaired.stderr).toContain('The same run command completes what is listed here');

    const ran = await permafrost(['run', study.file, '--json']);
    expect(ran.json()).toMatchObject({ outputs: [{ permutations_computed: 1 }] });
    const verified = await permafrost(['verify', study.output, '--json']);
    expect(verified.exit, verified.stderr).toBe(0);
    expect((verified.json() as Verified).digest).toBe(digest);
  });

  it('is refused while another process writes there (exit 3)', async () => {
    const study = copy();
    study.write({ permutations: 40_000_000 });
    const running = start(['run', study.file]);
    try {
      const lock = join(study.output, '.lock');
      await expect
        .poll(() => existsSync(lock) && readFileSync(lock, 'utf8'), { timeout: 60_000 })
        .toContain(`"pid":${String(running.pid)}`);
      const refused = await permafrost(['verify', study.output, '--repair']);
      expect(refused.exit).toBe(3);
      expect(refused.stderr).toContain(`process ${String(running.pid)}`);
    } finally {
      running.kill('SIGKILL');
      await running;
    }
  });
});
