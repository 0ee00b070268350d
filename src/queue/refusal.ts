import { EngineError } from '../errors.ts';
import type { ModelReference } from '../execute/setup.ts';
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

/** Code of a user's came to a worker that was not told to run any. */
export function noLeave({ file }: Extract<ModelReference, { readonly code: string }>): EngineError {
  return new EngineError(
    'USAGE',
    `The run computes with a model of its user's own, ${file}, and this worker was not started to run code that comes by the queue. If you trust everyone who can write to it, start it with --allow-models.`,
    { path: '--allow-models', allowed: 'a built-in model' },
  );
}

/** The manager has put a worker out, and why. */
export function expelledError(why: string): EngineError {
  return new EngineError(
    'IDENTITY',
    `The manager takes no more results of this worker: ${why}. Rows that differ come from a machine, a Node.js or an engine that is not sound: check them before you start it again.`,
  );
}
