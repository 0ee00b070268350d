import { Command } from 'commander';

import { serve, type Served } from '../operations/serve.ts';
import { exitOf, isStopSignal } from '../run/stop.ts';
import { pathHere } from '../wording/command-line.ts';
import { counted } from '../wording/format-number.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { runs } from './command.ts';
import { wholeNumber } from './option-values.ts';

const EXAMPLES = `
It reads the files of the runs and nothing else: it takes no lock, writes nothing, loads no
model, and reads nothing while no page is open. Runs may start, die and resume meanwhile.

Without a token only this machine reaches it. From another one, safest by ssh:
  ssh -L 8470:localhost:8470 lab1        then open http://localhost:8470/ here

Examples:
  permafrost serve                                   the runs below runs, or below this folder
  permafrost serve runs/study                        one run
  permafrost serve /data/runs /scratch/me --port 9000
  permafrost serve runs --host 0.0.0.0               all of this machine's addresses; prints a token
  permafrost serve runs --host 0.0.0.0 --token file:/etc/permafrost/token`;

interface ServeFlags {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .argument('[run-or-folder...]', 'runs, or folders that hold runs (default: runs, or this folder)')
    .option('--port <n>', 'the port to listen on; 0 for any that is free (default: 8470)', wholeNumber('--port', 0))
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1, which only this machine reaches)')
    .option(
      '--token <token>',
      'asked for from everybody: itself, env:NAME, or file:PATH (default: none on 127.0.0.1, elsewhere a new one)',
    )
    .addHelpText('after', EXAMPLES);
  return runs<ServeFlags>(command, async (folders, { port, host, token }, terminal) => {
    const controller = new AbortController();
    const release = abortOnSignals(controller, () => undefined);
    try {
      const served = await serve(folders, { port, host, token, signal: controller.signal });
      terminal.print(servedText(served, token !== undefined));
      terminal.result({ url: served.url, token: served.token ?? null, folders: served.folders, runs: served.runs });
      await served.closed;
    } finally {
      release();
    }
    const reason: unknown = controller.signal.reason;
    return isStopSignal(reason) ? exitOf(reason) : 0;
  });
}

function servedText({ url, token, folders, runs }: Served, given: boolean): string {
  const open = token === undefined ? url : `${url}?token=${given ? 'TOKEN' : token}`;
  return [
    open,
    `  ${counted(runs, 'run')} below ${folders.map(pathHere).join(', ')}; more are found as they come`,
    ...(token === undefined
      ? []
      : [
          given
            ? '  TOKEN is the one that you gave; a browser needs it once'
            : '  a browser needs the token once; the next start makes another one (--token keeps one)',
          '  What is sent can be read on the way: use it in a network that you trust, or by ssh.',
        ]),
    '  Ctrl-C ends it.',
  ].join('\n');
}
