import { hostname } from 'node:os';

import type { Announcement } from '../announce/announcement.ts';
import { Announcer } from '../announce/announcer.ts';
import { targetOf } from '../announce/target.ts';
import { EngineError } from '../errors.ts';
import { secretText } from '../files/secret-text.ts';
import type { Host } from '../readers/host.ts';
import type { RunEvent } from '../run/output/events.ts';
import { endOf } from '../run/output/run-end.ts';
import type { StudyResult } from '../run/run-options.ts';
import { counted, formatBytes, formatDuration } from '../wording/format-number.ts';
import type { Watch } from './run-studies.ts';

/** What is said of a run at its end, or in between. */
type Said = Omit<Announcement, 'at' | 'host' | 'pid'>;

/**
 * Does the work, and tells those who want to know (`on_event`: commands, URLs, or where these are) when it stalls, when the disk gets full, and when it is over.
 * Throws USAGE, before anything is done, for what is neither a command nor a URL.
 */
export async function announced(
  on_event: readonly string[],
  { port, clock }: Host,
  watch: Watch,
  work: (watch: Watch) => Promise<StudyResult[]>,
): Promise<StudyResult[]> {
  const targets = on_event.map((given) => targetOf(secretText(port, '--on-event', 'a command or a URL', given)));
  const announcer = new Announcer(targets, clock, (message) => {
    watch.tell({ type: 'warning', message });
  });
  const announce = (said: Said): void => {
    announcer.announce({ ...said, at: clock.date(), host: hostname(), pid: process.pid });
  };
  const tell = (event: RunEvent): void => {
    watch.tell(event);
    const said = troubleOf(event);
    if (said !== undefined) announce(said);
  };
  try {
    const results = await work({ ...watch, tell });
    for (const result of results) announce(endingOf(result));
    return results;
  } catch (error) {
    announce(failureOf(error));
    throw error;
  } finally {
    await announcer.finish();
  }
}

function troubleOf(event: RunEvent): Said | undefined {
  if (event.type !== 'stalled' && event.type !== 'low-disk') return undefined;
  const { output, cells_complete, cells_total, permutations_done, permutations_total } = event;
  const numbers = { cells_complete, cells_total, permutations_done, permutations_total };
  const common = { run: output, name: null, why: null, exit: null, ...numbers };
  if (event.type === 'stalled') {
    const { idle_seconds } = event;
    const text = `${output} stalls: no row or cell was finished for ${formatDuration(idle_seconds)} (${far(numbers)}).`;
    return { event: 'stalled', text, ...common, idle_seconds };
  }
  const { free_bytes, needed_bytes } = event;
  const needs =
    needed_bytes === undefined ? '' : `, and the missing rows need about ${formatBytes(Math.round(needed_bytes))}`;
  const text = `The disk of ${output} is getting full: ${formatBytes(free_bytes)} free${needs} (${far(numbers)}).`;
  return { event: 'low_disk', text, ...common, free_bytes, ...(needed_bytes !== undefined && { needed_bytes }) };
}

function endingOf(result: StudyResult): Said {
  const { output, name, exit, stopped } = result;
  const numbers = {
    cells_complete: result.complete,
    cells_total: result.cells,
    permutations_done: result.permutations_reused + result.permutations_computed,
    permutations_total: result.permutations_total,
  };
  const done = result.complete + result.shared === result.cells;
  const [end, why = null] = endOf(stopped, exit, { whole: done, done });
  const event = end === 'part_done' ? 'complete' : end;
  const how = event === 'failed' ? 'failed' : `is ${event}`;
  const because = why === null ? '' : `: ${why.message}`;
  return {
    event,
    text: `${name} (${output}) ${how}${because} (${far(numbers)}).`,
    run: output,
    name,
    why,
    exit,
    ...numbers,
  };
}

/** It could not begin, or could not end in order. */
function failureOf(error: unknown): Said {
  const message = error instanceof Error ? error.message : String(error);
  const [code, exit] = error instanceof EngineError ? [error.code, error.exit] : ['INTERNAL', 1];
  const none = { cells_complete: 0, cells_total: 0, permutations_done: 0, permutations_total: 0 };
  return {
    event: 'failed',
    text: `A run failed: ${message}`,
    run: null,
    name: null,
    why: { code, message },
    exit,
    ...none,
  };
}

function far({
  cells_complete,
  cells_total,
  permutations_done,
}: Pick<Said, 'cells_complete' | 'cells_total' | 'permutations_done'>): string {
  return `${cells_complete} of ${counted(cells_total, 'cell')}, ${counted(permutations_done, 'permutation')}`;
}
