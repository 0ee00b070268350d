import { Command } from 'commander';

import { replay } from '../operations/replay.ts';
import { parameterText } from '../wording/fixed-parameters-text.ts';
import { printStack, runs, type StudyFileFlags, studyFiles, withStudyFiles } from './command.ts';
import { wholeNumber } from './option-values.ts';

interface ReplayFlags extends StudyFileFlags {
  readonly cell: string;
  readonly perm: number;
  readonly trace?: boolean;
}

const EXAMPLES = `
Examples:
  permafrost replay runs/study --cell c9f3a0bd4f0f85ad --perm 17           the row, its seed, whether it equals the stored one
  permafrost replay runs/study --cell p=0.5,flips=100 --perm 17            the cell with these parameters
  permafrost replay runs/study --cell c9f3a0bd4f0f85ad --perm 17 --trace   also what happened in it`;

export function replayCommand(): Command {
  const command = new Command('replay')
    .argument('<run>', 'output folder of a run')
    .requiredOption('--cell <cell>', 'cell id, or parameter values that no other cell has: p=0.5,flips=100')
    .requiredOption('--perm <n>', 'perm_index', wholeNumber('--perm', 0))
    .option('--trace', 'show what happened, step by step, if the model can tell')
    .addHelpText('after', EXAMPLES);
  return runs<ReplayFlags>(withStudyFiles(command), async ([run], { cell, perm, trace, debug, ...moved }, terminal) => {
    const replayed = await replay(run!, cell, perm, studyFiles(moved));
    const { cell_id, parameters, seed, row, stored, equal, failure, error, at } = replayed;
    const values = Object.entries(parameters).map(parameterText).join(', ');
    terminal.print(`cell ${cell_id}${values === '' ? '' : ` (${values})`}, permutation ${perm}, seed ${seed}`);
    if (trace === true)
      for (const line of (await replayed.trace()) ?? ['(this model has no trace)']) terminal.print(`  ${line}`);
    if (failure !== undefined) {
      const where =
        at === undefined ? '' : `\n  thrown at ${at}${debug === true ? '' : ' (--debug shows the whole stack)'}`;
      terminal.print(`failed: ${failure.error_class}: ${failure.message}${where}`);
      if (debug === true) printStack(error);
    }
    for (const [metric, value] of Object.entries(row ?? {})) terminal.print(`  ${metric.padEnd(24)} ${value}`);
    const summary = await replayed.summary();
    if (summary !== undefined) terminal.print(`\n${summary.text}\n`);
    terminal.print(
      stored === undefined
        ? 'no row is stored for it'
        : equal
          ? 'equal to the stored row, to the last bit'
          : `NOT equal to the stored row: ${JSON.stringify(stored)}`,
    );
    terminal.result({
      cell_id,
      perm_index: perm,
      seed,
      row: row ?? null,
      stored: stored ?? null,
      equal,
      ...(summary !== undefined && { summary: summary.data }),
      ...(failure !== undefined && { failure: { ...failure, at: at ?? null } }),
    });
    return stored !== undefined && !equal ? 1 : failure !== undefined ? 1 : 0;
  });
}
