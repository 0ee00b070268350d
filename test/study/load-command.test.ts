import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { folderOf } from '../../src/programs/command/find-program.ts';
import { openStudy } from '../../src/study/loaded-study.ts';
import { StudyError } from '../../src/study/problem.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const COMMAND = {
  name: 'sim',
  version: '1',
  run: [process.execPath, 'sim.mjs'],
  parameters: { p: { type: 'number', min: 0, max: 1, default: 0.5, description: 'a chance' } },
  metrics: { x: { unit: 'm' }, y: {} },
};

function newFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'sim.mjs'), '// a program\n');
  writeFileSync(join(folder, 'data.csv'), '1\n');
  return folder;
}

async function versionOf(folder: string, command: object): Promise<string> {
  const study = { model: 'command', command: { ...COMMAND, ...command }, cells: [{ id: 'a' }], permutations: 1 };
  return (await openStudy({ study, folder }, {})).study.model.version;
}

async function problemsOf(folder: string, study: object): Promise<string[]> {
  try {
    await openStudy({ study: { permutations: 1, cells: [{ id: 'a' }], ...study }, folder }, {});
  } catch (error) {
    expect(error).toBeInstanceOf(StudyError);
    return (error as StudyError).problems.map(({ message }) => message);
  }
  return [];
}

test('everything that is wrong is told at once, with what would be right', async () => {
  const command = {
    ...COMMAND,
    run: [],
    form: 'line',
    files: ['sim.mjs', '/etc/passwd', 'nowhere.py'],
    environment: ['A B'],
    timeout: '5 parsecs',
    metrics: { x: { mising: true } },
    simulate: 'sim.mjs',
  };
  const problems = await problemsOf(newFolder(), { model: 'command', command, parameters: { q: 1 } });
  expect(problems).toEqual([
    expect.stringContaining(
      'command.simulate: unknown key "simulate"; allowed: run, form, files, environment, timeout, name, version',
    ),
    'command.metrics.x.mising: unknown key "mising"; allowed: unit, description, missing, infinite, constant, rate_of, cap, open_above, headline, label, good, goals, stored; did you mean missing?',
    'command.run: found an empty list; allowed: the program and its arguments: [python3, sim.py]',
    'command.environment[0]: found "A B"; allowed: names of variables, or NAME=value: [PATH, HOME, OMP_NUM_THREADS=1]',
    'command.form: unknown form "line"; allowed: lines, arrow, one; did you mean lines?',
    'command.timeout: found "5 parsecs"; allowed: a time of at least 1ms and at most 24 days: 500ms, 60s, 10m, 2h',
    `command.files[1]: found "/etc/passwd"; allowed: a path relative to the study's folder, the same on every machine`,
    expect.stringMatching(/^command\.files\[2\]: there is no file .*nowhere\.py$/),
  ]);
});

test('a map that is missing, or that belongs to no command', async () => {
  const folder = newFolder();
  expect(await problemsOf(folder, { model: 'command' })).toEqual([
    expect.stringMatching(/^command: missing; allowed: a map: command: \{ run:/),
  ]);
  expect(await problemsOf(folder, { model: 'trades', command: COMMAND, inputs: { trades: 'data.csv' } })).toEqual(
    expect.arrayContaining(['command: is read only with model: command']),
  );
  expect(await problemsOf(folder, { model: 'comand' })).toEqual([
    expect.stringMatching(
      /there is no model "comand"; allowed: .*federated, command, \.\/file\.ts.*; did you mean command\?/,
    ),
  ]);
});

test('the map may be a file of its own, whose problems have its lines', async () => {
  const folder = newFolder();
  const text = `run: [${process.execPath}, sim.mjs]\nname: sim\nversion: '1'\nparameters: {}\nmetrics: { x: {} }\n`;
  writeFileSync(join(folder, 'sim.command.yaml'), text);
  const study = { model: 'command', command: './sim.command.yaml' };
  expect(await problemsOf(folder, study)).toEqual([]);
  writeFileSync(join(folder, 'sim.command.yaml'), text.replace('name: sim', 'nam: sim'));
  await expect(openStudy({ study: { ...study, permutations: 1 }, folder }, {})).rejects.toThrow(
    './sim.command.yaml:2:1: nam: unknown key "nam"',
  );
  expect(await problemsOf(folder, { ...study, command: './other.yaml' })).toEqual([
    'command: cannot read ./other.yaml: there is no such file; the path is relative to the study',
  ]);
});

test('what rows depend on is in the version: the program, its files, how it is asked; not words, nor the time it may take', async () => {
  const folder = newFolder();
  const version = await versionOf(folder, {});
  expect(version).toMatch(/^1\+[0-9a-f]{16}$/);
  const same = [
    { timeout: '5s' },
    { description: 'a model' },
    { parameters: { p: { ...COMMAND.parameters.p, description: 'another word', unit: '%' } } },
    { metrics: { x: { unit: 'km', headline: true }, y: { label: 'why' } } },
    { files: ['sim.mjs'] },
  ];
  for (const each of same) expect(await versionOf(folder, each), JSON.stringify(each)).toBe(version);
  const others = [
    { form: 'one' },
    { run: [process.execPath, 'sim.mjs', '--fast'] },
    { environment: ['PATH', 'THREADS=2'] },
    { files: ['data.csv'] },
    { parameters: { p: { ...COMMAND.parameters.p, default: 0.25 } } },
    { metrics: { y: {}, x: { unit: 'm' } } },
    { metrics: { x: { missing: true }, y: {} } },
  ];
  const versions = await Promise.all(others.map((each) => versionOf(folder, each)));
  expect(new Set([version, ...versions]).size).toBe(others.length + 1);
  // Beside the study and in `run`: part of the program, though nobody named it under `files`.
  writeFileSync(join(folder, 'sim.mjs'), '// another program\n');
  expect(await versionOf(folder, {})).not.toBe(version);
});

test('on another machine the files are those of the working directory, or it is said what they are', async () => {
  const [here, elsewhere] = [newFolder(), newFolder()];
  const given = { model: 'command', command: COMMAND, cells: [{ id: 'a' }], permutations: 1 };
  const { study } = await openStudy({ study: given, folder: here }, {});
  const [, sha256 = ''] = /"sim\.mjs":"([0-9a-f]{64})"/.exec(study.model_code ?? '') ?? [];
  const files = { 'sim.mjs': sha256 };
  expect(await folderOf({ files }, [join(here, 'not there'), elsewhere])).toBe(elsewhere);
  mkdirSync(join(elsewhere, 'empty'));
  writeFileSync(join(elsewhere, 'sim.mjs'), '// another program\n');
  await expect(folderOf({ files }, [join(elsewhere, 'empty'), elsewhere])).rejects.toMatchObject({
    code: 'MODEL',
    message: expect.stringMatching(
      /in .*empty sim\.mjs is not there; in .* sim\.mjs holds other bytes\. .*in the working directory/,
    ) as string,
  });
});
