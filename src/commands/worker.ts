import { Command } from 'commander';

import { work } from '../operations/work.ts';
import { exitOf, isStopSignal } from '../run/stop.ts';
import type { WorkerCounts, WorkerEvent } from '../queue/chunk-worker.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../wording/format-number.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { runs } from './command.ts';
import { positiveNumber } from './option-values.ts';
import { withRunFlags } from './run-flags.ts';

const EXAMPLES = `
The manager is permafrost run <study> --queue, the only one that writes.
Workers may come and go, die or hang: what they had in hand is computed by
others. Versions of permafrost and of Node.js (its major one) must be those
of the manager.

Examples:
  export PERMAFROST_QUEUE=redis://:password@lab:6379
  permafrost worker                                  the URL from PERMAFROST_QUEUE
  permafrost worker --queue file:/etc/permafrost/queue --threads 8
  permafrost worker --allow-models                   also for models of users' own, and their
                                                     programs: code of others runs here
  permafrost worker --max-idle 60                    ends after a minute without work`;

interface WorkerFlags {
  readonly queue?: string;
  readonly namespace?: string;
  readonly threads?: number;
  readonly allowModels?: boolean;
  readonly spool?: string;
  readonly spoolMb?: number;
  readonly cache?: string;
  readonly cacheMb?: number;
  readonly maxIdle?: number;
}

export function workerCommand(): Command {
  const command = new Command('worker');
  withRunFlags(command, ['queue', 'namespace', 'threads'])
    .option(
      '--allow-models',
      "run models of users' own here: code that comes by the queue (default: built-in ones only)",
    )
    .option('--spool <dir>', 'where results are kept while the queue is away (default: permafrost-spool)')
    .option('--spool-mb <mb>', 'the most that it holds (default: 1024)', positiveNumber('--spool-mb'))
    .option(
      '--cache <dir>',
      'where models and inputs are kept that came once (default: the cache folder of the system)',
    )
    .option('--cache-mb <mb>', 'the most that it holds (default: 1024)', positiveNumber('--cache-mb'))
    .option('--max-idle <s>', 'end after so long without work (default: never)', positiveNumber('--max-idle'))
    .addHelpText('after', EXAMPLES);
  return runs<WorkerFlags>(command, async (_args, flags, terminal) => {
    const controller = new AbortController();
    const release = abortOnSignals(controller, () => {
      terminal.say('Stopping: what is in hand is ended or given back. Once more stops at once.');
    });
    try {
      const { allowModels, spoolMb, cacheMb, maxIdle, queue, namespace, threads, spool, cache } = flags;
      const counts = await work({
        queue,
        namespace,
        threads,
        spool,
        cache,
        allow_models: allowModels,
        spool_mb: spoolMb,
        cache_mb: cacheMb,
        max_idle_seconds: maxIdle,
        signal: controller.signal,
        onEvent: onEvent(terminal),
      });
      terminal.print(countsText(counts));
      terminal.result(counts);
    } finally {
      release();
    }
    const reason: unknown = controller.signal.reason;
    return isStopSignal(reason) ? exitOf(reason) : 0;
  });
}

function onEvent(terminal: Terminal): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'waiting':
        terminal.say('Waiting for a run. Ctrl-C ends this worker.');
        return;
      case 'computing':
        terminal.say(`Computing for the manager on ${event.manager}.`);
        return;
      case 'warning':
        terminal.say(event.message);
        return;
      case 'progress':
        terminal.update(countsText(event));
    }
  };
}

function countsText({ chunks, permutations, spooled, spooled_bytes }: WorkerCounts): string {
  const done = `${counted(chunks, 'chunk')} computed, ${counted(permutations, 'permutation')}`;
  if (spooled === 0) return done;
  return `${done}; ${counted(spooled, 'result')} in the spool, ${Math.ceil(spooled_bytes / 1e6)} MB`;
}
