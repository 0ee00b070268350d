import { disk } from '../files/disk.ts';
import { MOST_CELLS, reportedCells, type ReportedCells } from '../report/gather/reported-cells.ts';
import type { FirstFailure, StudyResult } from '../run/run-options.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { commandLine, pathHere } from '../wording/command-line.ts';
import { counted, formatDuration, inFull } from '../wording/format-number.ts';
import { fixedParametersText } from '../wording/fixed-parameters-text.ts';
import { cellTable, precisionText } from './cell-table.ts';
import { styled } from './style.ts';
import type { Page } from './table.ts';

/** How a run of one study ended, for a person: what was done, the cells that matter, where the files are, how to look at them. */
export function studyResultText(result: StudyResult, page: Page = {}): string {
  const surface = result.complete > 0 && result.stopped?.kind !== 'error' ? surfaceOf(result) : undefined;
  const parts = [outcome(result, page)];
  if (surface !== undefined) parts.push(...textsOf(surface, page));
  if (result.partial.cells > 0 && result.shared === 0) parts.push(partialText(result));
  parts.push(whereText(result, surface?.cells[0]?.cell_id));
  return parts.join('\n\n');
}

/**
 * What the complete cells of a run say, in paragraphs: what does not vary, the headline and the cells that matter, and how precise they are.
 * Nothing of a surface that is too large for that.
 */
export function surfaceTexts(
  run: { readonly output: string; readonly cells: number },
  page: Page = {},
): readonly string[] {
  const surface = surfaceOf(run);
  return surface === undefined ? [] : textsOf(surface, page);
}

function surfaceOf({ output, cells }: { readonly output: string; readonly cells: number }): ReportedCells | undefined {
  return cells > MOST_CELLS ? undefined : reportedCells(disk, output);
}

function textsOf({ cells, ranking, metrics, fixed }: ReportedCells, page: Page): readonly string[] {
  const texts = [
    fixed === undefined ? '' : fixedParametersText(fixed, page.width),
    cellTable(cells, ranking, metrics, page),
    precisionText(cells),
  ];
  return texts.filter((text) => text !== '');
}

/** Commands for what is left of a run, of all its studies together. */
export interface NextCommands {
  /** Computes what is missing; leaves out again what failed. */
  readonly resume: string;
  /** The same, and tries again what failed. */
  readonly retry: string;
}

/** What to type where something is left to do; empty where nothing is. */
export function nextText(results: readonly StudyResult[], { resume, retry }: NextCommands): string {
  const open = results.filter((result) => !isDone(result));
  const stopped = open.some((result) => result.stopped !== undefined);
  const failed = open.some((result) => result.n_failures > 0 || result.stopped === undefined);
  return [...(stopped ? [`resume    ${resume}`] : []), ...(failed ? [`retry     ${retry}`] : [])].join('\n');
}

function isDone({ complete, shared, cells, stopped }: StudyResult): boolean {
  return complete + shared === cells && stopped?.kind !== 'error';
}

function outcome(result: StudyResult, { color = false }: Page): string {
  const { cells, complete, permutations_computed, permutations_reused, permutations_total, seconds, stopped } = result;
  const done = permutations_computed + permutations_reused;
  const work =
    permutations_computed === 0
      ? `${complete === cells ? 'nothing was left to compute' : 'nothing was computed'} (${counted(done, 'permutation')} on disk)`
      : `${counted(permutations_computed, 'permutation')} computed in ${formatDuration(seconds)} (${inFull(Math.round(result.permutations_per_second))}/s${kernelText(result)})${permutations_reused > 0 ? `, ${inFull(permutations_reused)} reused` : ''}`;
  if (complete === cells && stopped?.kind !== 'error')
    return `${styled('green', 'Complete:', color)} ${inFull(cells)} of ${counted(cells, 'cell')}; ${work}.`;
  if (complete + result.shared === cells && stopped === undefined)
    return `This shard is done: ${counted(done, 'permutation')} on disk; ${work}. The cells are whole when all shards are merged.`;
  const where = `${inFull(complete)} of ${counted(cells, 'cell')} complete, ${inFull(done)} of ${result.at_most ? 'at most ' : ''}${counted(permutations_total, 'permutation')} on disk${unreadText(result)}; ${work}.`;
  return `${styled('yellow', stopText(result), color)} ${where}`;
}

/** Of a model that has kernels: which computed. */
function kernelText({ kernel }: StudyResult): string {
  if (kernel === undefined) return '';
  return `, ${kernel === 'wasm' ? 'WebAssembly' : 'TypeScript'} kernels`;
}

function unreadText({ unread, output }: StudyResult): string {
  if (unread === 0) return '';
  const cells = counted(unread, 'cell was not read and counts as it was', 'cells were not read and count as they were');
  return ` (${cells} last recorded; ${commandLine(['status', pathHere(output), '--scan'])} reads all)`;
}

/** How far the cells are that are not complete. */
function partialText({ cells, complete, partial, at_most }: StudyResult): string {
  const left = cells - complete - partial.cells;
  const lines = partial.first.map(
    ({ cell_id, n_done, n_target }) =>
      `  cell ${cell_id}  ${inFull(n_done)} of ${at_most ? 'at most ' : ''}${counted(n_target, 'permutation')}`,
  );
  const more = partial.cells > lines.length ? [`  and ${inFull(partial.cells - lines.length)} more`] : [];
  return [
    `${counted(partial.cells, 'cell has some of its', 'cells have some of their')} permutations${left > 0 ? `, ${inFull(left)} ${left === 1 ? 'has' : 'have'} none` : ''} (aggregated/progress.csv lists all):`,
    ...lines,
    ...more,
  ].join('\n');
}

function stopText(result: StudyResult): string {
  const { stopped, first_failure } = result;
  if (first_failure !== undefined) return failureText(result, first_failure);
  switch (stopped?.kind) {
    case 'aborted':
      return 'Interrupted:';
    case 'time':
      return `Stopped after ${formatDuration(stopped.seconds)} as asked:`;
    case 'error':
      return 'Stopped by the error above:';
    case 'failure':
    case undefined:
      return 'Not complete: earlier failures are not tried again without --retry-failed.';
  }
}

function failureText({ output, n_failures }: StudyResult, first: FirstFailure): string {
  const { cell_id, failure, at, of_prepare } = first;
  const { perm_index, seed, error_class, message } = failure;
  const words = ['replay', pathHere(output), '--cell', cell_id, '--perm', String(perm_index)];
  const thrown = `${error_class}: ${message}${at === undefined ? '' : `\n  thrown at ${at} (--debug shows the whole stack)`}`;
  const what = of_prepare
    ? `Cell ${cell_id} cannot be computed${n_failures === 1 ? '' : `, the first of ${counted(n_failures, 'failure')}`}: ${thrown}`
    : `${counted(n_failures, 'permutation')} failed; the first is ${perm_index} of cell ${cell_id} (seed ${seed}): ${thrown}`;
  const retried = of_prepare ? 'every run calls prepare() again' : 'tried again with --retry-failed';
  return `${what}\n  see it alone: ${commandLine(words)}\n  all of them: per_cell/*/failures.csv; ${retried}.\nNot complete:`;
}

/** `cell_id`: one of those whose rows a person may look at. */
function whereText(result: StudyResult, cell_id: string | undefined): string {
  const output = pathHere(result.output);
  if (result.complete === result.cells) {
    return [
      `rows      ${output}/per_cell/cell_<id>/`,
      `summary   ${pathHere(layoutOf(result.output).grid_summary)}`,
      `check     ${commandLine(['verify', output])}`,
      `report    ${commandLine(['report', output])}`,
      ...(cell_id === undefined
        ? []
        : [`one row   ${commandLine(['replay', output, '--cell', cell_id, '--perm', '0'])}`]),
    ].join('\n');
  }
  const look = `status    ${commandLine(['status', output])}`;
  // A template: the other parts are wherever they were computed.
  if (isDone(result))
    return [`merge     ${commandLine(['merge', output])} <other parts> --into <run>`, look].join('\n');
  if (result.partial.cells === 0) return look;
  return [look, `partial   ${commandLine(['summarize', output])}`].join('\n');
}
