import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { givenOptions, resumeCommand, withRunFlags, type RunFlag } from '../../src/commands/run-flags.ts';
import { resolveOptions, type RunOptions } from '../../src/run/run-options.ts';

/** What a command line is read as: the studies and the options. */
function read(words: readonly string[]): { readonly studies: readonly string[]; readonly options: RunOptions } {
  const command = withRunFlags(new Command('run').argument('<study...>').exitOverride());
  command.parse([...words], { from: 'user' });
  return { studies: command.args, options: givenOptions(command.opts()) };
}

/** The words that a shell makes of a printed command, behind `permafrost run`. */
function wordsOf(line: string): string[] {
  const script = `permafrost() { shift; printf '%s\\0' "$@"; }\n${line}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
/** Paths and values as people have them, quotes, spaces and dollars included; none is empty, and none ends like a folder. */
const word = fc
  .string({ unit: fc.constantFrom(...Array.from(`ab 0'"$\`\\*=-~é,`)), minLength: 1, maxLength: 8 })
  .filter((text) => text.trim() !== '');
const words = fc.array(word, { minLength: 1, maxLength: 3 });

/** Of every option, or this does not compile. */
const EACH: { readonly [Name in RunFlag]-?: fc.Arbitrary<RunOptions[Name]> } = {
  output: maybe(word),
  threads: maybe(fc.integer({ min: 1, max: 64 })),
  chunk: maybe(fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.constant('auto' as const))),
  format: maybe(fc.constantFrom('csv', 'arrow')),
  permutations: maybe(fc.integer({ min: 1, max: 2 ** 32 })),
  truncate: maybe(fc.constant(true)),
  cells: maybe(words),
  steps: maybe(words),
  durability: maybe(fc.constantFrom('chunk', 'interval', 'none')),
  max_seconds: maybe(fc.integer({ min: 1, max: 100 })),
  disk_wait_minutes: maybe(fc.constantFrom(0.5, 1, 30)),
  on_event: maybe(
    fc.uniqueArray(fc.constantFrom('env:HOOK', 'file:/etc/hook', 'notify-send "it is over"'), { minLength: 1 }),
  ),
  kernel: maybe(fc.constantFrom('auto', 'wasm', 'typescript')),
  retry_failed: maybe(fc.constant(true)),
  recompute_found: maybe(fc.constant(true)),
  on_error: maybe(fc.constantFrom('stop', 'continue')),
  permutation_timeout_seconds: maybe(fc.constantFrom(0.5, 60)),
  reuse: maybe(words),
  settings: maybe(words),
  inputs: maybe(fc.dictionary(fc.stringMatching(/^[a-z_]{1,4}$/), word, { minKeys: 1, maxKeys: 3 })),
  queue: maybe(fc.constantFrom('redis://lab:6379', 'file:/etc/the queue', 'env:PERMAFROST_QUEUE', 'env:OTHER')),
  audit: maybe(fc.constantFrom(0.1, 5, 100)),
  metrics_port: maybe(fc.constantFrom({ port: 9464 }, { host: '0.0.0.0', port: 0 }, { host: '::', port: 1 })),
  board_port: maybe(fc.constantFrom({ port: 8000 }, { host: 'lab', port: 80 })),
  namespace: maybe(fc.constantFrom('lab', 'default')),
  purity_check: maybe(fc.constant(false)),
  shard: maybe(fc.constantFrom({ index: 1, of: 1 }, { index: 2, of: 3 })),
};
const options: fc.Arbitrary<RunOptions> = fc.record(EACH);

describe.skipIf(process.platform === 'win32')('the command that resumes a run', () => {
  it('read back from a shell says every option again, but the time limit and the leave to drop rows', () => {
    fc.assert(
      fc.property(words, options, (studies, given) => {
        const asked = resolveOptions(given);
        const back = read(wordsOf(resumeCommand(studies, asked)));
        // A path may come back as another name of the same place: `-a` as `./-a`.
        const same = (path: string): string => path.replace(/^\.\//, '');
        expect(back.studies.map(same)).toEqual(studies);
        const resolved = resolveOptions(back.options);
        expect({ ...resolved, output: resolved.output && same(resolved.output) }).toEqual({
          ...asked,
          max_seconds: undefined,
          truncate: false,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('says nothing that is the default anyway', () => {
    const said = { chunk: 'auto', durability: 'chunk', on_error: 'stop', kernel: 'auto', cells: [] } as const;
    expect(resumeCommand(['study.yaml'], resolveOptions(said))).toBe('permafrost run study.yaml');
  });
});

describe('options of a run', () => {
  it('are resolved once: doing it again changes nothing', () => {
    fc.assert(
      fc.property(options, (given) => {
        const resolved = resolveOptions(given);
        expect(resolveOptions(resolved)).toEqual(resolved);
      }),
    );
  });

  it('that there are not are refused, with the nearest', () => {
    const wrong = { permutation: 10 } as RunOptions;
    expect(() => resolveOptions(wrong)).toThrow('A run has no option permutation; did you mean permutations?');
  });

  it.each([
    ['a shard of another shape', { shard: { index: 1, count: 2 } }, /--shard expects i\/n/],
    ['a shard past the last', { shard: { index: 3, of: 2 } }, /got "3\/2"/],
    ['a word that is none', { durability: 'fsync' }, /durability expects chunk, interval or none, got "fsync"/],
    ['another format', { format: 'parquet' }, /format expects csv or arrow/],
  ])('refuses %s, which only a program can give', (_, wrong, message) => {
    expect(() => resolveOptions(wrong as unknown as RunOptions)).toThrow(message);
  });

  it.each([
    [{ threads: 0 }, 'threads expects a whole number of at least 1, got 0'],
    [{ threads: 1.5 }, 'threads expects a whole number of at least 1, got 1.5'],
    [{ chunk: -1 }, 'chunk expects a whole number of at least 1, got -1'],
    [{ max_seconds: 0 }, 'max_seconds expects a number above 0, got 0'],
    [{ disk_wait_minutes: NaN }, 'disk_wait_minutes expects a number above 0, got NaN'],
  ] satisfies [RunOptions, string][])('%j is refused', (given, message) => {
    expect(() => resolveOptions(given)).toThrow(message);
  });
});

describe('the flags of numbers and choices', () => {
  it.each([
    [['--threads', 'abc'], '--threads expects a whole number of at least 1, got "abc"'],
    [['--chunk', '1e3'], '--chunk expects a whole number of at least 1, got "1e3"'],
    [['--permutations', '-5'], '--permutations expects a whole number of at least 1, got "-5"'],
    [['--max-seconds', ''], '--max-seconds expects a number above 0, got ""'],
    [['--disk-wait', '0'], '--disk-wait expects a number above 0, got "0"'],
    [['--shard', '3/2'], '--shard expects i/n with i from 1 to n, such as 2/8, or auto/n in a job array, got "3/2"'],
    [['--format', 'xlsx'], '--format expects csv or arrow, got "xlsx"'],
    [['--durability', 'yes'], '--durability expects chunk, interval or none, got "yes"'],
    [['--on-error', 'ask'], '--on-error expects stop or continue, got "ask"'],
    [['--input', 'trace'], '--input expects name=path, as in --input trace=data/trace.csv, got "trace"'],
  ])('%j: what is expected, and what was given', (flags, message) => {
    expect(() => read(['study.yaml', ...flags])).toThrow(message);
  });
});
