import tradesModel from '../../../src/models/trades/model.ts';
import type { TradeInputs } from '../../../src/models/trades/inputs.ts';
import type { TradesState } from '../../../src/models/trades/model.ts';
import type { InputFile, Model, ParameterValue, Parameters } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/prepared.ts';
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

/** Parameters as the engine resolves them: defaults, defaults from inputs, then what the study says. */
export function resolved(given: Readonly<Record<string, ParameterValue>>, from_inputs: Parameters = {}): Parameters {
  const defaults = Object.entries(trades.parameters).map(([name, spec]) => [name, spec.default!]);
  return { ...(Object.fromEntries(defaults) as Parameters), ...from_inputs, ...given };
}

export async function prepared(
  texts: Texts,
  given: Readonly<Record<string, ParameterValue>>,
  largest_delay: number | null = null,
): Promise<TradesState> {
  const inputs = await trades.load!(files(texts));
  const parameters = resolved(given, trades.defaultsFrom!(inputs));
  const problems = trades.checkInputs!(parameters, inputs);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const streams = largest_delay === null ? 'independent' : 'shared';
  const shared = largest_delay === null ? undefined : { delay_bars_max: largest_delay };
  return await trades.prepare!({ parameters, inputs, streams, shared });
}

export const alea = (seed: number): StreamSource => ({ scheme: 'sha256-32', generator: 'alea', base_seed: seed });

/** One row by the reference path, metrics in order. */
export function rowByPath(state: TradesState, rng: Rng): number[] {
  const row: Record<string, number> = {};
  trades.simulate!(state, rng, row);
  return TRADE_METRICS.map((name) => row[name]!);
}

/** `count` permutations by the chunk form: one array per metric. */
export function chunk(state: TradesState, source: StreamSource, first: number, count: number): Float64Array[] {
  const columns = TRADE_METRICS.map(() => new Float64Array(count).fill(NaN));
  trades.simulateChunk!(state, createStreams(source, first, count), columns, 'auto');
  return columns;
}
