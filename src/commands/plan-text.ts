import type { ParameterValue } from '../model/model.ts';
import type { RunPlan, StudyPlan } from '../operations/plan.ts';
import type { RunOptions } from '../run/run-options.ts';
import { describeRanges } from '../study/permutation-range.ts';
import { fitColumns, type TextColumn } from '../terminal/fit-columns.ts';
import { formatTable, type Page } from '../terminal/table.ts';
import { fixedParametersText } from '../wording/fixed-parameters-text.ts';
import { counted, formatBytes, formatDuration, inFull } from '../wording/format-number.ts';
import { overlapText } from './seeds.ts';

const INDENT = '  ';
/** Of several ranges of permutations as many characters are shown. */
const RANGES = 30;

/** What `run` would do for one output, for a person. */
export function planText(plan: StudyPlan, { shard }: Pick<RunOptions, 'shard'>, page: Page = {}): string {
  const { cells, permutations_total, permutations_done, permutations_missing, permutations_computed } = plan;
  const { overlap, forecast, grid_points, cells_folded } = plan;
  const at_most = plan.at_most ? 'at most ' : '';
  const complete = cells.filter(({ n_done, n_target }) => n_done === n_target).length;
  const part = shard === undefined ? '' : `, shard ${shard.index} of ${shard.of}`;
  const lines = [
    `${plan.name}: model ${plan.model}, ${counted(cells.length, 'cell')} x ${plan.precision.length > 0 ? 'at most ' : ''}${counted(plan.permutations, 'permutation')}${part}`,
    `  output    ${plan.output}`,
    cells_folded > 0
      ? `  folded    ${counted(grid_points, 'grid point')}; ${inFull(cells_folded)} differ only in parameters that are inactive there and are folded`
      : undefined,
    `  done      ${inFull(permutations_done)} of ${at_most}${counted(permutations_total, 'permutation')}${shard === undefined ? '' : ' of the shard'}, ${inFull(complete)} of ${counted(cells.length, 'cell')} complete${shard === undefined ? '' : ' in it'}`,
    plan.permutations_failed > 0
      ? `  failed    ${counted(plan.permutations_failed, 'permutation')} failed before; only --retry-failed tries them again`
      : undefined,
    `  missing   ${at_most}${counted(permutations_missing, 'permutation')}${permutations_computed < permutations_missing ? `, ${inFull(permutations_computed)} of them computed for this output, the others copied or shared` : ''}`,
    forecast === undefined
      ? '  nothing to compute'
      : `  forecast  ${plan.at_most ? 'at most ' : ''}about ${formatDuration(forecast.seconds)} on ${counted(forecast.threads, 'thread')}, ${formatBytes(forecast.bytes)} of disk (measured just now)`,
    ...plan.waiting.map(
      ({ step, parameter, from }) =>
        `  ${step} waits for ${from}, which decides its ${parameter}: its cells are not counted yet`,
    ),
    overlapText(overlap) === '' ? undefined : `  seeds     ${overlapText(overlap)}`,
    indented(fixedParametersText(plan.fixed, (page.width ?? 80) - INDENT.length)),
    indented(openCellsText(plan, page)),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

/** The first cells with something missing, and how many more there are. */
function openCellsText(plan: StudyPlan, { width = Infinity, color = false }: Page): string {
  const { cells, first_open } = plan;
  const open = cells.filter(({ missing }) => missing.length > 0);
  if (first_open.length === 0) return '';
  const rangesOf = new Map(open.map(({ cell_id, missing }) => [cell_id, describeRanges(missing, 3)]));
  const missing = first_open.map(({ cell_id }) => short(rangesOf.get(cell_id)!));
  const names = [...new Set(first_open.flatMap(({ parameters }) => Object.keys(parameters)))];
  const parameters = names.map((name): TextColumn => ({
    title: name,
    texts: first_open.map((cell) => valueText(cell.parameters[name])),
  }));
  const id: TextColumn = { title: 'cell', texts: first_open.map(({ cell_id }) => cell_id) };
  const alike = new Set(missing).size === 1;
  const results = alike ? [] : [{ title: 'missing', texts: missing }];
  const room = width - INDENT.length;
  const fitted = fitColumns(results, parameters, id, room);
  // Where not even the parameters fit, their texts are cut.
  const columns = fitted.parameters_in_columns ? fitted.columns : [...results, ...parameters];
  const table = formatTable(
    columns.map(({ title }) => title),
    first_open.map((_, r) => columns.map(({ texts }) => texts[r]!)),
    { width: room, color },
  );
  const more = open.length - first_open.length;
  const which =
    more > 0 ? `the first ${first_open.length} of ${counted(open.length, 'cell')}` : counted(open.length, 'cell');
  return [
    `cells     ${which} with missing permutations${alike ? ` (${missing[0]!})` : ''}:`,
    table.trimEnd(),
    ...(more > 0 ? [`and ${counted(more, 'more cell')} (--json lists all)`] : []),
  ].join('\n');
}

function short(text: string): string {
  return text.length <= RANGES ? text : `${text.slice(0, RANGES - 1)}…`;
}

function valueText(value: ParameterValue | undefined): string {
  if (value === undefined) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function indented(text: string): string | undefined {
  return text === '' ? undefined : text.replaceAll(/^/gm, INDENT);
}

/** What several studies come to together. */
export function togetherText(plan: RunPlan): string {
  const reached = plan.studies.reduce((sum, study) => sum + study.permutations_missing, 0);
  return `together: ${counted(plan.cells, 'distinct experiment')}, ${inFull(plan.cells_shared)} of them in more than one study; ${counted(plan.permutations_missing, 'permutation')} to compute, ${counted(reached - plan.permutations_missing, 'row')} to copy or share`;
}
