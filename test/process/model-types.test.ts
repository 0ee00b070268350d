import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { blocksOf, PAGES } from '../docs/pages.ts';
import { EXAMPLES, temporaryFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What TypeScript says of model files in a project of their own, with the built package installed: a line for each error. */
function errorsIn(models: Readonly<Record<string, string>>, options: ts.CompilerOptions = {}): string[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'permafrost'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const files = Object.entries(models).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    ...options,
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file === undefined ? '' : `:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}`;
    return `${file?.fileName.split('/').at(-1) ?? ''}${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

const STRICTEST: ts.CompilerOptions = {
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
};

const GOOD = {
  // Every model and study in TypeScript that the README and docs/ show.
  ...Object.fromEntries(
    PAGES.flatMap(blocksOf)
      .filter(({ language }) => language === 'ts')
      .map(({ page, line, text }) => [`${page.replace(/\W/g, '-')}-${line}.ts`, text]),
  ),
  'coin.ts': readFileSync(join(EXAMPLES, 'coin', 'coin.ts'), 'utf8'),
  'draws.ts': `import { defineModel, EngineError, normal, exponential, type ParametersOf, type ParameterSpecs, type Row } from 'permafrost';
const PARAMETERS = {
  spread: { type: 'number', above: 0, default: 1 },
  tail: { type: 'choice', values: ['thin', 'fat'], default: 'thin' },
  weight: { type: 'number', default: 0.1, active_when: [{ tail: 'fat' }] },
} as const satisfies ParameterSpecs;
function tailOf({ tail, weight }: ParametersOf<typeof PARAMETERS>): number {
  return tail === 'fat' ? (weight ?? 0) : 0;
}
function fill(row: Row<'x' | 'y'>, x: number): void {
  row.x = x;
  row.y = x * x;
}
export default defineModel({
  name: 'draws', version: '1', parameters: PARAMETERS, metrics: { x: {}, y: {} },
  inputs: { history: { description: 'returns', required: true } },
  load: ({ history }) => {
    if (history.bytes.length === 0) throw new EngineError('DATA', history.path + ': empty');
    return { n: history.bytes.length };
  },
  prepare: async ({ parameters, inputs }) => Promise.resolve({ scale: parameters.spread / inputs.n, tail: tailOf(parameters) }),
  simulate({ scale, tail }, rng, row) {
    fill(row, scale * normal(rng) + tail * exponential(rng, 1));
  },
});`,
  'plain.js': `import { defineModel, lognormal } from 'permafrost';
export default defineModel({
  name: 'plain', version: '1', parameters: { sigma: { type: 'number', default: 1 } }, metrics: { x: {} },
  simulate: ({ parameters }, rng, row) => { row.x = lognormal(rng, 1, parameters.sigma); },
});`,
};

describe('a model file in a project of its own', () => {
  it('compiles, whether the project is strict or stricter, TypeScript or checked JavaScript', () => {
    expect(errorsIn(GOOD, { allowJs: true, checkJs: true })).toEqual([]);
    expect(errorsIn(GOOD, { allowJs: true, checkJs: true, ...STRICTEST })).toEqual([]);
  });

  it('does not compile with a wrong name or type, which the error names', () => {
    const model = (parameters: string, simulate: string): string => `import { defineModel } from 'permafrost';
export default defineModel({
  name: 'm', version: '1', metrics: { heads: {} },
  parameters: ${parameters},
  simulate: ({ parameters }, rng, row) => { ${simulate} },
});`;
    const errors = errorsIn({
      'metric.ts': model('{}', 'row.headz = rng();'),
      'parameter.ts': model("{ p: { type: 'number', default: 1 } }", 'row.heads = parameters.q;'),
      'kind.ts': model("{ p: { type: 'choice', values: ['a', 'b'], default: 'a' } }", 'row.heads = parameters.p;'),
      'absent.ts': model("{ p: { type: 'number', optional: true } }", 'row.heads = parameters.p;'),
      'spec.ts': model("{ p: { type: 'number', minimum: 0 } }", 'row.heads = rng();'),
      'choice.ts': model("{ p: { type: 'choice', values: ['a'], default: 'b' } }", 'row.heads = rng();'),
      'export.ts': "import { nomal } from 'permafrost'; export default nomal;",
    });
    expect(errors.sort()).toEqual([
      expect.stringContaining("absent.ts:5: Type 'number | undefined' is not assignable to type 'number'"),
      expect.stringContaining(`choice.ts:4: Type '"b"' is not assignable to type`),
      expect.stringMatching(/^export\.ts:1: .*'nomal'. Did you mean 'normal'\?/),
      expect.stringContaining("kind.ts:5: Type 'string' is not assignable to type 'number'"),
      expect.stringContaining(
        "metric.ts:5: Property 'headz' does not exist on type 'Row<\"heads\">'. Did you mean 'heads'?",
      ),
      expect.stringContaining("parameter.ts:5: Property 'q' does not exist on type '{ readonly p: number; }'"),
      expect.stringContaining("spec.ts:4: Type '0' is not assignable to type '0 & NoSuchKey'"),
    ]);
  });
});
