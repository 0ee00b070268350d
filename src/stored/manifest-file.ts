import { toJson } from '../encoding/json-numbers.ts';
import { EngineError } from '../errors.ts';
import { layoutOf } from '../store/scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { readSmallFile, writeSmallFile } from '../files/small-file.ts';

/** Two million cells have less. */
const MOST_BYTES = 1 << 28;

/** run_manifest.json as an object; what its fields mean is the run's business. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * The manifest of a run, or undefined where there is none (only "not there" means none). A manifest that is no JSON
 * object is EngineError NOT_A_RUN: it says which experiment the rows belong to, so nothing is guessed and nothing overwritten.
 * It is always replaced as a whole, so a crash does not tear it: this is damage by something else.
 */
export function readManifest(port: FilePort, output: string): Manifest | undefined {
  const path = layoutOf(output).manifest;
  const bytes = readSmallFile(port, path, MOST_BYTES);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw damagedManifest(path, error instanceof Error ? error.message : String(error), error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damagedManifest(path, 'it is not a JSON object');
  return value as Manifest;
}

export function damagedManifest(path: string, why: string, cause?: unknown): EngineError {
  return new EngineError(
    'NOT_A_RUN',
    `${path} is damaged (${why.replace(/\s+/g, ' ')}); the rows under per_cell/ are untouched: restore a copy of the manifest, or move the manifest away and run the same study again, which checks every metrics file against it`,
    { path, cause },
  );
}

/** Replaces the manifest as a whole, durably. */
export async function writeManifest(port: FilePort, output: string, manifest: Manifest): Promise<void> {
  await writeSmallFile(port, layoutOf(output).manifest, `${toJson(manifest, 2)}\n`);
}
