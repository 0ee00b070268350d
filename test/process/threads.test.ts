import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { permafrost, temporaryFolder } from './cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const COUNT_THREADS = new URL('../fixtures/count-threads.mjs', import.meta.url).href;

const MODEL = `export default {
  name: 'coin', version: '1', parameters: { p: { type: 'number', default: 0.5 } }, metrics: { heads: {} },
  simulate: ({ parameters }, rng, row) => { row.heads = rng() < parameters.p ? 1 : 0; },
};`;
/** Its files are so large that commands which only read them start threads. */
const STUDY = studyOf(100_000);
function studyOf(permutations: number): string {
  return `model: ./model.mjs\ngrid: { p: [0.1, 0.2, 0.3, 0.4] }\npermutations: ${permutations}\nbatch_rows: 50\noutput: out\n`;
}

/** Half of a run; each test has a copy of it. */
let begun: string;
let folder: string;

beforeAll(async () => {
  begun = newFolder();
  writeFileSync(join(begun, 'model.mjs'), MODEL);
  writeFileSync(join(begun, 'study.yaml'), STUDY);
  const ran = await permafrost(['run', 'study.yaml', '--threads', '1', '--shard', '1/2'], { cwd: begun });
  expect(ran.exit, ran.stderr).toBe(0);
});
afterAll(() => {
  removeFolder(begun);
});
beforeEach(() => {
  folder = temporaryFolder();
  cpSync(begun, folder, { recursive: true });
});

/** The most threads that a command had at once. */
async function threadsOf(...args: string[]): Promise<number> {
  const counted = join(folder, 'threads');
  const env = { NODE_OPTIONS: `--import ${COUNT_THREADS}`, COUNTED_THREADS: counted };
  const done = await permafrost(args, { cwd: folder, env });
  expect(done.stderr).not.toContain('internal error');
  return Number(readFileSync(counted, 'utf8'));
}

describe('--threads is what a command opens, neither more nor less', () => {
  // Three: a number that is neither a default here nor a constant of the code.
  it.each([
    ['run', ['run', 'study.yaml']],
    ['plan', ['plan', 'study.yaml']],
    ['run --dry-run', ['run', 'study.yaml', '--dry-run']],
    ['verify', ['verify', 'out']],
    ['verify --recompute', ['verify', 'out', '--recompute', '10']],
    ['verify --repair', ['verify', 'out', '--repair']],
    ['summarize', ['summarize', 'out']],
    ['report', ['report', 'out']],
    ['status --scan', ['status', 'out', '--scan']],
    ['merge', ['merge', 'out', '--into', 'merged', '--trust']],
    ['bench', ['bench', 'study.yaml', '--chunk', '50', '--rounds', '1', '--seconds', '0.1']],
  ])('%s', async (_, args) => {
    expect(await threadsOf(...args, '--threads', '3')).toBe(3);
    removeFolder(join(folder, 'merged'));
    expect(await threadsOf(...args, '--threads', '1')).toBe(1);
  });

  it('also where a run first looks whether it would drop rows', async () => {
    const rule = 'precision: { metric: heads, half_width: 0.2, min: 50 }\n';
    writeFileSync(join(folder, 'study.yaml'), STUDY + rule);
    expect(await threadsOf('run', 'study.yaml', '--threads', '3')).toBe(3);
    writeFileSync(join(folder, 'study.yaml'), STUDY + rule.replace('0.2', '0.3'));
    expect(await threadsOf('run', 'study.yaml', '--threads', '1')).toBe(1);
    // Refused before anything is computed: the threads that read were all there were.
    writeFileSync(join(folder, 'study.yaml'), STUDY + rule.replace('0.2', '0.4'));
    expect(await threadsOf('plan', 'study.yaml', '--threads', '3')).toBe(3);
  });

  it('small files are read without any', async () => {
    writeFileSync(join(folder, 'study.yaml'), studyOf(200).replace('output: out', 'output: small'));
    expect(await threadsOf('run', 'study.yaml', '--threads', '3')).toBe(3);
    expect(await threadsOf('run', 'study.yaml', '--threads', '3')).toBe(0);
    for (const command of ['verify', 'summarize', 'report']) expect(await threadsOf(command, 'small')).toBe(0);
  });

  it.each(['run', 'plan', 'verify', 'summarize', 'report', 'status', 'merge', 'bench'])(
    '%s --threads abc is refused with what is expected',
    async (command) => {
      const refused = await permafrost([command, 'study.yaml', '--threads', 'abc', '--json'], { cwd: folder });
      expect(refused.exit).toBe(2);
      expect(refused.stderr).toContain('--threads expects a whole number of at least 1, got "abc"');
      expect(refused.json()).toMatchObject({
        error: { code: 'USAGE', path: '--threads', value: 'abc', allowed: 'a whole number of at least 1' },
      });
    },
  );
});
