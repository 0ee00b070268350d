import { Command } from 'commander';

import { submit, type Submitted } from '../operations/submit.ts';
import { counted } from '../wording/format-number.ts';
import { runs, studyFiles, withTrust, type StudyFileFlags } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface SubmitFlags extends StudyFileFlags {
  readonly queue?: string;
  readonly namespace?: string;
  readonly into?: string;
  readonly threads?: number;
}

const EXAMPLES = `
A worker sends what it kept by itself when the queue is back; this is for a worker that is gone.
What was sent or merged goes from the spool; the same again changes nothing. Exit code 1 where
some results stay in the spool (damaged, or of another run), each with its reason.

Examples:
  permafrost submit permafrost-spool/default --queue       to the queue in PERMAFROST_QUEUE
  permafrost submit /mnt/usb/spool --into runs/study       straight into the run: no queue needed`;

export function submitCommand(): Command {
  const command = new Command('submit')
    .argument('<spool>', 'the folder that the worker kept them in')
    .option('--into <run>', 'the run that they are of');
  withRunFlags(withTrust(command), ['queue', 'namespace', 'threads']).addHelpText('after', EXAMPLES);
  return runs<SubmitFlags>(command, async ([spool], { queue, namespace, into, threads, ...moved }, terminal) => {
    const done = await submit(spool!, { queue, namespace, into, threads, ...studyFiles(moved) });
    terminal.print(submittedText(done));
    terminal.result(done);
    return done.left.length > 0 || (done.merged?.conflicts.length ?? 0) > 0 ? 1 : 0;
  });
}

function submittedText({ spool, submitted, left, merged }: Submitted): string {
  const where = merged === undefined ? 'sent' : `merged into ${merged.output}`;
  const lines = [`${counted(submitted, 'result')} from ${spool} ${submitted === 0 ? 'sent' : where}`];
  for (const { file, why } of left) lines.push(`  ${file} stays: ${why}`);
  const conflicts = merged?.conflicts.length ?? 0;
  if (conflicts > 0)
    lines.push(
      `${counted(conflicts, 'permutation')} had other values than those of the run, which stay; the others are under quarantine/`,
    );
  return lines.join('\n');
}
