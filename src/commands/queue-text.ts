import type { DeadLetter, QueueReport, QueueWorker } from '../stored/queue-report.ts';
import { fold } from '../terminal/fold.ts';
import { counted, formatCount, formatDuration } from '../wording/format-number.ts';

/** Of a long list, so many are named. */
const MOST_NAMED = 20;
const WIDTH = 80;

/** What `status` says of a run's queue; of one that has ended, only what a person may still have to see to. */
export function queueLines(queue: QueueReport, at_work: boolean): string[] {
  const { put_out, dead_letters, retries } = queue;
  const lines = [
    ...(at_work ? atWork(queue) : []),
    ...(at_work || retries === 0 ? [] : [`  retries       ${formatCount(retries)}`]),
    ...put_out.slice(0, MOST_NAMED).map(({ host, pid, why }) => `  put out       ${host} (pid ${pid}): ${why}`),
    ...dead_letters.slice(0, MOST_NAMED).map((letter) => `  dead letter   ${letterText(letter)}`),
  ];
  return lines.map((line) => fold(line, WIDTH));
}

function atWork({
  reachable,
  chunks_waiting,
  chunks_taken,
  results_waiting,
  retries,
  workers,
  namespace,
}: QueueReport): string[] {
  const away = reachable ? '' : 'it cannot be reached; when it last could: ';
  const numbers = `${counted(chunks_waiting, 'chunk')} waiting, ${formatCount(chunks_taken)} being computed, ${counted(results_waiting, 'result')} not yet in a file, ${counted(retries, 'retry', 'retries')}`;
  const where = namespace === 'default' ? '' : ` (namespace ${namespace})`;
  const named = workers.slice(0, MOST_NAMED).map((worker) => `  worker        ${workerText(worker)}`);
  const more = workers.length - named.length;
  return [
    `  queue         ${away}${numbers}${where}`,
    ...(workers.length === 0 ? ['  worker        none'] : named),
    ...(more > 0 ? [`                and ${formatCount(more)} more (--json names all)`] : []),
  ];
}

function workerText({
  host,
  pid,
  threads,
  permutations_per_second,
  last_seen_seconds,
  spooled,
  alive,
}: QueueWorker): string {
  const kept = spooled === 0 ? '' : `, ${counted(spooled, 'result')} in its spool`;
  const seen = formatDuration(last_seen_seconds);
  if (!alive) return `${host} (pid ${pid}): gone, last seen ${seen} ago${kept}`;
  return `${host} (pid ${pid}): ${counted(threads, 'thread')}, ${formatCount(permutations_per_second)}/s, seen ${seen} ago${kept}`;
}

function letterText({ cell_id, perm_index, count, seed, tries, error }: DeadLetter): string {
  const perms = count === 1 ? `permutation ${perm_index}` : `permutations ${perm_index}-${perm_index + count - 1}`;
  return `cell ${cell_id}, ${perms} (seed ${seed}), ${counted(tries, 'try', 'tries')}: ${error.replace(/\s+/g, ' ')}`;
}
