import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../src/commands/commands.ts';
import * as library from '../src/index.ts';
import * as inABundle from '../src/model/in-a-bundle.ts';
import { inputGenerators } from '../src/models/generators.ts';

/** The names that the objects have which a function takes. */
type OptionOf<Argument> = Argument extends readonly unknown[] | string
  ? never
  : Argument extends object
    ? keyof Argument
    : never;

/** A command, the function that does the same, and which option of it (or which other way) each flag is. */
interface Counterpart {
  readonly does: (...args: never[]) => unknown;
  readonly flags: Readonly<Record<string, string>>;
}

function counterpart<Fn extends (...args: never[]) => unknown>(
  does: Fn,
  flags: Readonly<Record<string, OptionOf<Parameters<Fn>[number]> | `another way: ${string}`>>,
): Counterpart {
  return { does, flags: flags as Readonly<Record<string, string>> };
}

/** What a program reads for itself. */
const EVERY_COMMAND = ['--json', '--debug'];

const RUN = {
  '--output': 'output',
  '--threads': 'threads',
  '--chunk': 'chunk',
  '--format': 'format',
  '--permutations': 'permutations',
  '--truncate': 'truncate',
  '--cells': 'cells',
  '--step': 'steps',
  '--set': 'settings',
  '--input': 'inputs',
  '--reuse': 'reuse',
  '--shard': 'shard',
  '--no-purity-check': 'purity_check',
  '--queue': 'queue',
  '--namespace': 'namespace',
  '--audit': 'audit',
  '--metrics-port': 'metrics_port',
  '--board-port': 'board_port',
  '--retry-failed': 'retry_failed',
  '--on-error': 'on_error',
  '--permutation-timeout': 'permutation_timeout_seconds',
  '--durability': 'durability',
  '--kernel': 'kernel',
  '--on-event': 'on_event',
  '--max-seconds': 'max_seconds',
  '--disk-wait': 'disk_wait_minutes',
  '--recompute-found': 'recompute_found',
} as const;
const STUDY = { '--study': 'study', '--input': 'inputs' } as const;
const TRUSTED = { ...STUDY, '--trust': 'trust' } as const;

const COUNTERPARTS: Readonly<Record<keyof typeof COMMANDS, Counterpart>> = {
  run: counterpart(library.run, { ...RUN, '--dry-run': 'another way: plan' }),
  plan: counterpart(library.plan, RUN),
  status: counterpart(library.status, { '--threads': 'threads', '--scan': 'scan', '--watch': 'another way: again' }),
  verify: counterpart(library.verify, {
    ...STUDY,
    '--recompute': 'recompute',
    '--expect': 'expect',
    '--threads': 'threads',
    '--repair': 'another way: repair',
  }),
  replay: counterpart(library.replay, {
    ...STUDY,
    '--cell': 'another way: cell_id',
    '--perm': 'another way: perm_index',
    '--trace': 'another way: trace() of the result',
  }),
  seeds: counterpart(library.seeds, {
    '--output': 'output',
    '--permutations': 'permutations',
    '--set': 'settings',
    '--input': 'inputs',
    '--cell': 'another way: of() of the result',
    '--perm': 'another way: of() of the result',
  }),
  export: counterpart(library.exportRun, {
    ...TRUSTED,
    '--to': 'to',
    '--per-cell': 'per_cell',
    '--csv-safe': 'csv_safe',
    '--file': 'path',
    '--into': 'path',
  }),
  merge: counterpart(library.merge, { ...TRUSTED, '--into': 'another way: into', '--threads': 'threads' }),
  summarize: counterpart(library.summarize, {
    ...TRUSTED,
    '--threads': 'threads',
    '--to': 'to',
    '--of': 'quantities',
    '--better': 'better',
    '--level': 'levels',
    '--tolerance': 'tolerance',
    '--half-width': 'wished',
    '--exact': 'exact',
  }),
  compare: counterpart(library.compare, { '--of': 'quantities', '--into': 'into', '--threads': 'threads' }),
  report: counterpart(library.report, {
    '--rank': 'ranking',
    '--threads': 'threads',
    '--paths': 'paths',
    '--path-permutations': 'paths',
    '--study': 'paths',
    '--input': 'paths',
    '--trust': 'paths',
  }),
  serve: counterpart(library.serve, { '--port': 'port', '--host': 'host', '--token': 'token' }),
  worker: counterpart(library.work, {
    '--queue': 'queue',
    '--namespace': 'namespace',
    '--threads': 'threads',
    '--allow-models': 'allow_models',
    '--spool': 'spool',
    '--spool-mb': 'spool_mb',
    '--cache': 'cache',
    '--cache-mb': 'cache_mb',
    '--max-idle': 'max_idle_seconds',
  }),
  submit: counterpart(library.submit, {
    ...TRUSTED,
    '--queue': 'queue',
    '--namespace': 'namespace',
    '--into': 'into',
    '--threads': 'threads',
  }),
  bench: counterpart(library.bench, {
    '--threads': 'threads',
    '--chunk': 'chunks',
    '--rounds': 'rounds',
    '--seconds': 'seconds',
    '--output': 'output',
    '--format': 'format',
    '--set': 'settings',
    '--input': 'inputs',
    '--kernel': 'kernel',
  }),
  init: counterpart(library.init, { '--template': 'template' }),
  inspect: counterpart(library.inspect, { '--model': 'model', '--input': 'input' }),
  'import trades': counterpart(library.importTrades, {
    '--from': 'from',
    '--into': 'into',
    '--map': 'map',
    '--delimiter': 'delimiter',
    '--decimal': 'decimal',
    '--dates': 'dates',
    '--encoding': 'encoding',
    '--timezone': 'timezone',
    '--equity': 'equity',
    '--pnl': 'pnl',
    '--point-value': 'point_value',
    '--strategy': 'strategy',
  }),
  'generate build-history': counterpart(library.generate, {
    '--seed': 'seed',
    '--into': 'into',
    '--overwrite': 'overwrite',
    ...Object.fromEntries(
      Object.keys(inputGenerators[0]!.options).map((name) => [`--${name.replaceAll('_', '-')}`, 'parameters' as const]),
    ),
  }),
};

/** Every command by the words that call it; `generate` and `import` are called with what they make. */
async function commands(): Promise<Map<string, Command>> {
  const all = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
  const named = all.flatMap((command): [string, Command][] =>
    command.commands.length === 0
      ? [[command.name(), command]]
      : command.commands.map((own) => [`${command.name()} ${own.name()}`, own]),
  );
  return new Map(named);
}

describe('the library', () => {
  it('does what every command does, with every option that it has', async () => {
    const found = await commands();
    expect([...found.keys()].sort()).toEqual(Object.keys(COUNTERPARTS).sort());
    for (const [name, { does, flags }] of Object.entries(COUNTERPARTS)) {
      expect(Object.values(library), name).toContain(does);
      const has = found.get(name)!.options.map(({ long }) => long!);
      expect(has.filter((flag) => !EVERY_COMMAND.includes(flag)).sort(), name).toEqual(Object.keys(flags).sort());
    }
  });

  it('has the same names in a program and in a bundle', () => {
    expect(Object.keys(inABundle).sort()).toEqual(Object.keys(library).sort());
  });
});
