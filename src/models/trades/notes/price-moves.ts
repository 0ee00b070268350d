import type { Note } from '../../../model/model.ts';
import type { TradeList } from '../list/inputs.ts';
import { hasCostColumn } from './columns.ts';
import { amount, median, percent, plural } from './words.ts';

/** What share of trades must agree for something to hold in most of them, and in nearly all. */
const MOST = 0.6;
const NEARLY_ALL = 0.9;
/** Fewer trades than this say nothing together. */
const FEWEST = 2;
/** From this many trades on, the sign of a difference is informative, too. */
const ENOUGH = 8;

/** A trade whose prices moved by more than they are rounded. */
interface Held {
  readonly trade: number;
  readonly pnl: number;
  /** (exit - entry) x side x qty x point value [dollars]. */
  readonly move: number;
  /** (exit / entry - 1) x 100 x side. */
  readonly percent: number;
  /** By how much rounded prices and results may make them differ [dollars]. */
  readonly rounding: number;
  readonly notional: number;
  readonly qty: number;
  /** How many steps of their last decimal the prices are apart. */
  readonly steps: number;
}

/** Results held against what prices, side and quantity say: a wrong unit or sign is seen here or nowhere. */
export function priceMoveNotes(list: TradeList, point_value: number): Note[] {
  const moved = heldTrades(list, point_value);
  if (moved.length < FEWEST) return [];
  const agree = moved.filter(({ pnl, move, rounding }) => Math.abs(Math.abs(pnl) - Math.abs(move)) <= rounding);
  const equal = agree.length >= MOST * moved.length;
  // A ratio says something where the prices are apart.
  const held = moved.filter(({ steps }) => steps >= 10);
  const in_percent = equal || held.length < FEWEST ? [] : percentNotes(list, held);
  if (in_percent.length > 0) return in_percent;
  const with_costs = costNotes(list, moved);
  if (with_costs.length > 0) return [...with_costs, ...sideNotes(list, equal ? agree : largeMoves(moved))];
  if (equal) return [...sideNotes(list, agree), ...grossNotes(list, agree, moved.length)];
  if (held.length < FEWEST) return [];
  // Costs weigh least in the larger half of the moves.
  const large = largeMoves(held);
  const { c, cost } = scaleOf(large);
  const steady = large.filter(
    ({ pnl, move, rounding }) =>
      Math.abs(Math.abs(pnl + cost) / (c * Math.abs(move)) - 1) <= 0.05 + rounding / Math.abs(move),
  );
  if (c === 0 || steady.length < MOST * large.length) return [];
  const scale = Math.abs(c - 1) > 0.05 ? scaleNotes(list, c, point_value, steady, held.length) : [];
  return [...scale, ...sideNotes(list, steady)];
}

function largeMoves(held: readonly Held[]): Held[] {
  const typical = median(held.map(({ move }) => Math.abs(move)));
  return held.filter(({ move }) => Math.abs(move) >= typical);
}

/**
 * By what the moves must be multiplied to give the results, with a cost taken off each trade: of half the list's slopes between one trade
 * and another the middle one. Where sides are mixed up there is no such line, and the ratios themselves are taken.
 */
function scaleOf(large: readonly Held[]): { readonly c: number; readonly cost: number } {
  const sorted = [...large].sort((x, y) => x.move - y.move);
  const half = sorted.length >> 1;
  const slope = median(
    sorted.slice(half).flatMap(({ move, pnl }, i) => {
      const other = sorted[i]!;
      return move > other.move ? [(pnl - other.pnl) / (move - other.move)] : [];
    }),
  );
  const cost = median(large.map(({ move, pnl }) => slope * move - pnl));
  const off = (of: Held, c: number, less: number): number => Math.abs(Math.abs(of.pnl + less) - Math.abs(c * of.move));
  const ratio = median(large.map(({ pnl, move }) => Math.abs(pnl / move)));
  const by_line = median(large.map((held) => off(held, slope, cost)));
  const by_ratio = median(large.map((held) => off(held, ratio, 0)));
  return slope > 0 && cost > 0 && by_line < by_ratio ? { c: slope, cost } : { c: ratio, cost: 0 };
}

function heldTrades(list: TradeList, point_value: number): Held[] {
  const step = Math.min(stepOf(list.entry_price), stepOf(list.exit_price));
  // Whole dollars are cents that happen to be none.
  const cent = Math.min(0.01, stepOf(list.pnl));
  const held: Held[] = [];
  for (let trade = 0; trade < list.count; trade++) {
    const [entry, exit, qty, pnl] = [list.entry_price, list.exit_price, list.qty, list.pnl].map((x) => x[trade]!) as [
      number,
      number,
      number,
      number,
    ];
    const side = list.side[trade]!;
    const worth = qty * point_value;
    const move = (exit - entry) * side * worth;
    const rounding = 1.01 * (step * worth + cent) + 1e-9 * Math.abs(move);
    if (Math.abs(move) <= rounding) continue;
    held.push({
      trade,
      pnl,
      move,
      percent: (exit / entry - 1) * 100 * side,
      rounding,
      steps: Math.abs(exit - entry) / step,
      notional: Math.abs(entry) * worth,
      qty,
    });
  }
  return held;
}

/** The last decimal that numbers are written with, as a step: 0.01 for cents; at least 1e-8. */
function stepOf(values: Float64Array): number {
  let step = 1;
  for (const value of values) {
    while (step > 1e-8 && Math.abs(value / step - Math.round(value / step)) > 1e-6) step /= 10;
  }
  return step;
}

/** Some trades made what the price lost. */
function sideNotes({ path }: TradeList, agree: readonly Held[]): Note[] {
  const against = agree.filter(({ pnl, move, rounding }) => pnl * move < 0 && Math.abs(pnl) > rounding);
  if (against.length === 0) return [];
  const all = against.length === agree.length;
  const message = all
    ? `${path}: pnl is the price move the other way round in all of ${plural(agree.length, 'trade')}: are long and short the wrong way round?`
    : `${path}: in ${against.length} of ${plural(agree.length, 'trade')} pnl is the price move the other way round, in the others not: are these ${plural(against.length, 'trade')} short? A late fill is taken to be on the wrong side in them`;
  return [{ code: 'PNL_SIDES', message }];
}

/** Results are exactly the price moves, though costs are in a separate column. */
function grossNotes({ path, header }: TradeList, agree: readonly Held[], held: number): Note[] {
  if (!hasCostColumn(header) || agree.length < NEARLY_ALL * held) return [];
  const message = `${path}: pnl is the price move to the cent, and costs are in a separate column: pnl is gross; deduct the costs from it, that column is not read`;
  return [{ code: 'GROSS_PNL', message }];
}

function scaleNotes(
  { path }: TradeList,
  c: number,
  point_value: number,
  steady: readonly Held[],
  held: number,
): Note[] {
  const whole = Math.abs(c - Math.round(c)) < 0.02 * c ? Math.round(c) : c;
  const message =
    `${path}: pnl is ${amount(whole)} times (exit_price - entry_price) x qty${point_value === 1 ? '' : ` x point_value ${amount(point_value)}`} in most of ${plural(held, 'trade')} ` +
    `(${steady.length} of the larger moves): is point_value ${amount(whole * point_value)}, or qty ${amount(whole)} times the value there? Slippage in percent and delays are off by this factor`;
  return [{ code: 'PNL_SCALE', message }];
}

/** Results in percent of the price instead of in dollars, or as a fraction. */
function percentNotes({ path }: TradeList, held: readonly Held[]): Note[] {
  for (const [factor, unit] of [
    [1, 'percent'],
    [0.01, 'a fraction'],
  ] as const) {
    const close = held.filter(({ pnl, percent: moved }) => {
      const expected = Math.abs(moved) * factor;
      return Math.abs(Math.abs(pnl) - expected) <= 0.02 * expected + 0.006 * factor;
    });
    if (close.length < MOST * held.length) continue;
    const message = `${path}: pnl is (exit_price / entry_price - 1) as ${unit} in ${close.length} of ${plural(held.length, 'trade')}: pnl must be in dollars (permafrost import turns percent into dollars with --equity)`;
    return [{ code: 'PERCENT_PNL', message }];
  }
  return [];
}

/**
 * Results are below the price moves by a steady amount, or a steady share of what was traded. Rounded prices would put as many above them,
 * so what is below in nearly all trades is a cost even where it is smaller than their rounding.
 */
function costNotes({ path }: TradeList, held: readonly Held[]): Note[] {
  const costs = held.map(({ pnl, move, notional, qty, rounding }) => ({ cost: move - pnl, rounding, notional, qty }));
  // Half a cent off each is rounding.
  const paid = costs.filter(({ cost }) => cost > 0.0051);
  const plain = costs.filter(({ cost, rounding }) => cost > rounding);
  if (paid.length < NEARLY_ALL * held.length || (paid.length < ENOUGH && plain.length < NEARLY_ALL * held.length))
    return [];
  const ways: readonly (readonly [(of: (typeof costs)[number]) => number, (value: number) => string])[] = [
    [({ cost }) => cost, (value) => `${value.toFixed(2)} a trade`],
    [({ cost, qty }) => cost / qty, (value) => `${amount(value)} a unit`],
    [({ cost, notional }) => cost / notional, (value) => `${percent(value)} of what was traded`],
  ];
  const [steadiest] = ways
    .map(([of, say]) => {
      const values = paid.map(of);
      const middle = median(values);
      return { middle, say, spread: median(values.map((value) => Math.abs(value - middle))) / middle };
    })
    .sort((x, y) => x.spread - y.spread);
  if (steadiest!.spread > 0.25) return [];
  const { middle, say } = steadiest!;
  const message = `${path}: pnl is less than the price move by about ${say(middle)}: it is net of costs; slippage and delays come on top`;
  return [{ code: 'NET_OF_COSTS', message }];
}
