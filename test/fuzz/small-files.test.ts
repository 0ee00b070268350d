import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { exportRun } from '../../src/operations/export.ts';
import { merge as mergeRuns } from '../../src/operations/merge.ts';
import { report as reportRun } from '../../src/operations/report.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { status as runStatus } from '../../src/operations/status.ts';
import { summarize as summarizeRun } from '../../src/operations/summarize.ts';
import { verify as verifyRun } from '../../src/operations/verify.ts';
import { Chance, FULL } from './random.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// Hundreds of inputs each; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 120_000 });

/** What a run leaves beside its rows, changed by whoever: every command says what is wrong, or makes do; none hangs or fails in itself. */
const INPUTS = FULL ? 1_000 : 14;
/** Of the commands, for each input: the next ones. */
const COMMANDS = FULL ? 8 : 2;
let folder: string;

beforeAll(async () => {
  folder = newFolder();
  writeFileSync(
    join(folder, 'study.yaml'),
    `model: submit-queue
permutations: 1
batch_rows: 1000
thresholds: {}
output: whole
`,
  );
  const result = await runStudy(join(folder, 'study.yaml'), {}, HOST);
  expect(result.stopped).toBeUndefined();
});
afterAll(() => {
  removeFolder(folder);
});

const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 32,
  2 ** 31,
  '',
  'x',
  '../../..',
  '\0',
  'Infinity',
  'a'.repeat(5000),
  [],
  [[]],
  [null],
  {},
  { '': null },
  { constructor: 1 },
];

type Tree = Record<string, unknown>;

/** One to three places of a value, changed: replaced, removed, or added to. */
function spoilt(chance: Chance, value: unknown): unknown {
  const copy = structuredClone(value);
  const places: { readonly at: Tree; readonly key: string }[] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    for (const [key, child] of Object.entries(at)) {
      places.push({ at: at as Tree, key });
      visit(child);
    }
  };
  visit(copy);
  for (let n = 1 + chance.below(3); n > 0; n -= 1) {
    const { at, key } = chance.of(places);
    const what = chance.below(4);
    if (what === 0) Reflect.deleteProperty(at, key);
    else if (what === 1) at[chance.of(['__extra', '0', key])] = chance.of(NASTY);
    else at[key] = chance.of(NASTY);
  }
  return copy;
}

/** A summary that says that it is as it was made. */
function signed(summary: unknown): unknown {
  if (typeof summary !== 'object' || summary === null) return summary;
  const rest = { ...(summary as Tree) };
  Reflect.deleteProperty(rest, 'digest');
  return { ...rest, digest: createHash('sha256').update(JSON.stringify(rest)).digest('hex') };
}

async function expectEngineErrors(output: string, seed: number): Promise<void> {
  const commands: Record<string, () => Promise<unknown>> = {
    status: () => runStatus(output, {}, HOST),
    scan: () => runStatus(output, { scan: true }, HOST),
    verify: () => verifyRun(output, {}, HOST),
    export: () => exportRun(output, { to: 'csv' }, HOST),
    summarize: () => summarizeRun(output, {}, HOST),
    report: () => reportRun(output, {}, HOST),
    merge: () => mergeRuns([output], `${output}-merged`, {}, HOST),
    run: () => runStudy(join(folder, 'study.yaml'), { output }, HOST),
  };
  const all = Object.entries(commands);
  for (let n = 0; n < COMMANDS; n += 1) {
    const [name, command] = all[(COMMANDS * seed + n) % all.length]!;
    try {
      const done = (await command()) as { readonly stopped?: { readonly error?: unknown } } | undefined;
      const error = done?.stopped?.error;
      if (error !== undefined) throw error as Error;
    } catch (error) {
      if (!(error instanceof EngineError))
        throw new Error(`${name}: ${String((error as Error).stack)}`, { cause: error });
      expect(error.message, name).not.toMatch(/\n.*\n.*\n.*\n.*\n.*\n.*\n.*\n.*\n/);
    }
  }
}

const cellOf = (output: string): string => join(output, 'per_cell', readdirSync(join(output, 'per_cell'))[0]!);
const FILES: readonly (readonly [string, (output: string) => string, (value: unknown) => unknown])[] = [
  ['run_manifest.json', (output) => join(output, 'run_manifest.json'), (value) => value],
  ['summary.json', (output) => join(cellOf(output), 'summary.json'), signed],
  ['progress.json', (output) => join(cellOf(output), 'progress.json'), (value) => value],
  ['heartbeat.json', (output) => join(output, 'aggregated', 'heartbeat.json'), (value) => value],
];

describe.each(FILES)('%s', (name, pathIn, finish) => {
  test('with any values in it is read or refused, by every command', async () => {
    const inputs = name === 'run_manifest.json' || name === 'summary.json' ? INPUTS : Math.ceil(INPUTS / 4);
    for (let seed = 0; seed < inputs; seed += 1) {
      const output = join(folder, 'spoilt');
      for (const left of [output, `${output}-merged`]) removeFolder(left);
      cpSync(join(folder, 'whole'), output, { recursive: true });
      const path = pathIn(output);
      const chance = new Chance(seed);
      const text = readFileSync(path, 'utf8');
      const value = chance.yes(0.1)
        ? chance.spoilt(Buffer.from(text), ['null', '{}', '1e999', '"\\ud800"'])
        : JSON.stringify(finish(spoilt(chance, JSON.parse(text))));
      writeFileSync(path, value);
      await expectEngineErrors(output, seed).catch((error: unknown) => {
        throw new Error(`${name}, input ${seed}: ${String(error)}`, { cause: error });
      });
    }
  });
});

test('a manifest that no run can have is refused at once, with its place and what is wrong', async () => {
  const output = join(folder, 'zero');
  cpSync(join(folder, 'whole'), output, { recursive: true });
  const path = join(output, 'run_manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Tree;
  writeFileSync(path, JSON.stringify({ ...manifest, batch_rows: 0 }));
  await expect(verifyRun(output, {}, HOST)).rejects.toMatchObject({
    code: 'NOT_A_RUN',
    exit: 2,
    message: expect.stringMatching(/run_manifest\.json is damaged \(batch_rows: /) as string,
  });
});

test('a small file of any size is refused before it is read', async () => {
  const output = join(folder, 'large');
  cpSync(join(folder, 'whole'), output, { recursive: true });
  truncateSync(join(output, 'run_manifest.json'), 2 ** 40);
  await expect(verifyRun(output, {}, HOST)).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringMatching(/1099511627776 bytes/) as string,
  });
});
