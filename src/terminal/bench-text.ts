import { formatTable } from './table.ts';

/** A measured rate, as the tables show it. */
interface Rate {
  readonly permutations_per_second: number;
  readonly spread: number;
  readonly cpu_us_per_permutation: number;
  readonly coordinator_share: number;
}

/** What a bench found, as much of it as is printed. */
export interface BenchFindings {
  readonly cells_sampled: number;
  readonly rounds: number;
  readonly rows: readonly (Rate & { readonly threads: number; readonly chunk: number })[];
  readonly auto: readonly (Rate & { readonly threads: number })[];
  readonly write: readonly (Rate & {
    readonly format: string;
    readonly durability: string;
    readonly cpu_share: number;
  })[];
  readonly recommended: {
    readonly threads: number;
    readonly chunk: number;
    readonly chunk_auto: boolean;
    readonly reason: string;
  };
}

/** Longest bar of the picture [characters]. */
const BAR = 30;

/** Tables with bars, and the recommendation. */
export function benchText({ rows, auto, write, recommended, rounds, cells_sampled }: BenchFindings): string {
  const variants = [...rows, ...auto.map((row) => ({ ...row, chunk: 'auto' as const }))].sort(
    (a, b) => a.threads - b.threads,
  );
  const most = Math.max(...[...variants, ...write].map((row) => row.permutations_per_second));
  const sweep = formatTable(
    ['threads', 'chunk', 'permutations/s', '±', 'CPU us', 'coordinator', ''],
    variants.map((row) => [String(row.threads), String(row.chunk), ...columns(row), bar(row, most)]),
    { align: ['right', 'right', undefined, undefined, undefined, undefined, 'left'] },
  );
  const writing = formatTable(
    ['format', 'durability', 'permutations/s', '±', 'CPU us', 'coordinator', 'writing, of CPU', ''],
    write.map((row) => [row.format, row.durability, ...columns(row), percent(row.cpu_share), bar(row, most)]),
    { align: [undefined, undefined, undefined, undefined, undefined, undefined, undefined, 'left'] },
  );
  return [
    `Computing and durable writing, ${cells_sampled} ${cells_sampled === 1 ? 'cell' : 'cells in turn'}; medians of ${rounds} rounds,`,
    '± half the distance of the extremes. CPU us: processor time per permutation; coordinator: of one core',
    sweep,
    `Formats and --durability, ${recommended.threads} ${recommended.threads === 1 ? 'thread' : 'threads'}, chunks of their own size (auto)`,
    writing,
    `Recommended: --threads ${recommended.threads}${recommended.chunk_auto ? '' : ` --chunk ${recommended.chunk}`}\n  ${recommended.reason.replaceAll('; ', ';\n  ')}`,
  ].join('\n');
}

function columns(rate: Rate): string[] {
  return [
    Math.round(rate.permutations_per_second).toLocaleString('en'),
    percent(rate.spread / 2),
    rate.cpu_us_per_permutation.toPrecision(3),
    percent(rate.coordinator_share),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** As long as the rate is high, to an eighth of a character. */
function bar({ permutations_per_second }: Rate, most: number): string {
  const eighths = Math.max(1, Math.round((8 * BAR * permutations_per_second) / most));
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'.charAt(rest - 1));
}
