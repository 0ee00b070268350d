import type { ProgressNumbers } from '../run/output/progress.ts';
import type { QueueReport } from '../stored/queue-report.ts';

/** One output of a run, as it is now. */
export interface OutputMetrics {
  readonly output: string;
  readonly numbers: ProgressNumbers;
  readonly failures: number;
  readonly seconds_since_row: number;
}

/** A run, as it is now. */
export interface RunMetrics {
  readonly outputs: readonly OutputMetrics[];
  /** Undefined for a run without one. */
  readonly queue: QueueReport | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number, labels?: Labels];

/**
 * The text format 0.0.4 of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/. By hand, since it is a few lines: a library keeps counters of
 * its own, and here they are kept already.
 */
export function metricsText({ outputs, queue }: RunMetrics): string {
  const of = (value: (each: OutputMetrics) => number): Sample[] =>
    outputs.map((each) => [value(each), { output: each.output }]);
  return [
    metric(
      'cells',
      'gauge',
      'Cells of the output.',
      of(({ numbers }) => numbers.cells_total),
    ),
    metric(
      'cells_complete',
      'gauge',
      'Cells that are complete.',
      of(({ numbers }) => numbers.cells_complete),
    ),
    metric(
      'permutations',
      'gauge',
      'Permutations that the output is to have.',
      of(({ numbers }) => numbers.permutations_total),
    ),
    metric(
      'rows',
      'gauge',
      'Rows that count.',
      of(({ numbers }) => numbers.permutations_done),
    ),
    metric(
      'rows_computed_total',
      'counter',
      'Rows that this process or its workers computed.',
      of(({ numbers }) => numbers.permutations_computed),
    ),
    metric(
      'failures_total',
      'counter',
      'Permutations that failed.',
      of(({ failures }) => failures),
    ),
    metric(
      'seconds_since_durable_row',
      'gauge',
      'Since the last row became durable, or the run began.',
      of(({ seconds_since_row }) => seconds_since_row),
    ),
    ...(queue === undefined ? [] : queueMetrics(queue)),
  ].join('');
}

function queueMetrics(queue: QueueReport): string[] {
  const { chunks_done, chunks_done_here, put_out, dead_letters } = queue;
  const workers = queue.workers.filter(({ alive }) => alive);
  const threads = workers.reduce((sum, worker) => sum + worker.threads, 0);
  return [
    metric('queue_reachable', 'gauge', 'Whether the queue could be reached.', [[queue.reachable ? 1 : 0]]),
    metric('chunks_waiting', 'gauge', 'Chunks that no worker has begun.', [[queue.chunks_waiting]]),
    metric('chunks_taken', 'gauge', 'Chunks that workers compute.', [[queue.chunks_taken]]),
    metric('chunks_done_total', 'counter', 'Chunks that were computed.', [
      [chunks_done, { by: 'workers' }],
      [chunks_done_here, { by: 'manager' }],
    ]),
    metric('chunk_retries_total', 'counter', 'How often a chunk was begun again.', [[queue.retries]]),
    metric('dead_letters_total', 'counter', 'Chunks that no worker could compute.', [[dead_letters.length]]),
    metric('results_waiting', 'gauge', 'Results that have come and are in no file yet.', [[queue.results_waiting]]),
    metric('workers', 'gauge', 'Workers that are alive.', [[workers.length]]),
    metric('worker_threads', 'gauge', 'Their threads.', [[threads]]),
    metric('workers_put_out_total', 'counter', 'Workers of which nothing more is taken.', [[put_out.length]]),
    metric('audited_permutations_total', 'counter', 'Permutations that were computed again.', [[queue.audited]]),
  ];
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([value, labels]) => `permafrost_${name}${labelsText(labels)} ${value}\n`);
  return `# HELP permafrost_${name} ${help}\n# TYPE permafrost_${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels | undefined): string {
  if (labels === undefined) return '';
  const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
