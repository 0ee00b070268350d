import type { Command } from 'commander';

/** Every command, in the order of `--help`; each is loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand(),
  plan: async () => (await import('./plan.ts')).planCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  seeds: async () => (await import('./seeds.ts')).seedsCommand(),
  export: async () => (await import('./export.ts')).exportCommand(),
  merge: async () => (await import('./merge.ts')).mergeCommand(),
  summarize: async () => (await import('./summarize.ts')).summarizeCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  compare: async () => (await import('./compare.ts')).compareCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  worker: async () => (await import('./worker.ts')).workerCommand(),
  submit: async () => (await import('./submit.ts')).submitCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
  import: async () => (await import('./import.ts')).importCommand(),
  generate: async () => (await import('./generate.ts')).generateCommand(),
  init: async () => (await import('./init.ts')).initCommand(),
};
