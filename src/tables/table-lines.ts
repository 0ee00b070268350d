import { csvField } from '../encoding/csv-field.ts';
import type { Parameters } from '../model/model.ts';
import type { StatisticsText } from '../statistics/statistics-text.ts';
import { parameterTexts } from './grid-summary.ts';

/**
 * Characters of the lines of a table that are kept at most: so many that some 10,000 small cells are not read again, and hardly any for its short lines of
 * results, so few that memory does not grow with the cells.
 */
const MOST_CHARACTERS = 32 * 2 ** 20;

/** What a cell is in the tables of the end of a run, without the line breaks: in aggregated/grid_summary.csv and in results/final_results.csv. */
export type TableLine = Readonly<Record<TableOfRun, string>>;

export type TableOfRun = 'grid' | 'final';

/** A complete cell, as the tables have it. */
export interface CompleteCell {
  readonly cell_id: string;
  readonly parameters: Parameters;
  readonly n: number;
  readonly texts: Pick<StatisticsText, 'fields' | 'means'>;
}

/**
 * The lines of cells whose summaries were made, or read, in this process: the tables take them from here, as far as there is room, and read a summary only
 * where its line is not kept.
 */
export class TableLines {
  private readonly parameters: readonly string[];
  private readonly most: number;
  private readonly kept: Readonly<Record<TableOfRun, KeptLines>> = { grid: new KeptLines(), final: new KeptLines() };

  /** `parameters`: the names of the columns. */
  constructor(parameters: readonly string[], most = MOST_CHARACTERS) {
    this.parameters = parameters;
    this.most = most;
  }

  /** The lines of the cell at this place of the study; each kept where there is room. */
  add(index: number, { cell_id, parameters, n, texts }: CompleteCell): TableLine {
    const start = [csvField(cell_id), ...parameterTexts(parameters, this.parameters), String(n)].join(',');
    const line = { grid: `${start},${texts.fields}`, final: `${start},${texts.means}` };
    for (const table of ['grid', 'final'] as const) this.kept[table].keep(index, line[table], this.most);
    return line;
  }

  of(table: TableOfRun, index: number): string | undefined {
    return this.kept[table].by_index.get(index);
  }
}

class KeptLines {
  readonly by_index = new Map<number, string>();
  private characters = 0;

  /** Instead of an earlier one of this cell. */
  keep(index: number, line: string, most: number): void {
    this.characters += line.length - (this.by_index.get(index)?.length ?? 0);
    if (this.characters <= most) {
      this.by_index.set(index, line);
      return;
    }
    this.characters -= line.length;
    this.by_index.delete(index);
  }
}
