import { threadsAreUp } from '../execute/threads-starting.ts';
import { exitOf, STOP_SIGNALS } from '../run/stop.ts';
import { isUnderNohup } from './nohup.ts';

/**
 * Ctrl-C (or SIGTERM, SIGHUP, SIGBREAK) once aborts; twice ends the process as soon as that is safe, a third time at once. A hangup never counts twice: the
 * system and the shell each send one when a window is closed. Under nohup it counts not at all. Returns what takes it back.
 */
export function abortOnSignals(controller: AbortController, onAbort: () => void): () => void {
  let ending = false;
  const handlers = STOP_SIGNALS.map((signal) => {
    const handler = (): void => {
      if (signal === 'SIGHUP' && (isUnderNohup() || controller.signal.aborted)) return;
      if (ending) {
        release();
        process.kill(process.pid, signal);
      } else if (controller.signal.aborted) {
        ending = true;
        void threadsAreUp().then(() => process.exit(exitOf(signal)));
      } else {
        onAbort();
        controller.abort(signal);
      }
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const release = (): void => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
  return release;
}
