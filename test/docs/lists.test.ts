import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../src/commands/commands.ts';
import { ERRORS } from '../../src/errors.ts';
import type { ParameterSpec } from '../../src/model/model.ts';
import { models } from '../../src/models/registry.ts';
import { resolveOptions } from '../../src/run/run-options.ts';
import { studySchema } from '../../src/study/schema.ts';
import type { ProblemCode } from '../../src/verify/problem.ts';
import { names, section, tableRows, textOf } from './pages.ts';

const COMMON = ['--json', '--debug'];

describe('docs/commands.md', () => {
  it('has every command, and every option of each in its section', async () => {
    const all: Command[] = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
    const pairs = all.flatMap((command) =>
      command.commands.length === 0
        ? [[command.name(), command] as const]
        : command.commands.map((own) => [`${command.name()} ${own.name()}`, own] as const),
    );
    expect(pairs.length).toBeGreaterThan(13);
    for (const [name, { options }] of pairs) {
      const said = names(section('docs/commands.md', name)).map((each) => each.split(' ')[0]);
      const those = options.map(({ long }) => long!).filter((long) => !COMMON.includes(long));
      const of_run = section('docs/commands.md', name).includes('every option of `run`');
      const known = of_run ? names(section('docs/commands.md', 'run')).map((each) => each.split(' ')[0]) : [];
      expect([...said, ...known], name).toEqual(expect.arrayContaining(those));
    }
  });

  it('names no option that a command does not have', async () => {
    for (const [name, { load }] of Object.entries(COMMANDS)) {
      const command = await load();
      for (const own of command.commands.length === 0 ? [command] : command.commands) {
        const title = own === command ? name : `${name} ${own.name()}`;
        const table = tableRows(section('docs/commands.md', title), 'option').map(
          ([cell]) => names(cell!)[0]!.split(' ')[0],
        );
        const has = own.options.map(({ long }) => long);
        expect(
          table.filter((option) => !has.includes(option)),
          title,
        ).toEqual([]);
      }
    }
  });
});

describe('docs/study-files.md', () => {
  const page = 'docs/study-files.md';

  it('has every key of a study, in the order of the schema or not, and no other', () => {
    const table = tableRows(section(page, 'Every key'), 'key').map(([cell]) => names(cell!)[0]);
    expect([...table].sort()).toEqual(Object.keys(studySchema.shape).sort());
  });

  it('has every key of seed; docs/precision.md and docs/several-studies.md those of precision, results and steps', () => {
    const { seed, results, precision } = studySchema.shape;
    const shape = (schema: { unwrap(): unknown }): Record<string, unknown> =>
      (schema.unwrap() as { shape: Record<string, unknown> }).shape;
    const seeds = tableRows(section(page, 'Seeds and streams'), 'key of `seed`').map(([cell]) => names(cell!)[0]);
    expect([...seeds].sort()).toEqual(Object.keys(shape(seed)).sort());
    const [rule] = (precision.unwrap() as unknown as { options: { shape: Record<string, unknown> }[] }).options;
    const rules = tableRows(textOf('docs/precision.md'), 'key').map(([cell]) => names(cell!)[0]);
    expect([...rules].sort()).toEqual(Object.keys(rule!.shape).sort());
    const steps = textOf('docs/several-studies.md');
    for (const key of Object.keys(shape(results))) expect(steps).toContain(`\`results.${key}\``);
    for (const key of ['grid', 'parameters', 'cells'])
      expect(section('docs/several-studies.md', 'Steps')).toContain(key);
  });
});

describe('docs/errors.md', () => {
  it('has every error code with its exit code', () => {
    const table = tableRows(section('docs/errors.md', 'Error codes'), 'code');
    expect(Object.fromEntries(table.map(([code, exit]) => [names(code!)[0], Number(exit)]))).toEqual(ERRORS);
  });

  it('has every code of what verify finds', () => {
    // Every one of them, or this does not compile.
    const codes: Readonly<Record<ProblemCode, true>> = {
      INCOMPLETE: true,
      DUPLICATE: true,
      CONFLICT: true,
      DAMAGED: true,
      PAST_TARGET: true,
      TORN: true,
      ORDER: true,
      UNSEALED: true,
      UNPROTECTED: true,
      NOT_FINITE: true,
      IDENTITY: true,
      SUMMARY: true,
      MISMATCH: true,
      DISK: true,
    };
    const table = tableRows(section('docs/errors.md', 'What verify finds'), 'code').map(([code]) => names(code!)[0]!);
    expect([...table].sort()).toEqual(Object.keys(codes).sort());
  });
});

describe('docs/library.md', () => {
  it('names every option of a run', () => {
    const text = section('docs/library.md', 'Run');
    const options = Object.keys(resolveOptions()).filter((name) => name !== 'compute');
    expect(options.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

/** trades has its lists on several pages: test/docs/trades.test.ts. */
const MODELS = (await models()).filter(({ name }) => name !== 'trades');

describe.each(MODELS.map((model) => [`docs/${model.name}.md`, model] as const))('%s', (page, model) => {
  it('has every parameter with its default, its values and its unit, and every metric with its unit, in their order', () => {
    const parameters = Object.entries<ParameterSpec>(model.parameters);
    const table = tableRows(section(page, 'Parameters'), 'parameter');
    expect(table.map(([name, value]) => [names(name!)[0], value])).toEqual(
      parameters.map(([name, spec]) => [name, defaultText(spec)]),
    );
    table.forEach(([name, , values, meaning], k) => {
      const [, spec] = parameters[k]!;
      const { min, max } = spec as { readonly min?: number; readonly max?: number };
      if (spec.type === 'choice') expect(names(values!), name).toEqual(spec.values);
      if (min !== undefined) expect(values, name).toContain(`from ${min}`);
      if (max !== undefined) expect(values, name).toContain(`to ${max}`);
      if (spec.unit !== undefined) expect(values, name).toContain(`[${spec.unit}]`);
      expect(meaning, name).not.toBe('');
    });
    const metrics = tableRows(section(page, 'Metrics'), 'metric').map(([name, unit]) => [names(name!)[0], unit]);
    expect(metrics).toEqual(Object.entries(model.metrics).map(([name, { unit = '' }]) => [name, unit]));
  });
});

function defaultText(spec: ParameterSpec): string {
  if (spec.default !== undefined) return `\`${String(spec.default)}\``;
  return spec.default_from !== undefined ? 'of the input' : spec.optional === true ? 'none' : 'must be given';
}

describe('docs/dependencies.md', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const read = (path: string): Readonly<Record<string, unknown>> =>
    JSON.parse(readFileSync(join(root, path), 'utf8')) as Readonly<Record<string, unknown>>;
  const own = read('package.json') as Readonly<Record<string, Readonly<Record<string, string>>>>;

  it.each([
    ['Installed with it', 'dependencies'],
    ['Only where you install them', 'peerDependencies'],
  ])('%s: every package, with the licence that it has', (title, key) => {
    const table = tableRows(section('docs/dependencies.md', title), 'package');
    const said = Object.fromEntries(table.map(([name, licence]) => [names(name!)[0]!, licence!.trim()]));
    const licences = Object.keys(own[key]!).map((name) => [name, read(`node_modules/${name}/package.json`)['license']]);
    expect(said).toEqual(Object.fromEntries(licences));
  });
});
