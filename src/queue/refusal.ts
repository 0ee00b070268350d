import { EngineError } from '../errors.ts';
import { majorOf } from '../stored/row-origins.ts';
import type { Announcement } from './wire.ts';

/** What a worker is, as far as rows may depend on it. */
export interface Engine {
  readonly engine: string;
  /** As `process.version` says it. */
  readonly node: string;
}

/** Why a worker may not compute for a manager: other rows might come of it. Undefined where it may. */
export function refusal({ engine, node_major, manager }: Announcement, own: Engine): EngineError | undefined {
  if (engine !== own.engine)
    return new EngineError(
      'IDENTITY',
      `The manager on ${manager} runs permafrost ${engine}, and this worker is ${own.engine}: their rows may differ. Install ${engine} here, or the same version everywhere.`,
      { path: 'version', value: own.engine, allowed: engine },
    );
  const major = nodeMajor(own.node);
  if (major === node_major) return undefined;
  return new EngineError(
    'IDENTITY',
    `The manager on ${manager} runs Node.js ${node_major}, and this worker runs ${major}: Math.pow and others round differently there. Start the worker with Node.js ${node_major}.`,
    { path: 'node', value: own.node, allowed: String(node_major) },
  );
}

/** `v20.19.0` -> 20. */
export function nodeMajor(version: string): number {
  return Number(majorOf(version.replace(/^v/, '')));
}
