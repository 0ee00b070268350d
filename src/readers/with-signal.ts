import { orAborted, reasonOf } from '../execute/or-aborted.ts';
import type { Host } from './host.ts';
import type { Local } from './readers.ts';

/** A host whose readers and executors stop: once the signal is aborted, what they were asked and are asked from then on rejects with its reason. */
export function withSignal(host: Host, signal: AbortSignal | undefined): Host {
  if (signal === undefined) return host;
  return { ...host, open: (...given) => abortable(host.open(...given), signal) };
}

function abortable(local: Local, signal: AbortSignal): Local {
  return {
    parallel: local.parallel,
    compute: (task, own, ...more) =>
      local.compute(task, own === undefined ? signal : AbortSignal.any([own, signal]), ...more),
    release: (result) => {
      local.release(result);
    },
    read: async (name, task) => {
      if (signal.aborted) throw reasonOf(signal);
      return orAborted(local.read(name, task), signal);
    },
    close: () => local.close(),
  };
}
