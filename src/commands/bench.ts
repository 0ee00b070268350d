import { Command } from 'commander';

import { benchText } from '../terminal/bench-text.ts';
import { bench } from '../operations/bench.ts';
import { exitOf, isStopSignal } from '../run/stop.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { runs } from './command.ts';
import { positiveNumber, wholeNumber } from './option-values.ts';
import { givenOptions, withRunFlags } from './run-flags.ts';

interface BenchFlags extends Readonly<Record<string, unknown>> {
  readonly threads?: readonly number[];
  readonly chunk?: readonly number[];
  readonly rounds?: number;
  readonly seconds?: number;
}

/** Of the run that is measured; threads and chunks are varied. */
const OPTIONS_OF_RUN = ['output', 'format', 'settings', 'inputs', 'kernel'] as const;

const EXAMPLES = `
Measures in a temporary folder beside the study's output, which is not touched; nothing is left behind.

Examples:
  permafrost bench study.yaml                             all thread counts, four chunk sizes, about 20 s
  permafrost bench study.yaml --threads 2,8 --chunk 500,2000,8000
  permafrost bench study.yaml --rounds 9 --seconds 120    steadier numbers
  permafrost bench study.yaml --json`;

export function benchCommand(): Command {
  const command = new Command('bench')
    .argument('<study>', 'study file')
    .option('--threads <n,...>', 'thread counts (default: 1, 2, 4, ... up to one per core)', listOf('--threads'))
    .option('--chunk <n,...>', 'chunk sizes (default: those that take about 1, 4, 15, 60 ms)', listOf('--chunk'))
    .option('--rounds <n>', 'how often everything is measured (default: 5)', wholeNumber('--rounds', 1))
    .option(
      '--seconds <s>',
      'about how long the whole measurement may take (default: 20)',
      positiveNumber('--seconds'),
    );
  withRunFlags(command, OPTIONS_OF_RUN).addHelpText('after', EXAMPLES);
  return runs<BenchFlags>(command, async ([study], flags, terminal) => {
    const { threads, chunk: chunks, rounds, seconds } = flags;
    const controller = new AbortController();
    const { signal } = controller;
    // Measuring stops, and its files are removed.
    const release = abortOnSignals(controller, () => undefined);
    try {
      const found = await bench(study!, {
        ...givenOptions(flags, OPTIONS_OF_RUN),
        threads,
        chunks,
        rounds,
        seconds,
        signal,
        progress: (done, total) => {
          if (terminal.side.live) terminal.update(done === total ? '' : `measuring ${done} of ${total}`);
          else if (done === 1) terminal.say(`measuring ${total} times ...`);
        },
      });
      terminal.print(benchText(found, terminal.page));
      terminal.result(found);
      return 0;
    } catch (error) {
      if (!signal.aborted) throw error;
      terminal.say('Interrupted: no measurement was finished, and nothing is left behind.');
      return exitOf(isStopSignal(signal.reason) ? signal.reason : 'SIGINT');
    } finally {
      release();
    }
  });
}

/** An option's whole numbers above 0, separated by commas. */
function listOf(name: string): (text: string) => number[] {
  const read = wholeNumber(name, 1);
  return (text) => text.split(',').map((part) => read(part.trim()));
}
