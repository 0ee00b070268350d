import type { Note, StudyFacts } from '../../../model/model.ts';
import type { TradeInputs, TradeList } from '../list/inputs.ts';
import type { TradeParameters } from '../cell/parameters.ts';
import { columnNotes } from './columns.ts';
import { listNotes } from './list.ts';
import { priceMoveNotes } from './price-moves.ts';
import { settingsNotes } from './settings.ts';
import { UsedSettings } from './used-settings.ts';

/** What a person should know of a trade list before trusting anything that is made of it. */
export function tradeListNotes(list: TradeList, point_values: Iterable<number> = [1]): Note[] {
  return [
    ...columnNotes(list.path, list.header),
    ...[...new Set(point_values)].flatMap((point_value) => priceMoveNotes(list, point_value)),
    ...listNotes(list),
  ];
}

/** The same for a study: the list, with what its cells make of it. */
export function tradeNotes(inputs: TradeInputs, cells: Iterable<TradeParameters>, { streams }: StudyFacts): Note[] {
  const used = UsedSettings.of(cells);
  const of_list = tradeListNotes(inputs.trades, used.point_values);
  return [
    // Who sizes by the account already knows.
    ...of_list.filter(({ code }) => code !== 'SIZE_GROWS' || used.in_dollars),
    ...settingsNotes(inputs, used, streams),
  ];
}
