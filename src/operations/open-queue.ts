import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import { programFiles } from '../execute/program-files.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { QueueExecutor } from '../queue/queue-executor.ts';
import { nodeMajor } from '../queue/refusal.ts';
import { saysPassword } from '../queue/redis/address.ts';
import { inputBytes, sentSetup } from '../queue/setup-blobs.ts';
import type { Broker } from '../queue/transport.ts';
import type { Host } from '../readers/host.ts';
import type { ResolvedOptions } from '../run/run-options.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { MADE_BY } from '../stored/manifest.ts';
import type { Tell } from '../run/output/events.ts';
import type { StopSwitch } from '../run/stop.ts';

/** Who is told what happens to the queue, and what stops where it is lost. */
interface Watcher {
  readonly stop: StopSwitch;
  readonly tell: Tell;
}

/** Throws USAGE where there is no way to reach a queue: a host of a program's own. */
export function brokerOf({ broker }: Host): Broker {
  if (broker !== undefined) return broker;
  throw new EngineError('USAGE', 'This host reaches no queue.', { path: 'queue' });
}

/**
 * Opens the queue of a run: from then on this process is the one manager of its namespace. Throws USAGE, LOCKED (another manager has it), DATA (an input file has
 * changed since it was read) or QUEUE (nobody is there); `local` is closed then, and nothing is computed.
 */
export async function openQueue(
  host: Host,
  studies: readonly { readonly experiment: LoadedStudy }[],
  setups: readonly GivenSetup[],
  local: Executor,
  options: ResolvedOptions & { readonly computes_here: boolean },
  { stop, tell }: Watcher,
): Promise<QueueExecutor> {
  try {
    const { queue = '', namespace, audit: percent } = options;
    const warn = (message: string): void => {
      tell({ type: 'warning', message });
    };
    if (saysPassword(queue))
      warn(
        'The password of the queue is on the command line, where everyone on this machine can read it: put the URL in PERMAFROST_QUEUE and say --queue alone, or in a file and say --queue file:PATH.',
      );
    const files = [
      ...studies.flatMap(({ experiment: { study } }) => Object.values(study.inputs).map(({ file }) => file)),
      ...setups.flatMap(({ setup: { model } }) =>
        Object.keys(programFiles(model)).map((name) => resolve(('code' in model && model.folder) || '.', name)),
      ),
    ];
    const bytesOf = inputBytes(host.port, new Set(files));
    return await QueueExecutor.open({
      transport: await brokerOf(host).manager(queue, namespace),
      local: options.computes_here ? local : undefined,
      audit: percent === undefined ? undefined : { percent, secret: randomBytes(32).toString('hex'), local },
      setups: setups.map((given) => sentSetup(given, bytesOf)),
      clock: host.clock,
      engine: MADE_BY.engine,
      node_major: nodeMajor(process.version),
      namespace,
      manager: `${hostname()} (pid ${process.pid})`,
      warn,
      onLost: (error) => {
        stop.stop({ kind: 'error', error });
      },
    });
  } catch (error) {
    await local.close();
    throw error;
  }
}
