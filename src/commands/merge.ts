import { Command } from 'commander';

import { merge, type MergeResult } from '../operations/merge.ts';
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
  permafrost merge /backup/study --into runs/study            what a copy has and this run has not

The sources are only read. Merge what is there, merge the rest later: the order does not matter. Exit code 1 where two sources
hold one permutation with different values (the first stays, the other is set aside under quarantine/), 2 for another experiment.`;

export function mergeCommand(): Command {
  const command = new Command('merge')
    .description('bring the rows of shards and copies of one experiment together')
    .argument('<from...>', 'output folders of runs')
    .requiredOption('--into <run>', 'where the union lives: a new folder, or a run of the same experiment');
  withRunFlags(withTrust(command), ['threads']).addHelpText('after', EXAMPLES);
  return runs<MergeFlags>(command, async (from, { into, threads, ...moved }, terminal) => {
    const result = await merge(from, into, { threads, ...studyFiles(moved) });
    terminal.say(mergeText(result));
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
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [
    `${output}: ${count(rows)} rows, ${count(complete)} of ${count(cells)} cells complete, ${count(files.length)} files written`,
  ];
  for (const { cell_id, perm_index, source } of conflicts.slice(0, LISTED))
    lines.push(`  cell ${cell_id}, permutation ${perm_index}: ${source} has other values; they were set aside`);
  if (conflicts.length > 0) {
    lines.push(
      `${count(conflicts.length)} permutations differ between the sources: determinism was broken. The first row of each stays, the other is`,
      'under quarantine/; verify fails as long as that record stands.',
    );
  }
  if (conflicts.length > LISTED) lines.push(`  and ${count(conflicts.length - LISTED)} more (--json lists all)`);
  if (not_compared !== undefined) lines.push(not_compared);
  if (complete < cells) lines.push('Merge the other parts, or let the run command compute what is missing.');
  if (without_summaries !== undefined)
    lines.push(`No summaries were made, the study cannot be used (${without_summaries}). Rows are merged.`);
  return lines.join('\n');
}
