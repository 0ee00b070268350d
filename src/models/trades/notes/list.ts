import type { Note } from '../../../model/model.ts';
import type { TradeList } from '../list/inputs.ts';
import { amount, plural } from './words.ts';

/** Fewer trades than this are hardly a sample. */
const FEW = 30;

/** What a person should know of a list as such, whatever is done with it. */
export function listNotes(list: TradeList): Note[] {
  return [...dateNotes(list), ...duplicateNotes(list), ...fewNotes(list), ...overlapNotes(list), ...sizeNotes(list)];
}

function dateNotes({ path, slash_dates }: TradeList): Note[] {
  if (slash_dates !== 'ambiguous') return [];
  const message = `${path}: no date has a day after the 12th, so nothing shows whether the day or the month comes first: they are read as MM/DD/YYYY`;
  return [{ code: 'AMBIGUOUS_DATES', message }];
}

/** Trades with the same entry and exit are often one trade exported twice. */
function duplicateNotes(list: TradeList): Note[] {
  const seen = new Set<string>();
  let repeated = 0;
  for (let i = 0; i < list.count; i++) {
    const { entry_time, exit_time, entry_price, exit_price, pnl, side, qty } = list;
    const key = [entry_time, exit_time, entry_price, exit_price, pnl, side, qty].map((values) => values[i]!).join();
    if (seen.has(key)) repeated++;
    seen.add(key);
  }
  if (repeated === 0) return [];
  const message = `${list.path}: ${plural(repeated, 'trade')} ${repeated === 1 ? 'is' : 'are'} equal to an earlier one in times, prices, qty and pnl: exported twice?`;
  return [{ code: 'DUPLICATES', message }];
}

function fewNotes({ path, count }: TradeList): Note[] {
  if (count >= FEW) return [];
  const message = `${path}: ${plural(count, 'trade')}: fewer than ${FEW} say little about a strategy, however many permutations are run`;
  return [{ code: 'FEW_TRADES', message }];
}

/** Positions that were open together are shuffled and drawn one by one. */
function overlapNotes({ path, count, entry_time, exit_time }: TradeList): Note[] {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => entry_time[a]! - entry_time[b]!);
  let open_until = -Infinity;
  let overlapping = 0;
  for (const i of order) {
    if (entry_time[i]! < open_until) overlapping++;
    open_until = Math.max(open_until, exit_time[i]!);
  }
  if (overlapping === 0) return [];
  const message = `${path}: ${overlapping} of ${plural(count, 'trade')} began while another was open: trades are shuffled and drawn one by one, so what they risked together is taken apart`;
  return [{ code: 'OVERLAPPING_TRADES', message }];
}

/** A size that goes with the account, as one that reinvests what it makes has it. */
function sizeNotes(list: TradeList): Note[] {
  const found = growingSize(list);
  if (found === undefined) return [];
  const like = found.fits ? `, as of one that began with about ${amount(found.account)}` : '';
  const message =
    `${list.path}: position size grows with the account${like}: a compounding account. Its late trades are large, and in dollars ` +
    'a large loss may meet a small account, which makes drawdowns far too deep: set sizing: equity';
  return [{ code: 'SIZE_GROWS', message }];
}

/** Trades from which on a size can be held against the account. */
const ENOUGH = 20;

interface Growth {
  /** What the account began with, by a straight line through sizes and results. */
  readonly account: number;
  /** The line fits nearly all. */
  readonly fits: boolean;
}

/** Whether the size of positions follows the results before them: a straight line through notional and sum of results. */
export function growingSize({ count, entry_price, qty, pnl }: TradeList): Growth | undefined {
  if (count < ENOUGH || qty.every((value) => value === qty[0])) return undefined;
  const size = entry_price.map((price, i) => Math.abs(price) * qty[i]!);
  const made = new Float64Array(count);
  for (let i = 1; i < count; i++) made[i] = made[i - 1]! + pnl[i - 1]!;
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / count;
  const [mean_size, mean_made] = [mean(size), mean(made)];
  let [both, of_made, of_size] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    both += (size[i]! - mean_size) * (made[i]! - mean_made);
    of_made += (made[i]! - mean_made) * (made[i]! - mean_made);
    of_size += (size[i]! - mean_size) * (size[i]! - mean_size);
  }
  if (both <= 0 || of_size === 0) return undefined;
  const explained = (both * both) / (of_made * of_size);
  const share = both / of_made;
  const account = mean_size / share - mean_made;
  // The size must have changed by as much as the account did, and that must be much: less where the line leaves no doubt.
  const range = made.reduce((a, b) => Math.max(a, b), 0) - made.reduce((a, b) => Math.min(a, b), 0);
  const fits = explained >= 0.9;
  if (explained < 0.6 || account <= 0 || range < (fits ? 0.1 : 0.25) * account) return undefined;
  return { account, fits };
}
