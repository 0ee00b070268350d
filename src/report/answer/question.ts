import { formatCount } from '../../wording/format-number.ts';
import { axesOf } from '../marks/axes.ts';
import type { ReportData } from '../marks/report-data.ts';
import { leadMetric } from './key-metrics.ts';
import { labelOf } from './words.ts';

/** What was asked, in a sentence. */
export function questionOf(data: ReportData): string {
  const { cells, cells_total, model, metrics, permutations } = data;
  const axes = axesOf(cells);
  const metric = leadMetric(data);
  const what = metric === undefined ? 'what comes out' : `the ${labelOf(metric, metrics[metric])}`;
  const over = axes.map(({ name, levels }) => `${name} (${levelsWords(levels)})`);
  const where =
    axes.length === 0
      ? 'at one setting'
      : `as ${over.length > 1 ? `${over.slice(0, -1).join(', ')} and ${over.at(-1)!}` : over[0]!} ${axes.length === 1 ? 'changes' : 'change'}`;
  const n = cells.some((cell) => cell.n !== permutations)
    ? `up to ${formatCount(permutations)}`
    : formatCount(permutations);
  return `Asked of the model ${model}: ${what} ${where}. ${cells_total === 1 ? 'One cell' : `${formatCount(cells_total)} cells`}, ${n} permutation${permutations === 1 ? '' : 's'}${cells_total === 1 ? '' : ' each'}.`;
}

function levelsWords(levels: readonly string[]): string {
  const active = levels.filter((level) => level !== '-');
  const numeric = active.every((level) => level !== '' && Number.isFinite(Number(level)));
  if (numeric && active.length > 2) return `${active[0]!} to ${active.at(-1)!}`;
  return active.length <= 4 ? active.join(', ') : `${active.length} kinds`;
}
