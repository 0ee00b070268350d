import pLimit from 'p-limit';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EXAMPLES, permafrost, type Finished } from './cli.ts';
import { outputOf, STORIES, VARIANTS, type Act } from './digest-stories.ts';
import { writeStudies } from './digest-studies.ts';
import { digestsOf, KINDS, type Digests, type Kind } from './finished-files.ts';
import { exampleStudies } from '../example-studies.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/**
 * No finished file changes by a byte unless a commit says so. On record, in test/fixtures/digests.json, is a digest for each kind
 * of file of each story. A commit that changes a kind on purpose renews that kind alone, and its message says why:
 *
 *   PERMAFROST_RENEW_DIGESTS=summaries,tables npx vitest run test/process/digests.test.ts
 *
 * (1 renews everything.) Other kinds are held against the record meanwhile; stories that are not on it yet are added.
 * PERMAFROST_FULL=1 has every story verified, and not only some.
 */
const RECORD = fileURLToPath(new URL('../fixtures/digests.json', import.meta.url));
const RENEW = process.env['PERMAFROST_RENEW_DIGESTS'] ?? '';
const FULL = RENEW !== '' || process.env['PERMAFROST_FULL'] === '1';
/** Each story is a few commands that wait for a free core [ms]. */
const LONG = { timeout: 300_000 };
const HOW = 'see the head of test/process/digests.test.ts';

const asked = RENEW === '1' ? KINDS : RENEW.split(',').filter((kind) => kind !== '');
const renewed = KINDS.filter((kind) => asked.includes(kind));
if (renewed.length < asked.length) throw new Error(`PERMAFROST_RENEW_DIGESTS: 1, or some of ${KINDS.join()}`);

type Records = Record<string, Digests | undefined>;
const on_record = (existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {}) as Records;
/** What holds: what is on record, but for what is being renewed. */
const expected: Records = { ...on_record };

let folder: string;
beforeAll(() => {
  folder = newFolder();
  writeStudies(folder);
});
afterAll(() => {
  removeFolder(folder);
  if (RENEW === '') return;
  const records = Object.fromEntries(STORIES.map(({ name }) => [name, expected[name]]));
  writeFileSync(RECORD, `${JSON.stringify(records, null, 1)}\n`);
});

/** Most of a short command is starting up, on one core. */
const two_at_once = pLimit(2);

async function command(args: readonly string[], exit?: number): Promise<Finished> {
  const done = await two_at_once(() => permafrost(args, { cwd: folder }));
  if (exit !== undefined) expect(done.exit, `permafrost ${args.join(' ')}\n${done.stderr}`).toBe(exit);
  return done;
}

async function perform(acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (typeof act === 'function') act(folder);
    else if ('args' in act) await command(act.args, act.exit);
    else await command(act, 0);
  }
}

/** The digest over the rows; an incomplete run has one, too. */
async function rowsDigest(output: string): Promise<string> {
  return ((await command(['verify', output, '--json'])).json() as { digest: string }).digest;
}

/** The kinds that are not what they should be. */
function changed(found: Digests, wanted: Digests, kinds: readonly Kind[] = KINDS): Kind[] {
  return kinds.filter((kind) => found[kind] !== wanted[kind]);
}

describe('the finished files are what they were', () => {
  it.concurrent.each(STORIES)('$name', LONG, async ({ name, acts, verified }) => {
    await perform(acts);
    const output = outputOf(name);
    const digest = FULL || verified ? await rowsDigest(output) : on_record[name]?.digest;
    const found: Digests = { ...digestsOf(join(folder, output)), ...(digest === undefined ? {} : { digest }) };
    const before = on_record[name] ?? (RENEW === '' ? undefined : found);
    if (before === undefined) throw new Error(`"${name}" is not on record: ${HOW}`);
    const wanted: Digests = Object.fromEntries(
      KINDS.map((kind) => [kind, (renewed.includes(kind) ? found : before)[kind]]),
    );
    expected[name] = wanted;
    const what = `"${name}": finished files of these kinds changed. On purpose? Then renew these kinds: ${HOW}`;
    expect(changed(found, wanted), what).toEqual([]);
  });
});

describe('the same files by another way', () => {
  const kinds = KINDS.filter((kind) => kind !== 'history' && kind !== 'digest');
  it.concurrent.each(VARIANTS)('$name', LONG, async ({ name, acts, outputs }) => {
    await perform(acts);
    for (const [output, story] of Object.entries(outputs)) {
      const wanted = expected[story];
      if (wanted === undefined) throw new Error(`"${story}" is not on record: ${HOW}`);
      const what = `"${name}": files of these kinds are not those of "${story}"`;
      expect(changed(digestsOf(join(folder, output)), wanted, kinds), what).toEqual([]);
    }
  });
});

describe('the record', () => {
  it('has a story for every example, and none that nobody tells', () => {
    // Programs of other languages are not on every machine, and theirs are the random numbers.
    const studies = exampleStudies().filter(
      (study) => !/^model: command$/m.test(readFileSync(join(EXAMPLES, study), 'utf8')),
    );
    expect(studies.length).toBeGreaterThan(0);
    const stories = STORIES.map(({ name }) => name);
    for (const study of studies) expect(stories).toContain(`examples/${study}`);
    expect(Object.keys(expected).sort()).toEqual([...stories].sort());
  });

  it('has the same digest, statistics and tables for either format', () => {
    // summary.json holds the CRC-32 over the stored bytes, beside the statistics.
    expect(changed(expected['trades in Arrow']!, expected['trades']!)).toEqual(['metrics', 'sums', 'summaries']);
  });
});
