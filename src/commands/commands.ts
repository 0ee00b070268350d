import type { Command } from 'commander';

/** A command as `--help` lists it. */
export interface Listed {
  readonly description: string;
  /** Its arguments, as `--help` has them. */
  readonly takes: string;
  /** All of it, with its options: only for whoever asks for this command. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of `--help`; none is loaded to be listed. */
export const COMMANDS: Readonly<Record<string, Listed>> = {
  run: {
    description: 'plan, run or resume a study, and summarise it',
    takes: '<study...>',
    load: async () => (await import('./run.ts')).runCommand(),
  },
  plan: {
    description: 'show what run would do with the same options, and why: cells, missing rows, time and disk space',
    takes: '<study...>',
    load: async () => (await import('./plan.ts')).planCommand(),
  },
  status: {
    description: 'show what a run is doing and how far it is: cells, permutations, rate, time left, last heartbeat',
    takes: '<run>',
    load: async () => (await import('./status.ts')).statusCommand(),
  },
  verify: {
    description: 'check everything that a run has on disk; changes nothing unless --repair is given',
    takes: '<run>',
    load: async () => (await import('./verify.ts')).verifyCommand(),
  },
  replay: {
    description: 'compute one permutation alone and compare it with the stored row',
    takes: '<run>',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  seeds: {
    description: 'base seeds of all cells and the exact audit of streams that cells share',
    takes: '<study>',
    load: async () => (await import('./seeds.ts')).seedsCommand(),
  },
  export: {
    description: 'write the rows of a run as one table, or as one file per cell',
    takes: '<run>',
    load: async () => (await import('./export.ts')).exportCommand(),
  },
  merge: {
    description: 'combine the rows of shards and copies of one experiment',
    takes: '<from...>',
    load: async () => (await import('./merge.ts')).mergeCommand(),
  },
  summarize: {
    description:
      'recompute the statistics of all cells from their rows, incomplete cells apart; changes no metrics file',
    takes: '<run>',
    load: async () => (await import('./summarize.ts')).summarizeCommand(),
  },
  report: {
    description: 'write the report of a run: one self-contained HTML file, Markdown, and tables as CSV',
    takes: '<run>',
    load: async () => (await import('./report.ts')).reportCommand(),
  },
  compare: {
    description: 'hold two runs against each other: what differs in identity, and cell by cell with intervals',
    takes: '<first> <second>',
    load: async () => (await import('./compare.ts')).compareCommand(),
  },
  serve: {
    description: 'serve a live page of runs: states, rates, and the surface as it fills in, with its errors',
    takes: '[run-or-folder...]',
    load: async () => (await import('./serve.ts')).serveCommand(),
  },
  worker: {
    description: 'compute for runs on other machines, by a queue',
    takes: '',
    load: async () => (await import('./worker.ts')).workerCommand(),
  },
  submit: {
    description: 'results that a worker kept while its queue was away: to the queue, or into a run',
    takes: '<spool>',
    load: async () => (await import('./submit.ts')).submitCommand(),
  },
  bench: {
    description: 'sweep chunk sizes, threads and the write path on this machine; a table and a recommendation',
    takes: '<study>',
    load: async () => (await import('./bench.ts')).benchCommand(),
  },
  inspect: {
    description: 'show what an input file holds (a build history, a trade list, a trace), and what is wrong with it',
    takes: '<file>',
    load: async () => (await import('./inspect.ts')).inspectCommand(),
  },
  import: {
    description: 'convert files of other programs into input files',
    takes: '<what>',
    load: async () => (await import('./import.ts')).importCommand(),
  },
  generate: {
    description: 'generate an input file to experiment with',
    takes: '<what>',
    load: async () => (await import('./generate.ts')).generateCommand(),
  },
  init: {
    description: 'a new model, study and test that run at once, in the language of your choice',
    takes: '[dir]',
    load: async () => (await import('./init.ts')).initCommand(),
  },
};
