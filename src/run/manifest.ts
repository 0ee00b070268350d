import { relative, resolve } from 'node:path';

import { EngineError } from '../errors.ts';
import type { Format } from '../encoding/metrics-schema.ts';
import type { MetricSpec } from '../models/model.ts';
import { layoutOf } from '../store/layout.ts';
import { readManifest } from '../store/manifest.ts';
import type { FilePort } from '../store/port.ts';
import { compareIdentity, describeIdentity, differenceLines, type RunIdentity } from '../study/identity.ts';
import { baselineOf, runCell, type Experiment } from './experiment.ts';
import { ENGINE_VERSION } from './version.ts';

/** run_manifest.json: what decides the rows, and for the record what made them. */
export interface RunManifest {
  readonly manifest_version: 1;
  readonly name: string;
  readonly permutations: number;
  readonly format: Format;
  readonly batch_rows: number;
  readonly thresholds: Readonly<Record<string, readonly number[]>>;
  readonly identity: RunIdentity;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** The metrics of the unperturbed case of the first cell; null where the model has none. */
  readonly baseline: Readonly<Record<string, number>> | null;
  readonly made_by: MadeBy;
  /** Relative to the output folder: where the study file stood, to find it again. */
  readonly study_file: string;
  readonly study_text: string;
  readonly created_at: string;
}

export interface MadeBy {
  readonly engine: string;
  readonly node: string;
  readonly v8: string;
}

export const MADE_BY: MadeBy = { engine: ENGINE_VERSION, node: process.versions.node, v8: process.versions.v8 };

/** The manifest of a run that is there, or undefined. Throws NOT_A_RUN where the file cannot be one. */
export function loadManifest(port: FilePort, output: string): RunManifest | undefined {
  const found = readManifest(port, output);
  if (found === undefined) return undefined;
  if (found['manifest_version'] !== 1 || typeof found['identity'] !== 'object') {
    throw new EngineError('NOT_A_RUN', `${layoutOf(output).manifest} is no manifest of this version of permafrost (manifest_version 1). Use the version that made it, or another --output.`);
  }
  return found as unknown as RunManifest;
}

/** The manifest of a run that must be there. */
export function requireManifest(port: FilePort, output: string): RunManifest {
  const manifest = loadManifest(port, output);
  if (manifest === undefined) {
    throw new EngineError('NOT_A_RUN', `${output} holds no run: there is no run_manifest.json in it. Name the output folder of a run.`, { path: output });
  }
  return manifest;
}

/** Where the study file of a run stood. */
export function studyFileOf(output: string, manifest: RunManifest): string {
  return resolve(output, manifest.study_file);
}

export interface ManifestCheck {
  readonly manifest: RunManifest;
  /** Things to tell: another engine or Node version. */
  readonly warnings: readonly string[];
  /** Whether it differs from what is on disk. */
  readonly changed: boolean;
}

/**
 * Holds the experiment against the run that is in the output. Same identity: resume; more permutations: extend; new cells: add. Anything else is
 * refused with the field, its old and new value and the ways out. Nothing is written here.
 */
export function checkManifest(before: RunManifest | undefined, experiment: Experiment, truncate: boolean): ManifestCheck {
  const { study } = experiment;
  const identity = describeIdentity(study, experiment.common, experiment.cells, experiment.input_defaults);
  if (before !== undefined) refuseOther(before, experiment, identity, truncate);
  const first = experiment.cells.length > 0 ? runCell(experiment, experiment.cells.at(0), study.output) : undefined;
  const manifest: RunManifest = {
    manifest_version: 1,
    name: study.name,
    permutations: study.permutations,
    format: study.format,
    batch_rows: study.batch_rows,
    thresholds: study.thresholds,
    identity,
    metrics: study.model.metrics,
    baseline: (first === undefined ? undefined : baselineOf(experiment, first)) ?? null,
    made_by: MADE_BY,
    study_file: relative(study.output, resolve(study.file)),
    study_text: study.text,
    created_at: before?.created_at ?? new Date().toISOString(),
  };
  return { manifest, warnings: before === undefined ? [] : versionWarnings(before.made_by), changed: JSON.stringify(before) !== JSON.stringify(manifest) };
}

function refuseOther(before: RunManifest, { study }: Experiment, identity: RunIdentity, truncate: boolean): void {
  const { output } = study;
  const settings = (['format', 'batch_rows'] as const).filter((field) => before[field] !== study[field]);
  for (const field of settings) {
    throw new EngineError(
      'IDENTITY',
      `${output} was started with ${field} ${before[field]}, and the study asks for ${study[field]}. An output keeps its ${field}: set it back, or export the run (permafrost export), or give another --output.`,
      { path: field, value: study[field], allowed: String(before[field]) },
    );
  }
  const differences = compareIdentity(before.identity, identity);
  if (differences.length > 0) {
    const first = differences[0]!;
    throw new EngineError(
      'IDENTITY',
      `${output} holds another experiment:\n  ${differenceLines(differences).join('\n  ')}\nNothing was changed. Set it back, or give another --output; cells that are only not wanted now are left out with --cells.`,
      { path: first.path, value: first.new, allowed: JSON.stringify(first.old) ?? 'nothing' },
    );
  }
  if (study.permutations < before.permutations && !truncate) {
    throw new EngineError(
      'IDENTITY',
      `${output} holds ${before.permutations} permutations per cell and the study asks for ${study.permutations}: that would drop computed rows. Say --truncate to drop them, or ask for ${before.permutations} or more.`,
      { path: 'permutations', value: study.permutations, allowed: `>= ${before.permutations}, or --truncate` },
    );
  }
}

function versionWarnings(before: MadeBy): string[] {
  const named: readonly (readonly [keyof MadeBy, string])[] = [
    ['engine', 'permafrost'],
    ['node', 'Node.js'],
  ];
  return named
    .filter(([key]) => before[key] !== MADE_BY[key])
    .map(([key, what]) => `this run was made with ${what} ${before[key]} and goes on with ${MADE_BY[key]}`);
}
