import { hash } from 'node:crypto';

import type { Json, Kernel } from '../model/model.ts';
import { canonicalJson } from '../study/canonical-json.ts';

/** A model as an executor can load it: a built-in one, or the bundled code of a user's model. */
export type ModelReference =
  | { readonly builtin: string; readonly version: string }
  /** `code`: one ES module; `file`: where it came from, for messages; `folder`: where the files of a program are, on the machine that has the study. */
  | { readonly code: string; readonly file: string; readonly folder?: string };

/** What chunks are computed with besides their cell: plain data, the same on every machine. Chunk tasks name it by its hash, so it is sent once. */
export interface ModelSetup {
  readonly model: ModelReference;
  /** The input files by name: their bytes by SHA-256, 64 hex digits; `path`, as the user named it, for messages. */
  readonly inputs: Readonly<Record<string, { readonly sha256: string; readonly path: string }>>;
  readonly streams: 'independent' | 'shared';
  /** What `Model.shared` says of all cells. */
  readonly shared?: Json;
  readonly kernel: Kernel;
}

/** A setup as an executor has loaded it. */
export interface GivenSetup {
  /** Its hash. */
  readonly id: string;
  readonly setup: ModelSetup;
  readonly inputs: GivenInputs;
}

/**
 * `loaded`: what `Model.load` made in this process; threads get a copy, but arrays on SharedArrayBuffers are shared. `files`: the bytes by SHA-256, loaded
 * where it computes.
 */
export type GivenInputs =
  { readonly loaded: unknown } | { readonly files: Readonly<Record<string, Uint8Array | undefined>> };

/** SHA-256 over what decides what is computed, 64 hex digits: what is there for messages alone is left out. */
export function setupHash({ model, inputs, streams, shared, kernel }: ModelSetup): string {
  const reference = 'builtin' in model ? model : { code: model.code };
  const by_name = Object.fromEntries(Object.entries(inputs).map(([name, { sha256 }]) => [name, sha256]));
  return hash('sha256', canonicalJson({ model: reference, inputs: by_name, streams, shared: shared ?? null, kernel }));
}
