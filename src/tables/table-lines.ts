import { csvField } from '../encoding/csv-field.ts';
import type { Parameters } from '../model/model.ts';
import type { StatisticsText } from '../statistics/statistics-text.ts';
import { parameterTexts } from './grid-summary.ts';

/** Characters of lines that are kept at most: so many that some 10,000 small cells are not read again, so few that memory does not grow with the cells. */
const MOST_CHARACTERS = 32 * 2 ** 20;

/** What a cell is in the tables of the end of a run, without the line breaks. */
export interface TableLine {
  /** In aggregated/grid_summary.csv. */
  readonly grid: string;
  /** In results/final_results.csv. */
  readonly final: string;
}

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
  private readonly kept = new Map<number, TableLine>();
  private characters = 0;

  /** `parameters`: the names of the columns. */
  constructor(parameters: readonly string[], most = MOST_CHARACTERS) {
    this.parameters = parameters;
    this.most = most;
  }

  /** The line of the cell at this place of the study; kept where there is room. */
  add(index: number, { cell_id, parameters, n, texts }: CompleteCell): TableLine {
    const start = [csvField(cell_id), ...parameterTexts(parameters, this.parameters), String(n)].join(',');
    const line = { grid: `${start},${texts.fields}`, final: `${start},${texts.means}` };
    const characters = line.grid.length + line.final.length;
    if (this.characters + characters <= this.most) {
      this.characters += characters;
      this.kept.set(index, line);
    }
    return line;
  }

  of(index: number): TableLine | undefined {
    return this.kept.get(index);
  }
}
