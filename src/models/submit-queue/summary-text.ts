import type { SingleRun } from './single-run.ts';

const BARS = '▁▂▃▄▅▆▇█';
const BIN_WIDTH = 24;
const TESTS_NAMED = 5;

/** A single run for a person, in three groups: culprit detection, queue health, test health. */
export function summaryText(run: SingleRun): string {
  return [
    ...group('Culprit detection', culpritLines(run)),
    ...group('Queue health', queueLines(run)),
    ...group('Test health', testLines(run)),
  ].join('\n');
}

type Line = readonly [label: string, value: string];

function culpritLines({ row, mode }: SingleRun): Line[] {
  const labels: Line[] =
    mode === 'csv'
      ? [['by label is_bad', `recall ${percent(row.label_recall)}, precision ${percent(row.label_precision)}`]]
      : [];
  return [
    ['culprits', `${row.culprits_created} created, ${row.tp} rejected, ${row.fn} escaped`],
    ['recall', percent(row.recall)],
    ['precision', percent(row.precision)],
    ...labels,
    ['group testing alone', `recall ${percent(row.screen_recall)}, precision ${percent(row.screen_precision)}`],
    ['innocents', `${row.innocents_delayed} delayed, ${row.innocents_rejected} rejected, of ${row.fp + row.tn}`],
    [
      'reference',
      `caught ${row.reference_culprits_caught}, flagged ${row.reference_innocent_flagged}, "TPR" ${number(row.reference_true_positive_rate)}`,
    ],
  ];
}

function queueLines({ row, queue_depth, waits }: SingleRun): Line[] {
  const most = Math.max(...waits.map(({ count }) => count));
  return [
    [
      'landed',
      `${row.landings} in ${row.measured_ticks} ticks (${number(row.throughput)} per tick), slowdown ${number(row.slowdown)}`,
    ],
    [
      'latency',
      `mean ${hours(row.latency_hours_mean)}, median ${hours(row.latency_hours_p50)}, 95 % ${hours(row.latency_hours_p95)}, 99 % ${hours(row.latency_hours_p99)}`,
    ],
    ['with rework', `mean ${hours(row.latency_total_hours_mean)}, 95 % ${hours(row.latency_total_hours_p95)}`],
    [
      'mean queues',
      `pending ${number(row.mean_queue)}, verification ${number(row.mean_verify_queue)}, fixing ${number(row.mean_fix_queue)}`,
    ],
    [
      'batch runs',
      `${number(row.runs_per_landed)} per landed change; batches per slot: mean ${number(row.slot_demand_mean)}, most ${number(row.slot_demand_max)}`,
    ],
    [
      'in flight at the end',
      `${row.in_flight_pending} pending, ${row.in_flight_verifying} in verification, ${row.in_flight_fixing} being fixed`,
    ],
    ['queue depth', sparkline(queue_depth)],
    ...waits.map(({ from, to, count }, i): Line => {
      const bar = '█'.repeat(Math.round((BIN_WIDTH * count) / Math.max(1, most)));
      return [i === 0 ? 'waits [ticks]' : '', `${number(from).padStart(7)} - ${number(to).padEnd(7)} ${bar} ${count}`];
    }),
  ];
}

function testLines({ row, demoted, tests }: SingleRun): Line[] {
  const named = demoted
    .slice(0, TESTS_NAMED)
    .map(({ test, failure_rate }): Line => ['', `${test} (fails ${percent(failure_rate)})`]);
  const more: Line[] = demoted.length > TESTS_NAMED ? [['', `and ${demoted.length - TESTS_NAMED} more`]] : [];
  return [
    ['gating', `${row.reference_active_tests} / ${tests} at the end, ${number(row.mean_active_tests)} on average`],
    ['demotions', `${row.demotions}, promotions ${row.promotions}`],
    ['impaired', `${number(row.mean_impaired_tests)} tests on average`],
    ...(demoted.length === 0 ? [] : [['not gating', ''] as const, ...named, ...more]),
  ];
}

function group(title: string, lines: readonly Line[]): string[] {
  return [title, ...lines.map(([label, value]) => `  ${label.padEnd(21)} ${value}`.trimEnd())];
}

function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  const bars = values.map((value) => BARS[most === 0 ? 0 : Math.round((value / most) * (BARS.length - 1))]!).join('');
  return `${bars} (most ${most})`;
}

const UNDEFINED = 'undefined';
const number = (value: number): string => (Number.isNaN(value) ? UNDEFINED : String(Number(value.toPrecision(4))));
const percent = (share: number): string => (Number.isNaN(share) ? UNDEFINED : `${(100 * share).toFixed(1)} %`);
const hours = (value: number): string => (Number.isNaN(value) ? UNDEFINED : `${number(value)} h`);
