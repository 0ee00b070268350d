import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';

import { isAtWork } from '../operations/run-state.ts';
import { status } from '../operations/status.ts';
import { runs } from './command.ts';
import { withRunFlags } from './run-flags.ts';
import { STATUS_EXIT, statusJson, statusLine, statusText } from './status-text.ts';

interface StatusFlags {
  readonly watch?: boolean;
  readonly scan?: boolean;
  readonly threads?: number;
}

const WATCH_MS = 2_000;

const EXAMPLES = `
States, and the exit code of each (--json: "state"):
  complete          0  every cell is complete
  part done         0  what was asked for is (a shard, some cells or steps)
  running           0  its process lives, and rows keep coming
  failed            1  permutations failed
  stopped           3  in order: Ctrl-C, a time limit, a full disk; resumable
  waiting for disk  4  run --disk-wait waits for space, then resumes by itself
  stalled           5  its process lives, or cannot be asked, and for a minute no
                       heartbeat came (one is due every 10 s), or for 10 minutes
                       no row or cell was finished (or for four times the
                       longest wait of this run, if that is more)
  dead              6  its process is gone without a closing record; resumable
2: there is no such run. The lock in the folder tells dead from stalled.

Examples:
  permafrost status runs/study          progress as last recorded
  permafrost status runs/study --scan   progress counted from the metrics files
  permafrost status runs/study --watch  refreshed until the run has ended`;

export function statusCommand(): Command {
  const command = new Command('status')
    .argument('<run>', 'output folder of a run')
    .option('--watch', 'refresh every two seconds until the run has ended; exits with the code of its final state')
    .option('--scan', 'count from the metrics files instead of the last progress report');
  withRunFlags(command, ['threads']).addHelpText('after', EXAMPLES);
  return runs<StatusFlags>(command, async ([run], { watch, scan, threads }, terminal) => {
    let found = await status(run!, { scan, threads });
    terminal.print(statusText(found));
    let watched = false;
    while (watch === true && isAtWork(found.state)) {
      await sleep(WATCH_MS);
      found = await status(run!, { scan, threads });
      watched = true;
      terminal.print(statusLine(found));
    }
    if (watched) terminal.print(statusText(found));
    terminal.result(statusJson(found));
    return STATUS_EXIT[found.state];
  });
}
