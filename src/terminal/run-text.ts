import { relative, resolve } from 'node:path';

import { disk } from '../files/disk.ts';
import { formatDuration } from '../wording/format-number.ts';
import { cellTable, precisionText } from './best-cells.ts';
import { MOST_CELLS, reportedCells } from '../report/gather/reported-cells.ts';
import type { FirstFailure, StudyResult } from '../run/run-options.ts';
import { layoutOf } from '../store/scan/layout.ts';

/**
 * How a run ended, for a person: what was done, the cells that matter, where the files are, what to type next.
 * `given`: options that decide what is run, and where: to be said again.
 */
export function studyResultText(result: StudyResult, given: Given = {}): string {
  const parts = [outcome(result)];
  if (result.complete > 0 && result.cells <= MOST_CELLS && result.stopped?.kind !== 'error') {
    const { cells, ranking, spec } = reportedCells(disk, result.output);
    parts.push(cellTable(cells, ranking, spec, process.stderr.isTTY ? process.stderr.columns : undefined));
    const precision = precisionText(cells);
    if (precision !== '') parts.push(precision);
  }
  if (result.partial.cells > 0 && result.shared === 0) parts.push(partialText(result));
  parts.push(whereAndNext(result, given));
  return parts.join('\n\n');
}

interface Given {
  readonly set?: readonly string[];
  readonly input?: Readonly<Record<string, string>>;
  readonly output?: string;
}

function sayAgain({ output, set = [], input = {} }: Given): string {
  const options = [
    ...(output === undefined ? [] : ['--output', shown(resolve(output))]),
    ...set.flatMap((text) => ['--set', text]),
    ...Object.entries(input).flatMap(([name, path]) => ['--input', `${name}=${path}`]),
  ];
  return options
    .map((word) => ` ${/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`}`)
    .join('');
}

function outcome(result: StudyResult): string {
  const { cells, complete, permutations_computed, permutations_reused, permutations_total, seconds, stopped } = result;
  const done = permutations_computed + permutations_reused;
  const count = (n: number): string => n.toLocaleString('en');
  const work =
    permutations_computed === 0
      ? `${complete === cells ? 'nothing was left to compute' : 'nothing was computed'} (${count(done)} permutations are there)`
      : `${count(permutations_computed)} permutations computed in ${formatDuration(seconds)} (${count(Math.round(result.permutations_per_second))}/s, ${result.kernel === 'wasm' ? 'WebAssembly' : 'TypeScript'} kernels)${permutations_reused > 0 ? `, ${count(permutations_reused)} were there` : ''}`;
  if (complete === cells && stopped?.kind !== 'error')
    return `Complete: ${count(cells)} of ${count(cells)} cells; ${work}.`;
  if (complete + result.shared === cells && stopped === undefined)
    return `This share is done: ${count(done)} permutations on disk; ${work}. The cells are whole when all shares are merged.`;
  const where = `${count(complete)} of ${count(cells)} cells complete, ${count(done)} of ${result.at_most ? 'at most ' : ''}${count(permutations_total)} permutations on disk; ${work}.`;
  return `${stopText(result)} ${where}`;
}

/** How far the cells are that are not complete. */
function partialText({ cells, complete, partial, at_most }: StudyResult): string {
  const count = (n: number): string => n.toLocaleString('en');
  const left = cells - complete - partial.cells;
  const lines = partial.first.map(
    ({ cell_id, n_done, n_target }) =>
      `  cell ${cell_id}  ${count(n_done)} of ${at_most ? 'at most ' : ''}${count(n_target)} permutations`,
  );
  const more = partial.cells > lines.length ? [`  and ${count(partial.cells - lines.length)} more`] : [];
  return [
    `${count(partial.cells)} ${partial.cells === 1 ? 'cell has a part of its' : 'cells have a part of their'} permutations${left > 0 ? `, ${count(left)} have none` : ''} (aggregated/progress.csv has all):`,
    ...lines,
    ...more,
  ].join('\n');
}

function stopText(result: StudyResult): string {
  const { stopped, first_failure } = result;
  if (first_failure !== undefined) return failureText(result, first_failure);
  switch (stopped?.kind) {
    case 'interrupted':
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
  const again = `permafrost replay ${shown(output)} --cell ${cell_id} --perm ${perm_index}`;
  const thrown = `${error_class}: ${message}${at === undefined ? '' : `\n  thrown at ${at} (--debug shows the whole stack)`}`;
  const what = of_prepare
    ? `Cell ${cell_id} cannot be computed: ${thrown}`
    : `${n_failures === 1 ? 'A permutation' : `${n_failures} permutations`} failed; the first is ${perm_index} of cell ${cell_id} (seed ${seed}): ${thrown}`;
  const retried = of_prepare ? 'every run calls prepare() again' : 'tried again with --retry-failed';
  return `${what}\n  see it alone: ${again}\n  all of them: per_cell/*/failures.csv; ${retried}.\nNot complete:`;
}

function whereAndNext(result: StudyResult, given: Given): string {
  const layout = layoutOf(result.output);
  const output = shown(result.output);
  const lines =
    result.complete === result.cells
      ? [
          `rows      ${output}/per_cell/cell_<id>/`,
          `summary   ${shown(layout.grid_summary)}`,
          `check     permafrost verify ${output}`,
        ]
      : result.complete + result.shared === result.cells
        ? [`merge     permafrost merge ${output} … --into <run>`, `look      permafrost status ${output}`]
        : [
            `go on     permafrost run ${shown(result.study_file)}${sayAgain(given)}`,
            `look      permafrost status ${output}`,
            ...(result.partial.cells > 0
              ? [`so far    permafrost summarize ${output}   (statistics of what is there, with n)`]
              : []),
          ];
  return lines.join('\n');
}

/** A path as a person would type it here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' ? '.' : near.startsWith('..') ? path : near;
}
