import { every, type Clock } from '../../clock.ts';
import { HEARTBEAT_MS } from '../../stored/heartbeat.ts';
import { mostIdleSeconds } from '../../stored/stall.ts';
import type { Tell } from './events.ts';
import type { RunOutput } from './run-output.ts';

/**
 * Tells where nothing is finished for long, as `status` would find it, and where the disk has less room than the missing rows need: each once, until it is over.
 * Returns what ends it.
 */
export function tellTrouble(outputs: readonly RunOutput[], clock: Clock, tell: Tell): () => void {
  const stalled = new Set<RunOutput>();
  const low = new Set<RunOutput>();
  return every(clock, HEARTBEAT_MS, () => {
    for (const output of outputs) {
      if (!output.started || !output.live) continue;
      const { folder, progress, forecast } = output;
      const { idle_seconds, longest_wait_seconds } = progress.waits();
      if (begins(stalled, output, idle_seconds > mostIdleSeconds(longest_wait_seconds)))
        tell({ type: 'stalled', output: folder, idle_seconds, ...progress.numbers() });
      const free_bytes = forecast.free();
      const needed_bytes = forecast.needed();
      const is_low = free_bytes !== undefined && needed_bytes !== undefined && needed_bytes > free_bytes;
      if (begins(low, output, is_low))
        tell({ type: 'low-disk', output: folder, free_bytes: free_bytes!, needed_bytes, ...progress.numbers() });
    }
  });
}

/** Whether what is so now was not so the last time. */
function begins(those: Set<RunOutput>, output: RunOutput, now: boolean): boolean {
  const before = those.has(output);
  if (now) those.add(output);
  else those.delete(output);
  return now && !before;
}
