import { Command } from 'commander';

import { merge, type MergeResult } from '../operations/merge.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { runs, type StudyFileFlags, studyFiles, withTrust } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface MergeFlags extends StudyFileFlags {
  readonly into: string;
  readonly threads?: number;
}

/** Conflicts listed in the text; --json has them all. */
const LISTED = 20;

const EXAMPLES = `
Examples:
  permafrost merge runs/part1 runs/part2 --into runs/study    shards (run --shard 1/2, 2/2)
  permafrost merge /backup/study --into runs/study            rows that only the copy has

The sources are only read. Parts may be merged in any order, and missing ones later. Exit code 1 where two sources
hold one permutation with different values (the first stays, the other is set aside under quarantine/), 2 for another experiment.`;

export function mergeCommand(): Command {
  const command = new Command('merge')
    .argument('<from...>', 'output folders of runs')
    .requiredOption('--into <run>', 'where the union goes: a new folder, or a run of the same experiment');
  withRunFlags(withTrust(command), ['threads']).addHelpText('after', EXAMPLES);
  return runs<MergeFlags>(command, async (from, { into, threads, ...moved }, terminal) => {
    const result = await merge(from, into, { threads, ...studyFiles(moved) });
    terminal.print(mergeText(result));
    terminal.result(result);
    return result.conflicts.length > 0 ? 1 : 0;
  });
}

function mergeText({
  output,
  files,
  cells,
  complete,
  rows,
  conflicts,
  not_compared,
  without_summaries,
}: MergeResult): string {
  const lines = [
    `${output}: ${counted(rows, 'row')}, ${inFull(complete)} of ${counted(cells, 'cell')} complete, ${counted(files.length, 'file')} written`,
  ];
  for (const { cell_id, perm_index, source } of conflicts.slice(0, LISTED))
    lines.push(`  cell ${cell_id}, permutation ${perm_index}: ${source} has different values, which were set aside`);
  if (conflicts.length > 0) {
    lines.push(
      `${counted(conflicts.length, 'permutation differs', 'permutations differ')} between the sources: determinism was broken. The first row of each stays, the other is`,
      'under quarantine/; verify fails for as long as that record exists.',
    );
  }
  if (conflicts.length > LISTED) lines.push(`  and ${inFull(conflicts.length - LISTED)} more (--json lists all)`);
  if (not_compared !== undefined) lines.push(not_compared);
  if (complete < cells) lines.push('Merge the other parts, or let the run command compute what is missing.');
  if (without_summaries !== undefined)
    lines.push(`The rows are merged, but no summaries were made: the study cannot be used (${without_summaries}).`);
  return lines.join('\n');
}
