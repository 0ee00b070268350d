import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import packageJson from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/commands/commands.ts';
import { exportRun } from '../../src/operations/export.ts';
import { run } from '../../src/operations/run.ts';
import { HOST } from '../operations/coin-study.ts';
import { copyHelper, PYTHON } from '../programs/command/languages.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { blocksOf, PAGES, ROOT, type Block } from './pages.ts';

/**
 * Every code block of the README and of docs/ is held by a test: commands are parsed by the command line's own options, studies are run with three
 * permutations, models of `ts` blocks with them (they are type-checked in test/process/model-types.test.ts). Programs of docs/library.md run in
 * test/process/library.test.ts, what stands under them with them; other `text` blocks are compared in test/process/readme.test.ts.
 */
const BLOCKS = PAGES.flatMap(blocksOf);
const of = (...languages: string[]): Block[] => BLOCKS.filter(({ language }) => languages.includes(language));
const place = ({ page, line }: Block): string => `${page}:${line}`;

it('there are blocks of known languages only', () => {
  const known = ['sh', 'yaml', 'ts', 'js', 'csv', 'text', 'python', 'sql', 'c', 'json', ''];
  expect(BLOCKS.filter(({ language }) => !known.includes(language)).map(place)).toEqual([]);
  // Without a language: what import trades prints, in its page alone (test/docs/trades.test.ts), and the list of folders.
  expect([...new Set(of('').map(({ page }) => page))].sort()).toEqual([
    'docs/architecture.md',
    'docs/import-trades.md',
  ]);
});

describe('a command', () => {
  /** Lines of a block as words, without comments. Quotes group words. */
  function commandsOf({ text }: Block): string[][] {
    return text
      .split('\n')
      .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|\|/))
      .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!))
      .map((words) => (words[0]?.includes('=') === true && words.length > 1 ? words.slice(1) : words))
      .filter((words) => words.length > 0);
  }

  /** Parses a command, and does nothing. */
  async function parsed([name, ...words]: readonly string[]): Promise<void> {
    if (name === '--help' || name === '--version') return;
    const load = COMMANDS[name ?? '']?.load;
    if (load === undefined) throw new Error(`there is no command ${name}`);
    const command = await load();
    disarm(command);
    if (!words.includes('--help')) await command.parseAsync(words, { from: 'user' });
  }
  function disarm(command: Command): void {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(disarm);
  }

  const SCRIPTS = { ...packageJson.scripts, install: '', ci: '', pack: '', link: '', 'install-test': '' };
  const OTHERS = [
    'rsync',
    'git',
    'code',
    'cp',
    'cd',
    'node_modules/.bin/permafrost',
    'clang',
    'clang++',
    'rustup',
    'rustc',
    'zig',
  ];
  /** Commands that packages bring under other names. */
  const BROUGHT: Readonly<Record<string, string>> = { tsc: 'typescript', asc: 'assemblyscript' };

  it.each(of('sh').map((block) => [place(block), block] as const))('of %s is one that there is', async (_, block) => {
    for (const [head, ...words] of commandsOf(block)) {
      if (head === 'permafrost') await parsed(words);
      else if (head === 'node' && words[0]?.endsWith('/cli.js') === true) await parsed(words.slice(1));
      else if (head === 'node') expect(existsSync(join(ROOT, words[0]!)), words[0]).toBe(true);
      else if (head === 'npm') expect(SCRIPTS).toHaveProperty([words[0] === 'run' ? words[1]! : words[0]!]);
      else if (head === 'npx') expect(packageJson.devDependencies).toHaveProperty([BROUGHT[words[0]!] ?? words[0]!]);
      else expect(OTHERS, `${head} in ${place(block)}`).toContain(head);
      for (const word of words)
        if (word.startsWith('examples/') && !word.includes('/runs/'))
          expect(existsSync(join(ROOT, word)), word).toBe(true);
    }
  });

  it('a command line that cannot be is found', async () => {
    await expect(parsed(['run', 'study.yaml', '--thread', '2'])).rejects.toThrow('unknown option');
    await expect(parsed(['export', 'runs/a', '--to', 'xls'])).rejects.toThrow('xls');
  });
});

describe('a study', () => {
  /** Its model files, named in their first line, and data under the names that the pages use. */
  function folderFor(block: Block): string {
    const folder = temporaryFolder();
    const models = of('ts').filter(({ text }) => /^\/\/ \S+\.ts\n/.test(text));
    const here = models.filter(({ page }) => page === block.page);
    for (const { text } of [...models.filter(({ page }) => page === 'docs/getting-started.md'), ...here])
      writeFileSync(join(folder, text.slice(3, text.indexOf('\n'))), text);
    for (const { text } of of('python').filter(({ page }) => page === block.page)) {
      const [, name] = /^# (\w+\.py)\n/.exec(text) ?? [];
      if (name !== undefined) writeFileSync(join(folder, name), text);
    }
    if (block.text.includes('permafrost.py')) copyHelper('permafrost.py', folder);
    const csv = of('csv').find(({ page }) => page === block.page);
    if (csv !== undefined) writeFileSync(join(folder, 'returns.csv'), csv.text);
    const declaration = of('json').find(({ page }) => page === block.page);
    if (declaration !== undefined && block.text.includes('./sim.wasm')) {
      writeFileSync(join(folder, 'sim.json'), declaration.text);
      // What its C compiles to: test/programs/wasm/build.test.ts.
      cpSync(join(ROOT, 'test/fixtures/wasm/page-c.wasm'), join(folder, 'sim.wasm'));
    }
    mkdirSync(join(folder, 'data'));
    const example = (from: string, ...into: string[]): void => {
      for (const to of into) cpSync(join(ROOT, 'examples', from), join(folder, to));
    };
    example('sp500/trades.csv', 'trades.csv', 'data/trades.csv');
    example('sp500/sp500_daily.csv', 'daily.csv', 'data/ohlc.csv');
    example('federated/mnist-14x14.digits', 'mnist-14x14.digits');
    return folder;
  }

  /** Programs in Python are run where there is one. */
  const runnable = of('yaml').filter(({ text }) => PYTHON || !text.includes('python3'));

  it.each(runnable.map((block) => [place(block), block] as const))(
    'of %s runs',
    async (_, block) => {
      const folder = folderFor(block);
      const study = parse(block.text) as { permutations: number };
      const file = join(folder, 'study.yaml');
      writeFileSync(file, block.text);
      const permutations = Math.min(study.permutations, 3);
      const done = await run(file, { permutations, threads: 1, output: join(folder, 'out') }, HOST);
      expect(done).toMatchObject({ exit: 0, complete: done.cells });
      expect(done.permutations_computed).toBe(permutations * done.cells);
    },
    60_000,
  );

  it.each(
    of('ts')
      .map((block) => [place(block), block] as const)
      .filter(([, { text }]) => text.includes('defineModel(')),
  )(
    'with the model of %s alone runs, where it has no inputs',
    async (_, block) => {
      if (block.text.includes('inputs:')) {
        expect(block.page).toBe('docs/own-model.md');
        return;
      }
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'model.ts'), block.text);
      const study = { model: './model.ts', permutations: 10, output: join(folder, 'out') };
      const done = await run(study, { threads: 1, base: folder }, HOST);
      expect(done).toMatchObject({ exit: 0, complete: 1, permutations_computed: 10 });
    },
    60_000,
  );
});

describe('rows in other programs', () => {
  const python = (code: string, cwd?: string): string | undefined => {
    const { status, stdout, stderr } = spawnSync('python3', ['-c', code], { cwd, encoding: 'utf8' });
    return status === 0 ? undefined : `${stdout}${stderr}`;
  };
  const has_pandas = python('import pandas') === undefined;
  const has_parquet = python('import pandas, pyarrow') === undefined;

  /** runs/coin with its exports, as the page has them. */
  async function coinRun(): Promise<string> {
    const folder = temporaryFolder();
    const first = (page: string, language: string): string =>
      blocksOf(page).find((block) => block.language === language)!.text;
    writeFileSync(join(folder, 'coin.ts'), first('docs/getting-started.md', 'ts'));
    writeFileSync(join(folder, 'study.yaml'), first('docs/getting-started.md', 'yaml'));
    const output = join(folder, 'runs', 'coin');
    await run(join(folder, 'study.yaml'), { permutations: 20, threads: 1 }, HOST);
    await exportRun(output, { to: 'parquet' });
    await exportRun(output, { to: 'csv', path: join(folder, 'rows.csv') });
    return folder;
  }

  it.skipIf(!has_pandas).each(of('python').map((block) => [place(block), block] as const))(
    'the Python of %s runs (skipped without pandas, and without pyarrow where it reads Parquet)',
    async (_, { text }) => {
      const readable = has_parquet || !text.includes('parquet');
      const code = readable ? text : `compile(${JSON.stringify(text)}, 'page', 'exec')`;
      expect(python(code, await coinRun())).toBeUndefined();
    },
    60_000,
  );

  it('the SQL asks for files and columns that there are', async () => {
    const folder = await coinRun();
    const header = readFileSync(join(folder, 'rows.csv'), 'utf8').split('\n')[0]!.split(',');
    expect(of('sql').length).toBeGreaterThan(1);
    for (const { text } of of('sql')) {
      const [, path] = /'([^']+)'/.exec(text)!;
      expect(existsSync(join(folder, path!.split('/*')[0]!)), path).toBe(true);
      const [, selected, grouped] = /SELECT (.*)\nFROM[^]*GROUP BY (.*);/.exec(text) ?? [];
      for (const name of `${selected ?? ''},${grouped ?? ''}`.match(/[a-z_]+(?![a-z_(])/g) ?? [])
        expect(header, name).toContain(name);
    }
  }, 60_000);
});
