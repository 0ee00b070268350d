import type { TradeList } from '../list/inputs.ts';
import type { TradeParameters } from './parameters.ts';

/** (entry_price x qty) x point_value per trade [dollars]. */
export function notionals(trades: TradeList, point_value: number): Float64Array {
  return trades.entry_price.map((price, i) => price * trades.qty[i]! * point_value);
}

/** R per trade [dollars]: what the trade states, else the share of its notional that the study gives; NaN without either. */
export function risks(trades: TradeList, notional: Float64Array, fallback_pct: number | undefined): Float64Array {
  const share = fallback_pct === undefined ? NaN : fallback_pct / 100;
  return trades.risk_dollars.map((risk, i) => (Number.isNaN(risk) ? share * notional[i]! : risk));
}

/** What a cell measures in R, in words; empty where it measures nothing so. */
export function measuredInR(parameters: TradeParameters): string[] {
  const { slip_dollars, slip_mode, delay_bars_max, delay_adverse_cap_r, sizing } = parameters;
  return [
    ...(slip_mode === 'r' && slip_dollars !== 0 ? ['slip_mode r'] : []),
    ...(delay_adverse_cap_r !== undefined && delay_bars_max !== 0 ? ['delay_adverse_cap_r'] : []),
    ...(sizing === 'risk' ? ['sizing risk'] : []),
  ];
}

/** What a cell measures by the entry notional, in words. */
export function measuredByNotional(parameters: TradeParameters, has_ohlc: boolean): string[] {
  const { slip_dollars, slip_mode, delay_bars_max } = parameters;
  return [
    ...(slip_mode === 'percent' && slip_dollars !== 0 ? ['slip_mode percent'] : []),
    ...(delay_bars_max !== 0 && !has_ohlc ? ['a delay by the equity curve'] : []),
  ];
}
