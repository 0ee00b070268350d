import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/**
 * How long the calling thread has been busy so far [ms]: its processor time where the system tells it (Linux), else the time in
 * which its event loop did not wait, which on a machine that others share counts time spent waiting for a processor, too.
 */
export function threadBusyMs(): number {
  return processorMs() ?? performance.eventLoopUtilization().active;
}

function processorMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    // A kernel without scheduler statistics, or a sandbox without /proc.
    return undefined;
  }
}
