import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';

import { formatCount, formatDuration } from '../wording/format-number.ts';
import { status, type RunStatus } from '../operations/status.ts';
import { runs } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface StatusFlags {
  readonly watch?: boolean;
  readonly scan?: boolean;
  readonly threads?: number;
}

const WATCH_MS = 2_000;

const EXAMPLES = `
Examples:
  permafrost status runs/study            how far it is, as the run last wrote it down
  permafrost status runs/study --scan     counted from the metrics files themselves
  permafrost status runs/study --watch    again every two seconds, until it is complete`;

export function statusCommand(): Command {
  const command = new Command('status')
    .description('how far a run is: cells, permutations, rate, time left, last heartbeat')
    .argument('<run>', 'output folder of a run')
    .option('--watch', 'again every two seconds until the run is complete')
    .option('--scan', 'count from the metrics files instead of the last progress report');
  withRunFlags(command, ['threads']).addHelpText('after', EXAMPLES);
  return runs<StatusFlags>(command, async ([run], { watch, scan, threads }, terminal) => {
    let found = await status(run!, { scan, threads });
    terminal.print(statusText(found));
    while (watch === true && !found.complete) {
      await sleep(WATCH_MS);
      found = await status(run!, { scan, threads });
      terminal.print(statusLine(found));
    }
    const { cells_total, cells_complete, permutations_done, permutations_total, complete, heartbeat } = found;
    terminal.result({
      run,
      cells_total,
      cells_complete,
      permutations_done,
      permutations_total,
      complete,
      heartbeat: heartbeat ?? null,
    });
    return 0;
  });
}

function statusText(status: RunStatus): string {
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [
    `${status.name} (${status.run})${status.complete ? ': complete' : ''}`,
    `  cells         ${count(status.cells_complete)} of ${count(status.cells_total)} complete`,
    `  permutations  ${count(status.permutations_done)} of ${status.at_most ? 'at most ' : ''}${count(status.permutations_total)}${status.scanned ? ', counted from the metrics files' : ''}`,
  ];
  if (status.heartbeat !== undefined) lines.push(`  heartbeat     ${heartbeatText(status)}`);
  return lines.join('\n');
}

function heartbeatText({ heartbeat, complete }: RunStatus): string {
  if (heartbeat === undefined) return 'none';
  const age_seconds = Math.max(0, (Date.now() - Date.parse(heartbeat.timestamp)) / 1000);
  const age = `${formatDuration(age_seconds)} ago`;
  if (complete) return age;
  const left = heartbeat.eta_seconds === null ? 'unknown' : formatDuration(heartbeat.eta_seconds);
  // A run writes a heartbeat every ten seconds: a minute of silence is no run.
  const stale = age_seconds > 60 ? '; no process seems to be running: the same run command resumes' : '';
  return `${age}, ${formatCount(heartbeat.sims_per_second)}/s, ${left} left, at cell ${heartbeat.current_cell_id ?? '-'}${stale}`;
}

function statusLine(status: RunStatus): string {
  const percent = status.permutations_total === 0 ? 100 : (100 * status.permutations_done) / status.permutations_total;
  return `${percent.toFixed(1)} %  ${formatCount(status.cells_complete)}/${formatCount(status.cells_total)} cells  ${heartbeatText(status)}`;
}
