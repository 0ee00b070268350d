import type { Fact } from '../serve/client/wire.ts';
import type { RunManifest } from '../stored/manifest.ts';
import type { QueueReport, QueueWorker } from '../stored/queue-report.ts';
import { counted, formatBytes, formatCount, formatDuration, inFull } from '../wording/format-number.ts';
import { isAtWork } from './run-state.ts';
import type { RunStatus } from './status.ts';

/** Of a long list, so many are named. */
const MOST_NAMED = 20;

/** What else a page says of a run: who computes it, and with what. `free_bytes`: on its disk. */
export function factsOf(manifest: RunManifest, status: RunStatus, free_bytes: number | undefined): Fact[] {
  const { holder, heartbeat, queue, state } = status;
  const { threads, disk_needed_bytes, uptime_seconds } = heartbeat ?? {};
  const working = isAtWork(state);
  const { model, model_version } = manifest.identity;
  return [
    ...factIf('process', holder && `${holder.pid} on ${holder.host}, since ${holder.since}`),
    ...factIf('threads', working && threads !== undefined ? String(threads) : undefined),
    ...(queue === undefined ? [] : queueFacts(queue, working)),
    ...factIf('running for', working && uptime_seconds !== undefined ? formatDuration(uptime_seconds) : undefined),
    ...factIf(
      'disk',
      free_bytes === undefined ? undefined : diskText(free_bytes, status.complete ? undefined : disk_needed_bytes),
    ),
    ['permutations per cell', inFull(manifest.permutations)],
    ['model', `${model}, version ${shortVersion(model_version)}`],
    ['format', manifest.format],
    ['engine', `permafrost ${manifest.made_by.engine}, Node.js ${manifest.made_by.node}`],
  ];
}

function factIf(name: string, text: string | undefined): Fact[] {
  return text === undefined ? [] : [[name, text]];
}

function diskText(free_bytes: number, needed_bytes: number | undefined): string {
  const free = `${formatBytes(free_bytes)} free`;
  return needed_bytes === undefined
    ? free
    : `${free}; the rows still missing need about ${formatBytes(Math.round(needed_bytes))}`;
}

/** As at the last heartbeat; of a run that has ended, only what a person may still have to see to. */
function queueFacts(queue: QueueReport, working: boolean): Fact[] {
  const { reachable, chunks_waiting, chunks_taken, results_waiting, retries, workers, put_out, dead_letters } = queue;
  const away = reachable ? '' : 'it cannot be reached; when it last could: ';
  const numbers = `${counted(chunks_waiting, 'chunk')} waiting, ${formatCount(chunks_taken)} being computed, ${counted(results_waiting, 'result')} not yet in a file, ${counted(retries, 'retry', 'retries')}`;
  const more = workers.length - MOST_NAMED;
  return [
    ...(working
      ? [
          ['queue', `${away}${numbers}`] as const,
          ...(workers.length === 0 ? [['worker', 'none'] as const] : []),
          ...workers.slice(0, MOST_NAMED).map((worker) => ['worker', workerText(worker)] as const),
          ...(more > 0 ? [['workers', `and ${formatCount(more)} more`] as const] : []),
        ]
      : []),
    ...put_out
      .slice(0, MOST_NAMED)
      .map(({ host, pid, why }) => ['put out', `${host} (process ${pid}): ${why}`] as const),
    ...dead_letters.slice(0, MOST_NAMED).map(({ cell_id, perm_index, count, error }) => {
      return [
        'no worker could compute',
        `${counted(count, 'permutation')} of cell ${cell_id} from ${perm_index}: ${error}`,
      ] as const;
    }),
  ];
}

function workerText({
  host,
  pid,
  threads,
  permutations,
  permutations_per_second,
  spooled,
  last_seen_seconds,
  alive,
}: QueueWorker): string {
  return [
    `${host} (process ${pid})`,
    counted(threads, 'thread'),
    `${formatCount(permutations)} permutations, ${formatCount(permutations_per_second)}/s`,
    ...(spooled === 0 ? [] : [`${counted(spooled, 'result')} not yet sent`]),
    alive ? `seen ${formatDuration(last_seen_seconds)} ago` : `not heard of for ${formatDuration(last_seen_seconds)}`,
  ].join(', ');
}

/** A user's model has a hash for a version. */
function shortVersion(version: string): string {
  return version.length > 20 ? `${version.slice(0, 12)}…` : version;
}
