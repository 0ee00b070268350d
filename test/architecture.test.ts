import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The folders from top to bottom, and what each may import besides itself, `errors.ts` and `wording`: always something further down. What a folder does is
 * in docs/architecture.md.
 */
const TABLE = `
cli.ts: commands version.ts
index.ts: operations queue verify merge forecast run report tables stored plan analysis statistics study model random encoding
commands: terminal operations run queue verify tables execute plan stored files analysis study models trade-lists model encoding version.ts
terminal: run report store files analysis statistics trade-lists model encoding
operations: announce serve verify merge bench forecast run steps report queue tables readers stored precision execute plan store files analysis statistics study models trade-lists model random encoding clock.ts
announce: clock.ts
serve: files clock.ts
verify: readers stored precision execute plan store files study random encoding
merge: readers stored execute store files study encoding
bench: run readers execute plan store files study model encoding clock.ts
forecast: readers execute plan store study encoding
run: steps queue tables readers stored precision execute plan store files statistics study model encoding clock.ts
steps: stored precision plan store files study model
report: stored store files analysis statistics model encoding
tables: stored plan store files analysis statistics study model encoding
readers: queue stored precision execute programs store files statistics model encoding clock.ts
queue: stored execute store files statistics study model random encoding clock.ts
stored: precision plan store files statistics study model random encoding version.ts
precision: store files statistics study encoding
execute: plan store files statistics study programs models model random encoding native-free
plan: store files study model random encoding
store: files study encoding native-free
files:
analysis: statistics model random
statistics: random encoding native-free
study: programs models model random encoding
programs: model random encoding native-free
models: model trade-lists simulation random encoding native-free
model: random native-free
simulation: random
random: native-free
trade-lists:
encoding: native-free
wording:
version.ts:
clock.ts:
errors.ts:
native-free:
`;
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [from, allowed] = line.split(':') as [string, string];
      return [
        from,
        allowed
          .trim()
          .split(' ')
          .filter((name) => name !== ''),
      ];
    }),
);
const BY_EVERYONE = new Set(['errors.ts', 'wording']);

/**
 * Who names the real disk. Everybody else is given a port, so that whole studies run on a simulated one.
 */
const NAMES_THE_DISK: Readonly<Record<string, string>> = {
  'src/readers/this-machine.ts': 'this machine: what operations are given where nobody says otherwise',
  'src/readers/worker.ts': 'the entry of a thread: a port cannot be sent there',
  'src/store/lock.ts': "the kernel's locks are on real files",
  'src/terminal/run-text.ts': 'the command line',
};

/** Who uses Node's own file functions, and for what that is no file of a run. */
const USES_NODE_FS: Readonly<Record<string, string>> = {
  'src/files/disk.ts': 'the real disk',
  'src/store/lock/kernel-lock.ts': "the kernel's locks are held by an open file of this process",
  'src/store/lock/process-facts.ts': '/proc, and the machine',
  'src/version.ts': 'package.json',
  'src/commands/nohup.ts': '/proc',
  'src/commands/lost-terminal.ts': 'the standard streams of this process',
  'src/report/read-program.ts': 'the program of the page, a file of this package',
  'src/study/source.ts': 'the study file',
  'src/study/bundle.ts': 'modules of a user',
  'src/study/bundle-cache.ts': 'bundles of an earlier start; no run depends on them',
  'src/study/load-command.ts': 'the description of a program',
  'src/study/load-model.ts': 'modules of a user',
  'src/study/load-wasm.ts': 'modules of a user',
  'src/study/loaded-study.ts': 'input files',
  'src/study/write-json-schema.ts': 'a script of the build',
  'src/operations/inspect.ts': 'an input file',
  'src/operations/init.ts': 'templates, files of this package',
  'src/operations/import-trades.ts': 'lists of other programs',
  'src/programs/command/find-program.ts': 'programs, and the files that they are made of',
  'src/programs/command/unpack.ts': 'programs that came by a queue',
  'src/queue/redis/address.ts': 'a file that holds the URL of a queue, and certificates',
  'src/serve/assets.ts': 'the scripts of the live page, as they were built beside it',
  'src/bench/bench-rig.ts': 'a temporary folder for what is measured',
  'src/bench/thread-time.ts': '/proc',
};

function typescriptFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.split('/').includes('assembly'))
    .map((name) => join(folder, name));
}

/** `src/store/formats/csv.ts` -> `store`; `src/cli.ts` -> `cli.ts`; `native-free/...` -> `native-free`. */
function placeOf(file: string): string {
  const parts = file.split('/');
  return parts[0] === 'native-free' ? 'native-free' : parts[1]!;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
}

describe('imports', () => {
  const files = [...typescriptFiles('src'), ...typescriptFiles('native-free')];

  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('go only where the table allows', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = placeOf(file);
      for (const specifier of importsOf(file)) {
        const internal = specifier.startsWith('.') || specifier.startsWith('#native-free/');
        if (!internal) continue;
        const target = specifier.startsWith('#')
          ? 'native-free'
          : placeOf(relative(root, join(root, file, '..', specifier)));
        const allowed = target === from || BY_EVERYONE.has(target) || MAY_IMPORT[from]?.includes(target) === true;
        if (from === 'native-free' ? target !== 'native-free' : !allowed) wrong.push(`${file} imports ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('of the real disk and of node:fs are those that are listed, each with its reason', () => {
    const importersOf = (isIt: (specifier: string) => boolean): string[] =>
      files.filter((file) => file.startsWith('src/') && importsOf(file).some(isIt)).sort();
    expect(importersOf((specifier) => /(^|\/)files\/disk\.ts$|^\.\/disk\.ts$/.test(specifier))).toEqual(
      Object.keys(NAMES_THE_DISK).sort(),
    );
    expect(importersOf((specifier) => /^(node:)?fs(\/promises)?$/.test(specifier))).toEqual(
      Object.keys(USES_NODE_FS).sort(),
    );
  });

  it('a stored format is asked what it does, never which one it is, but where it is made', () => {
    const asks = /[=!]== ?'(csv|arrow)'|'(csv|arrow)' ?[=!]==|case '(csv|arrow)'/;
    const asking = files
      // A model may have a parameter that is called so.
      .filter((file) => !/^src[\\/](models|store[\\/]formats)[\\/]/.test(file))
      .filter((file) => asks.test(readFileSync(join(root, file), 'utf8')));
    expect(asking).toEqual([]);
  });

  it('go down: the table itself has no way back up', () => {
    const order = Object.keys(MAY_IMPORT);
    const up = Object.entries(MAY_IMPORT).flatMap(([from, allowed]) =>
      allowed.filter((to) => order.indexOf(to) <= order.indexOf(from)).map((to) => `${from} -> ${to}`),
    );
    expect(up).toEqual([]);
  });

  it('never form a circle between folders, however deep', () => {
    const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));
    const edges = new Map<string, Set<string>>();
    for (const file of files) {
      const from = folderOf(file);
      for (const specifier of importsOf(file).filter((each) => each.startsWith('.'))) {
        const to = folderOf(relative(root, join(root, file, '..', specifier)));
        if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
      }
    }
    // The files that stand beside the folders (errors.ts, version.ts) are no folder of their own.
    edges.delete('src');
    for (const targets of edges.values()) targets.delete('src');
    const done = new Set<string>();
    const visit = (folder: string, path: readonly string[]): void => {
      expect(path, `folders in a circle: ${[...path, folder].join(' -> ')}`).not.toContain(folder);
      if (done.has(folder)) return;
      for (const next of edges.get(folder) ?? []) visit(next, [...path, folder]);
      done.add(folder);
    };
    for (const folder of edges.keys()) visit(folder, []);
  });

  it('never form a circle between files', () => {
    const edges = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => relative(root, join(root, file, '..', specifier))),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, 'circular import').not.toContain(file);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
