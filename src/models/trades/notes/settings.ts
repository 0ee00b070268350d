import type { Note } from '../../../model/model.ts';
import { lastBarAtOrBefore } from '../cell/delay.ts';
import type { TradeInputs } from '../list/inputs.ts';
import { expectedExecuted } from './min-trades.ts';
import type { UsedSettings } from './used-settings.ts';
import { amount, percent, plural } from './words.ts';

/** What a person should know about a study's settings on this list; each note is given once, for the cell where it matters most. */
export function settingsNotes(inputs: TradeInputs, used: UsedSettings, streams: 'independent' | 'shared'): Note[] {
  return [
    ...movingBlockNotes(inputs, used),
    ...oneBlockNotes(inputs, used),
    ...(streams === 'independent' ? minTradesNotes(inputs, used) : []),
    ...delayNotes(inputs, used),
    ...madeUpNotes(inputs, used),
    ...accountNotes(inputs, used),
  ];
}

/** By how much the mean of moving blocks is not that of the list. */
function movingBlockNotes({ trades }: TradeInputs, { moving }: UsedSettings): Note[] {
  const { pnl, count: n, path } = trades;
  const total = pnl.reduce((sum, value) => sum + value, 0);
  const means = [...moving].map((block_len) => {
    const length = Math.min(block_len, n);
    const weights = movingBlockWeights(n, length);
    return { length, mean: pnl.reduce((sum, value, i) => sum + value * weights[i]!, 0) };
  });
  const off = means.filter(({ mean }) => Math.abs(mean - total) > 0.005 * Math.abs(total));
  if (off.length === 0) return [];
  const { length, mean } = off.reduce((a, b) => (Math.abs(b.mean - total) > Math.abs(a.mean - total) ? b : a));
  const by = total === 0 ? '' : ` (${mean > total ? '+' : ''}${percent((mean - total) / Math.abs(total))})`;
  const message =
    `${path}: moving blocks of ${plural(length, 'trade')} draw both ends of the list less often: their mean P&L is ${amount(mean)} where the list has ${amount(total)}${by}; ` +
    'block_bootstrap, on a circle, and stationary_bootstrap have the mean of the list';
  return [{ code: 'MOVING_BLOCK_BIAS', message }];
}

/** How often each trade is on a path of moving blocks, in the mean. */
export function movingBlockWeights(n: number, length: number): Float64Array {
  const starts = n - length + 1;
  const whole = Math.floor(n / length);
  const rest = n - whole * length;
  // Starts from which a block of `taken` trades holds trade i.
  const covering = (i: number, taken: number): number => Math.min(i, starts - 1) - Math.max(0, i - taken + 1) + 1;
  return Float64Array.from({ length: n }, (_, i) => {
    const of_rest = rest > 0 ? Math.max(0, covering(i, rest)) : 0;
    return (whole * covering(i, length) + of_rest) / starts;
  });
}

function oneBlockNotes({ trades }: TradeInputs, { blocks }: UsedSettings): Note[] {
  const long = [...blocks].filter((length) => length >= trades.count);
  if (long.length === 0) return [];
  const message = `${trades.path}: block_len ${Math.min(...long)} takes in all ${plural(trades.count, 'trade')}: a block is the whole list, and nothing varies but where a block on a circle begins`;
  return [{ code: 'ONE_BLOCK', message }];
}

/** Where drawing masks again keeps more trades than 1 - p_skip of them. */
function minTradesNotes({ trades }: TradeInputs, { redrawn }: UsedSettings): Note[] {
  const n = trades.count;
  const off = [...redrawn.values()].flatMap(({ p_skip, min_trades }) => {
    const expected = n * (1 - p_skip);
    const kept = expectedExecuted(n, p_skip, Math.min(min_trades, n));
    return Math.abs(kept - expected) > 0.01 * expected ? [{ p_skip, min_trades, kept, expected }] : [];
  });
  if (off.length === 0) return [];
  const worst = off.reduce((a, b) => (b.kept - b.expected > a.kept - a.expected ? b : a));
  const message =
    `${trades.path}: min_trades ${worst.min_trades} draws masks again until that many of ${plural(n, 'trade')} are left: with p_skip ${worst.p_skip} ` +
    `${amount(worst.kept)} are executed on average, not ${amount(worst.expected)}; set min_trades to 0 for what p_skip says`;
  return [{ code: 'MIN_TRADES', message }];
}

function delayNotes({ trades, ohlc }: TradeInputs, { delays }: UsedSettings): Note[] {
  if (ohlc === undefined || delays.both_ways + delays.adverse_only === 0) return [];
  let inside = 0;
  let at_end = 0;
  for (let i = 0; i < trades.count; i++) {
    const b_in = lastBarAtOrBefore(ohlc.time, trades.entry_time[i]!);
    const b_out = lastBarAtOrBefore(ohlc.time, trades.exit_time[i]!);
    if (b_in === b_out) inside++;
    if (b_out === ohlc.count - 1) at_end++;
  }
  const notes: Note[] = [];
  const these = `${inside} of ${plural(trades.count, 'trade')} open and close inside one bar of ${ohlc.path}`;
  if (inside > 0 && delays.both_ways > 0) {
    const message = `${trades.path}: ${these}: an entry a bar late would come after the exit, and is a missed trade; finer bars tell more`;
    notes.push({ code: 'LATE_ENTRY_MISSED', message });
  }
  if (inside > 0 && delays.adverse_only > 0) {
    const message = `${trades.path}: ${these}: with adverse_only a late fill of these gets the open of that very bar, before it was decided; finer bars tell more`;
    notes.push({ code: 'FILL_BEFORE_DECISION', message });
  }
  if (at_end > 0) {
    const message = `${trades.path}: ${plural(at_end, 'trade')} close in the last bar of ${ohlc.path}: there is no later one, so a late exit gets the open of that bar; give later bars`;
    notes.push({ code: 'LAST_BAR', message });
  }
  return notes;
}

/** An R that no trade states. */
function madeUpNotes({ trades }: TradeInputs, { measured_in_r, fallback }: UsedSettings): Note[] {
  const without = trades.risk_dollars.reduce((count, risk) => count + Number(Number.isNaN(risk)), 0);
  if (measured_in_r.size === 0 || fallback === undefined || without === 0) return [];
  const message = `${trades.path}: ${plural(without, 'trade')} state no risk_dollars: their R is made up as ${amount(fallback)} % of the entry notional, and ${[...measured_in_r].join(' and ')} goes by it`;
  return [{ code: 'RISK_MADE_UP', message }];
}

/** The list states its account, and the study another. */
function accountNotes({ trades }: TradeInputs, { accounts }: UsedSettings): Note[] {
  const stated = trades.equity.find((value) => !Number.isNaN(value));
  if (stated === undefined) return [];
  const other = [...accounts].filter((account) => Math.abs(account / stated - 1) > 0.2);
  if (other.length === 0) return [];
  const message = `${trades.path}: the list states an account of ${amount(stated)} before its first trade, and initial_equity is ${amount(other[0]!)}: percentages are of the latter`;
  return [{ code: 'OTHER_ACCOUNT', message }];
}
