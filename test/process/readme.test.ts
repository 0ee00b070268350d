import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { blocksOf } from '../docs/pages.ts';
import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The code block of the README that begins with this line. */
function block(first: string): string {
  const found = [...readme.matchAll(/```\w+\n([\s\S]*?)```/g)]
    .map((match) => match[1]!)
    .find((text) => text.startsWith(first));
  if (found === undefined) throw new Error(`no block of the README begins with ${first}`);
  return found;
}

describe('README', () => {
  it("'s first study runs, and says what is printed there and in docs/getting-started.md", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'coin.ts'), block('import { defineModel }'));
    writeFileSync(join(folder, 'study.yaml'), block('model: ./coin.ts'));
    const plan = await permafrost(['plan', 'study.yaml', '--json'], { cwd: folder });
    expect(plan.json()).toMatchObject({ cells: 9, permutations_missing: 90_000 });
    const run = await permafrost(['run', 'study.yaml'], { cwd: folder });
    expect(run.exit, run.stderr).toBe(0);
    const verified = await permafrost(['verify', 'runs/coin', '--recompute', '1%', '--json'], { cwd: folder });
    expect(verified.json()).toMatchObject({ ok: true, rows: 90_000, recomputed: 900, mismatches: 0 });

    const { digest } = verified.json() as { digest: string };
    const printed = `${run.stderr}\n${run.stdout}\ndigest ${digest}`.split('\n').map((line) => line.trimEnd());
    const [tree, ...texts] = [...blocksOf('README.md'), ...blocksOf('docs/getting-started.md')]
      .filter(({ language }) => language === 'text')
      .sort((a, b) => Number(b.text.startsWith('runs/coin/')) - Number(a.text.startsWith('runs/coin/')));
    expect(texts).toHaveLength(3);
    for (const { text } of texts) for (const line of text.trimEnd().split('\n')) expect(printed).toContain(line);

    // What the page says is on disk, and nothing else.
    const said = [...tree!.text.matchAll(/\w+\.(?:csv|json|sums|txt)\b/g)].map(([name]) => name);
    const files = readdirSync(join(folder, 'runs', 'coin'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect([...new Set(files)].sort()).toEqual([...new Set(said)].sort());
  });

  it('is one page: a person reads it in three minutes', () => {
    expect(readme.split(/\s+/).length).toBeLessThan(1200);
  });
});

describe('the examples', () => {
  it('coin runs', async () => {
    const folder = temporaryFolder();
    cpSync(join(EXAMPLES, 'coin'), join(folder, 'coin'), { recursive: true });
    const run = await permafrost(['run', 'coin/study.yaml', '--output', 'out', '--json'], { cwd: folder });
    expect(run.exit, run.stderr).toBe(0);
    expect(readdirSync(join(folder, 'out', 'per_cell'))).toHaveLength(6);
  });

  it('sp500 runs and resumes from a truncated run', async () => {
    const folder = temporaryFolder();
    const study = join(EXAMPLES, 'sp500', 'study.yaml');
    const args = ['run', study, '--output', join(folder, 'out'), '--permutations', '500', '--json'];
    const run = await permafrost(args);
    expect(run.exit, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({ outputs: [{ cells: 40, complete: 40, permutations_computed: 20_000 }] });
    const again = await permafrost(args);
    expect(again.json()).toMatchObject({ outputs: [{ permutations_computed: 0, permutations_reused: 20_000 }] });
  });

  it('sp500/precise stops each cell where it is precise enough, and says which are not', async () => {
    const run = join(temporaryFolder(), 'out');
    const study = join(EXAMPLES, 'sp500', 'precise.yaml');
    const planned = await permafrost(['plan', study, '--output', run]);
    expect(planned.stdout).toContain('missing   at most 600,000 permutations');
    const ran = await permafrost(['run', study, '--output', run, '--json']);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.json()).toMatchObject({
      outputs: [{ cells: 6, complete: 6, permutations_computed: 304_000, permutations_total: 304_000 }],
    });
    expect(ran.stderr).toContain('2 of 6 cells did not reach the requested precision');
    const again = await permafrost(['run', study, '--output', run, '--json']);
    expect(again.json()).toMatchObject({ exit: 0, outputs: [{ permutations_computed: 0 }] });
    expect((await permafrost(['verify', run])).exit).toBe(0);
  });

  it('runs under --no-addons', async () => {
    const folder = temporaryFolder();
    const run = await permafrost(
      ['run', join(EXAMPLES, 'coin', 'study.yaml'), '--output', join(folder, 'out'), '--json'],
      {
        env: { NODE_OPTIONS: '--no-addons' },
      },
    );
    expect(run.exit, run.stderr).toBe(0);
  });
});
