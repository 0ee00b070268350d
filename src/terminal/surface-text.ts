import type { ReportedCells } from '../report/gather/reported-cells.ts';
import { fixedParametersText } from '../wording/fixed-parameters-text.ts';
import { cellTable, precisionText } from './best-cells.ts';

/** What the complete cells of a run say, in paragraphs: the headline and the cells that matter, what does not vary, and how precise they are. */
export function surfaceTexts({ cells, ranking, metrics, fixed }: ReportedCells): string[] {
  const width = process.stderr.isTTY ? process.stderr.columns : undefined;
  const texts = [
    cellTable(cells, ranking, metrics, width),
    fixed === undefined ? '' : fixedParametersText(fixed, width),
    precisionText(cells),
  ];
  return texts.filter((text) => text !== '');
}
