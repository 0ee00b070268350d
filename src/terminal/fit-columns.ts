import { widthOf } from './fold.ts';
import { GAP } from './table.ts';

/** A column with the texts of its rows. */
export interface TextColumn {
  readonly title: string;
  readonly texts: readonly string[];
}

/** What a table of cells shows in the width that there is. */
export interface FittedColumns {
  readonly columns: readonly TextColumn[];
  /** Titles of results that do not fit. */
  readonly hidden: readonly string[];
  /** Whether the parameters are columns; else they need lines of their own. */
  readonly parameters_in_columns: boolean;
}

/**
 * Chooses columns for a width. Results come first, then the parameters that vary, then the id of the cell. The first result is always there; then the
 * parameters have their place, all of them or none; then further results in their order, as far as they fit; then the id.
 */
export function fitColumns(
  results: readonly TextColumn[],
  parameters: readonly TextColumn[],
  id: TextColumn,
  width: number,
): FittedColumns {
  let room = width;
  const take = (columns: readonly TextColumn[]): boolean => {
    const needed = columns.reduce((sum, column) => sum + naturalWidth(column) + GAP.length, 0);
    // Every column but the first has a gap before it.
    if (needed - GAP.length > room) return false;
    room -= needed;
    return true;
  };
  const [first, ...others] = results;
  const lead = first === undefined ? [] : [first];
  take(lead);
  const parameters_in_columns = take(parameters);
  // Where a line of parameters follows each row, the id adds nothing.
  const id_first = !parameters_in_columns && take([id]);
  const more = others.filter((column) => take([column]));
  const id_shown = id_first || take([id]);
  const columns = [...lead, ...more, ...(parameters_in_columns ? parameters : []), ...(id_shown ? [id] : [])];
  const hidden = others.filter((column) => !more.includes(column));
  return { columns, hidden: hidden.map(({ title }) => title), parameters_in_columns };
}

function naturalWidth({ title, texts }: TextColumn): number {
  return Math.max(widthOf(title), ...texts.map(widthOf));
}
