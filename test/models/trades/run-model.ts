import tradesModel from '../../../src/models/trades/model.ts';
import type { TradeInputs } from '../../../src/models/trades/list/inputs.ts';
import type { TradesState } from '../../../src/models/trades/model.ts';
import type { InputFile, Json, Model, ParameterValue, Parameters } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/metric-specs.ts';
import type { Rng, StreamSource } from '../../../src/random/generator.ts';
import { createStreams } from '../../../src/random/streams.ts';

/** As the engine has it: any files, any row. */
export const trades: Model<TradeInputs, TradesState> = tradesModel;

/** CSV texts of the inputs; undefined or null where absent. */
export interface Texts {
  readonly trades: string;
  readonly ohlc?: string | null | undefined;
  readonly equity_curve?: string | null | undefined;
}

export function files(texts: Texts): Record<string, InputFile> {
  const given: Record<string, InputFile> = {};
  for (const [name, text] of Object.entries(texts) as [string, string | null | undefined][]) {
    if (typeof text === 'string') given[name] = { path: `${name}.csv`, bytes: new TextEncoder().encode(text) };
  }
  return given;
}

/** Parameters as the engine resolves them: defaults, those of the preset, defaults from inputs, then what the study says. */
export function resolved(
  { preset, ...given }: Readonly<Record<string, ParameterValue>>,
  from_inputs: Parameters = {},
): Parameters {
  const defaults = Object.entries(trades.parameters).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default] as const],
  );
  const named = typeof preset === 'string' ? trades.presets![preset]! : {};
  const { periods_per_year, initial_equity } = from_inputs;
  return {
    ...Object.fromEntries(defaults),
    ...(periods_per_year !== undefined && { periods_per_year }),
    ...named,
    ...(initial_equity !== undefined && { initial_equity }),
    ...given,
  };
}

export interface Prepared {
  readonly metrics?: readonly string[];
  /** With shared streams: what the cells of the study have in common; `true`: those of this cell alone. */
  readonly shared?: Json | true;
}

export async function prepared(
  texts: Texts,
  given: Readonly<Record<string, ParameterValue>>,
  { metrics = TRADE_METRICS, shared }: Prepared = {},
): Promise<TradesState> {
  const inputs = await trades.load!(files(texts));
  const parameters = resolved(given, trades.defaultsFrom!(inputs));
  const problems = trades.checkInputs!(parameters, inputs, metrics);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const streams = shared === undefined ? 'independent' : 'shared';
  const facts = shared === true ? trades.shared!([parameters]) : shared;
  return await trades.prepare!({ parameters, inputs, streams, shared: facts, metrics });
}

export const alea = (seed: number): StreamSource => ({ scheme: 'sha256-32', generator: 'alea', base_seed: seed });

/** One row by the reference path, metrics in order. */
export function rowByPath(state: TradesState, rng: Rng): number[] {
  const row: Record<string, number> = {};
  void trades.simulate!(state, rng, row);
  return TRADE_METRICS.map((name) => row[name]!);
}

/** `count` permutations by the chunk form: one array per metric. */
export function chunk(state: TradesState, source: StreamSource, first: number, count: number): Float64Array[] {
  const columns = TRADE_METRICS.map(() => new Float64Array(count).fill(NaN));
  void trades.simulateChunk!(state, createStreams(source, first, count), columns, 'auto');
  return columns;
}

/** The same by a generator that no kernel knows, of the same words as `alea`. */
export function chunkByRng(state: TradesState, source: StreamSource, first: number, count: number): Float64Array[] {
  const columns = state.cell.metrics.map(() => new Float64Array(count).fill(NaN));
  const streams = createStreams(source, first, count);
  for (let i = 0; i < count; i++) state.runner.run(streams.rng(i), columns, i);
  return columns;
}
