import { describe, expect, expectTypeOf, it } from 'vitest';

import {
  defineModel,
  type InputFile,
  type Json,
  type Model,
  type ParametersOf,
  type ParameterSpec,
  type ParameterSpecs,
  type PrepareContext,
  type Row,
} from '../../src/model/model.ts';
import type { Rng } from '../../src/random/generator.ts';

const HEAD = { name: 'm', version: '1' } as const;
const ONE = { x: {} } as const;

const EVERY_KIND = {
  real: { type: 'number', min: 0, default: 0.5 },
  whole: { type: 'integer', min: 1, default: 100 },
  mode: { type: 'choice', values: ['fast', 'slow'], default: 'fast' },
  label: { type: 'string', default: '' },
  flag: { type: 'boolean', default: true },
  bounds: { type: 'list', items: 'numbers', default: [] },
  bins: { type: 'list', items: 'pairs', default: [] },
  given: { type: 'number' },
  read: { type: 'number', default_from: 'trace' },
  optional: { type: 'number', optional: true },
  optional_with_default: { type: 'number', optional: true, default: 3 },
  sometimes: { type: 'integer', default: 1, active_when: [{ mode: 'slow' }] },
} as const satisfies ParameterSpecs;

interface EveryKind {
  readonly real: number;
  readonly whole: number;
  readonly mode: 'fast' | 'slow';
  readonly label: string;
  readonly flag: boolean;
  readonly bounds: readonly number[];
  readonly bins: readonly (readonly [number, number])[];
  readonly given: number;
  readonly read: number;
  readonly optional?: number;
  readonly optional_with_default: number;
  readonly sometimes?: number;
}

// Half of what is asserted here is asserted by `tsc -p test`: a line that should not compile and does is an error of its @ts-expect-error.
describe('the parameters of a model', () => {
  it('have the types of their declaration; those that may be absent are optional', () => {
    expectTypeOf<ParametersOf<typeof EVERY_KIND>>().toEqualTypeOf<EveryKind>();
    const model = defineModel({
      ...HEAD,
      parameters: EVERY_KIND,
      metrics: ONE,
      check: (parameters) => {
        expectTypeOf(parameters).toEqualTypeOf<EveryKind>();
        return [];
      },
      simulate: ({ parameters }, _rng, row) => {
        expectTypeOf(parameters).toEqualTypeOf<EveryKind>();
        row.x = parameters.real + (parameters.sometimes ?? 0);
      },
    });
    expect(model.parameters).toBe(EVERY_KIND);
  });

  it('are inferred where they are declared in the model itself', () => {
    defineModel({
      ...HEAD,
      parameters: {
        p: { type: 'number', default: 0.5 },
        mode: { type: 'choice', values: ['a', 'b'], default: 'a' },
        k: { type: 'integer', default: 1, active_when: [{ mode: 'b' }] },
      },
      metrics: ONE,
      prepare: ({ parameters }) => {
        expectTypeOf(parameters).toEqualTypeOf<{
          readonly p: number;
          readonly mode: 'a' | 'b';
          readonly k?: number;
        }>();
        // @ts-expect-error -- no such parameter
        expect(parameters.q).toBeUndefined();
        // @ts-expect-error -- never one of its values
        return parameters.mode === 'c';
      },
      simulate: () => undefined,
    });
  });

  it('that are declared without their names are a map of values', () => {
    const specs: Readonly<Record<string, ParameterSpec>> = { p: { type: 'number', default: 1 } };
    defineModel({
      ...HEAD,
      parameters: specs,
      metrics: ONE,
      prepare: ({ parameters }) => Number(parameters['p']),
      simulate: (p, _rng, row) => {
        expectTypeOf(p).toEqualTypeOf<number>();
        row.x = p;
      },
    });
  });

  it('do not compile with a type, a key, a default or an alias that there is not', () => {
    const rest = { ...HEAD, metrics: ONE, simulate: () => undefined };
    // @ts-expect-error -- no such type
    defineModel({ ...rest, parameters: { p: { type: 'float' } } });
    // @ts-expect-error -- no such key
    defineModel({ ...rest, parameters: { p: { type: 'number', minimum: 0 } } });
    // @ts-expect-error -- a choice has no min
    defineModel({ ...rest, parameters: { p: { type: 'choice', values: ['a'], min: 0 } } });
    // @ts-expect-error -- a number's default is a number
    defineModel({ ...rest, parameters: { p: { type: 'number', default: '1' } } });
    // @ts-expect-error -- none of its values
    defineModel({ ...rest, parameters: { p: { type: 'choice', values: ['a'], default: 'b' } } });
    // @ts-expect-error -- none of its values
    defineModel({ ...rest, parameters: { p: { type: 'choice', values: ['a'], aliases: { c: 'b' } } } });
    // @ts-expect-error -- no such parameter
    defineModel({ ...rest, parameters: { p: { type: 'number' } }, presets: { calm: { q: 1 } } });
    const presets = { calm: { p: 1 } };
    expect(defineModel({ ...rest, parameters: { p: { type: 'number' } }, presets }).presets).toBe(presets);
  });
});

describe('a row', () => {
  it('has exactly the names of the metrics', () => {
    defineModel({
      ...HEAD,
      parameters: {},
      metrics: { heads: { unit: 'count' }, longest_run: {} },
      simulate: (_state, _rng, row) => {
        expectTypeOf(row).toEqualTypeOf<Row<'heads' | 'longest_run'>>();
        row.heads = 1;
        // @ts-expect-error -- no such metric
        row.headz = 1;
        // @ts-expect-error -- a metric is a number
        row.longest_run = '1';
      },
    });
    const rest = { ...HEAD, parameters: {}, simulate: () => undefined };
    // @ts-expect-error -- no such key
    defineModel({ ...rest, metrics: { heads: { units: 'count' } } });
    // @ts-expect-error -- no such metric
    defineModel({ ...rest, metrics: { heads: {} }, ranking: { metric: 'tails', best: 'highest' } });
    defineModel({
      ...rest,
      metrics: { heads: {} },
      // @ts-expect-error -- no such metric
      baseline: () => ({ tails: 1 }),
      choices: { most: (rows) => rows[0]!.metrics.heads },
    });
  });
});

describe('the state', () => {
  it('is what prepare returned, a promise or not, in arrow functions and methods', () => {
    defineModel({
      ...HEAD,
      parameters: { p: { type: 'number', default: 1 } },
      metrics: ONE,
      prepare: async ({ parameters }) => Promise.resolve({ twice: 2 * parameters.p, at: 'a' }),
      simulate: (state, rng, row) => {
        expectTypeOf(state).toEqualTypeOf<{ twice: number; at: string }>();
        expectTypeOf(rng).toEqualTypeOf<Rng>();
        row.x = state.twice;
        // @ts-expect-error -- no such field
        expect(state.thrice).toBeUndefined();
      },
      simulateChunk({ twice }, streams, columns) {
        columns[0]!.fill(twice, 0, streams.count);
      },
      trace: ({ at }) => [at],
      summary: ({ twice }) => ({ text: String(twice), data: twice }),
    });
    defineModel({
      ...HEAD,
      parameters: { p: { type: 'number', default: 1 } },
      metrics: ONE,
      prepare({ parameters }) {
        return { twice: 2 * parameters.p };
      },
      simulate({ twice }, rng, row) {
        row.x = rng() < twice ? 1 : 0;
      },
    });
  });

  it('is what prepare would have got where there is none', () => {
    defineModel({
      ...HEAD,
      parameters: { p: { type: 'number', default: 1 } },
      metrics: ONE,
      simulate: (state) => {
        expectTypeOf(state).toEqualTypeOf<PrepareContext<undefined, { readonly p: number }>>();
      },
    });
  });

  it('is known before the parameters are declared, and before a prepare that takes nothing', () => {
    defineModel({
      simulate: ({ k }, _rng, row) => {
        row.x = k;
      },
      prepare: () => ({ k: 1 }),
      metrics: ONE,
      parameters: {},
      ...HEAD,
    });
    defineModel({
      simulate({ parameters }, _rng, row) {
        row.x = parameters.p;
      },
      metrics: ONE,
      parameters: { p: { type: 'number', default: 1 } },
      ...HEAD,
    });
  });

  it('has to be named where simulate stands before a prepare that takes something: TypeScript reads in order', () => {
    const parameters = { p: { type: 'number', default: 1 } } as const satisfies ParameterSpecs;
    defineModel({
      ...HEAD,
      parameters,
      metrics: ONE,
      simulate: (state: { readonly k: number }, _rng, row) => {
        row.x = state.k;
      },
      prepare: (context) => ({ k: context.parameters.p }),
    });
    defineModel({
      ...HEAD,
      parameters,
      metrics: ONE,
      simulate: (state: { readonly k: number }, _rng, row) => {
        row.x = state.k;
      },
      // @ts-expect-error -- not what simulate takes
      prepare: (context) => ({ k: String(context.parameters.p) }),
    });
    defineModel({
      ...HEAD,
      parameters,
      metrics: ONE,
      simulate: (state, _rng, row) => {
        // @ts-expect-error -- not known yet
        expect(state.k).toBeUndefined();
        row.x = 0;
      },
      // @ts-expect-error -- the same
      prepare: (context) => ({ k: context.parameters.p }),
    });
  });
});

describe('inputs and shared', () => {
  it('are what load and shared returned; files are those declared', () => {
    defineModel({
      ...HEAD,
      parameters: { p: { type: 'number', default: 1 } },
      inputs: { trades: { description: 'trades', required: true }, bars: { description: 'bars' } },
      metrics: ONE,
      load: (files) => {
        expectTypeOf(files).toEqualTypeOf<{ readonly trades: InputFile; readonly bars?: InputFile }>();
        // @ts-expect-error -- no such input
        expect(files.quotes).toBeUndefined();
        return { n: files.trades.bytes.length };
      },
      shared: (cells) => {
        let most = 0;
        for (const { p } of cells) most = Math.max(most, p);
        return { most };
      },
      defaultsFrom: ({ n }) => ({ p: n }),
      checkInputs: ({ p }, { n }) => (p > n ? ['too few'] : []),
      notes: ({ n }, cells) => [`${n} for ${[...cells].length} cells`],
      prepare: ({ inputs, shared }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ n: number }>();
        expectTypeOf(shared).toEqualTypeOf<{ most: number } | undefined>();
        return inputs.n;
      },
      simulate: (n, _rng, row) => {
        row.x = n;
      },
    });
    const rest = { ...HEAD, parameters: {}, metrics: ONE, simulate: () => undefined };
    // @ts-expect-error -- no such key
    defineModel({ ...rest, inputs: { trades: { description: 'trades', needed: true } } });
    // @ts-expect-error -- a function has no place in plain data
    defineModel({ ...rest, shared: () => ({ most: () => 1 }) });
  });

  it('are undefined, and any plain data, without them', () => {
    defineModel({
      ...HEAD,
      parameters: {},
      metrics: ONE,
      prepare: (context) => {
        expectTypeOf(context.inputs).toEqualTypeOf<undefined>();
        expectTypeOf(context.shared).toEqualTypeOf<Json | undefined>();
      },
      simulate: () => undefined,
    });
  });
});

describe('a model', () => {
  it('that is defined is a Model, whatever it declares', () => {
    const defined = defineModel({
      ...HEAD,
      parameters: { p: { type: 'number', default: 1 }, q: { type: 'number', optional: true } },
      presets: { calm: { p: 0 } },
      inputs: { trades: { description: 'trades', required: true } },
      metrics: ONE,
      ranking: { metric: 'x', best: 'lowest' },
      check: ({ p, q }) => (p === q ? [{ parameter: 'q', message: 'as p' }] : []),
      load: ({ trades }) => trades.path,
      shared: () => ({ most: 1 }),
      prepare: ({ parameters }) => parameters.p,
      simulate: (state, _rng, row) => {
        row.x = state;
      },
      simulateChunk: () => undefined,
      baseline: () => ({ x: 1 }),
      choices: { last: (rows) => rows.at(-1)?.parameters.p ?? 0 },
      trace: (state) => [String(state)],
      summary: (state) => ({ text: '', data: state }),
    });
    const model: Model = defined;
    const row = { x: 0 };
    void model.simulate?.(7, (() => 0) as unknown as Rng, row);
    expect(row).toEqual({ x: 7 });
  });

  it('does not compile with a function that there is not, or that takes something else', () => {
    const rest = { ...HEAD, parameters: {}, metrics: ONE };
    // @ts-expect-error -- a misspelt name
    defineModel({ ...rest, simualte: () => undefined });
    // @ts-expect-error -- the first argument is the state, which prepare says
    defineModel({ ...rest, prepare: () => ({ k: 1 }), simulate: (rng: Rng) => void rng() });
    // @ts-expect-error -- a version is a text
    defineModel({ ...rest, version: 1, simulate: () => undefined });
  });
});
