import { formatTable, type Page } from './table.ts';
import { inFull } from '../wording/format-number.ts';

/** A measured rate, as the tables show it. */
interface Rate {
  readonly permutations_per_second: number;
  readonly spread: number;
  readonly cpu_us_per_permutation: number;
  readonly coordinator_share: number;
}

/** The part of a bench result that is printed. */
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

/** Longest bar of the picture, and the shortest that still says something [characters]. */
const BAR = { most: 30, least: 6 } as const;
const GAP = 2;

/** Tables with bars, and the recommendation. */
export function benchText(
  { rows, auto, write, recommended, rounds, cells_sampled }: BenchFindings,
  page: Page = {},
): string {
  const variants = [...rows, ...auto.map((row) => ({ ...row, chunk: 'auto' as const }))].sort(
    (a, b) => a.threads - b.threads,
  );
  const most = Math.max(...[...variants, ...write].map((row) => row.permutations_per_second));
  const sweep = barTable(
    ['threads', 'chunk', ...COLUMNS],
    variants.map((row) => [String(row.threads), String(row.chunk), ...columns(row)]),
    variants.map((row) => row.permutations_per_second / most),
    ['right', 'right'],
    page,
  );
  const writing = barTable(
    ['format', 'durability', ...COLUMNS, 'writing'],
    write.map((row) => [row.format, row.durability, ...columns(row), percent(row.cpu_share)]),
    write.map((row) => row.permutations_per_second / most),
    [],
    page,
  );
  return [
    `Computing and durable writing, ${cells_sampled} ${cells_sampled === 1 ? 'cell' : 'cells in turn'}; medians of ${rounds} rounds:`,
    sweep,
    `Formats and --durability, ${recommended.threads} ${recommended.threads === 1 ? 'thread' : 'threads'}, chunks of their own size (auto):`,
    writing,
    'perm/s: permutations per second; spread: half the distance of the slowest round from the fastest; CPU: microseconds of processor time per permutation; coord.: the share of one core that the coordinator takes; writing: the share of all processor time.',
    '',
    `Recommended: --threads ${recommended.threads}${recommended.chunk_auto ? '' : ` --chunk ${recommended.chunk}`}\n  ${recommended.reason.replaceAll('; ', ';\n  ')}`,
  ].join('\n');
}

const COLUMNS = ['perm/s', 'spread', 'CPU us', 'coord.'];

function columns(rate: Rate): string[] {
  return [
    inFull(Math.round(rate.permutations_per_second)),
    percent(rate.spread / 2),
    rate.cpu_us_per_permutation.toPrecision(3),
    percent(rate.coordinator_share),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A table with bars at its right, as long as there is room for; without them where there is none. */
function barTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  shares: readonly number[],
  align: readonly ('left' | 'right' | undefined)[],
  page: Page,
): string {
  const { width = Infinity } = page;
  const widths = header.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const room = width - widths.reduce((sum, w) => sum + w + GAP, 0);
  if (room < BAR.least) return formatTable(header, rows, { ...page, align });
  const longest = Math.min(BAR.most, room);
  return formatTable(
    [...header, ''],
    rows.map((row, r) => [...row, bar(shares[r]!, longest)]),
    { ...page, align: [...header.map((_, c) => align[c]), 'left'] },
  );
}

/** To an eighth of a character. */
function bar(share: number, longest: number): string {
  const eighths = Math.max(1, Math.round(8 * longest * share));
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'.charAt(rest - 1));
}
