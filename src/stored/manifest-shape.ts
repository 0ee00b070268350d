import * as z from 'zod';

import { FORMATS } from '../encoding/metrics-schema.ts';
import { GENERATORS } from '../random/generator.ts';
import { MAX_PERMUTATIONS, SCHEMES } from '../random/seeding.ts';
import { precisionSchema } from '../study/schema.ts';
import { hex, named, parameters } from './check-shape.ts';

const uint32 = z.int().min(0).max(0xffff_ffff);
const condition = named(z.unknown());

const identity = z.looseObject({
  model: z.string(),
  model_version: z.string(),
  inputs: named(hex(64)),
  seed: z.looseObject({
    global: z.union([uint32, z.string()]),
    stride: uint32,
    scheme: z.enum(SCHEMES),
    generator: z.enum(GENERATORS),
    namespace: z.string().optional(),
  }),
  streams: z.union([
    z.looseObject({ sharing: z.literal('independent'), antithetic: z.literal(true).optional() }),
    z.looseObject({ sharing: z.literal('shared'), group: z.string(), antithetic: z.literal(true).optional() }),
  ]),
  shared: z.unknown(),
  metrics: z.array(z.string().min(1)).min(1),
  cell_ids: z.enum(['params', 'index']),
  surface: named(z.unknown()),
  defaults: parameters,
  cells: named(hex(64)),
});

const metric = z.looseObject({
  unit: z.string().optional(),
  description: z.string().optional(),
  missing: z.boolean().optional(),
  infinite: z.boolean().optional(),
  constant: z.union([z.literal(true), z.array(condition)]).optional(),
  rate_of: z.looseObject({ cases: z.array(z.string()), of: z.array(z.string()) }).optional(),
  cap: z.string().optional(),
  open_above: z.string().optional(),
  stored: z.boolean().optional(),
  headline: z.boolean().optional(),
  label: z.string().optional(),
  good: z.enum(['high', 'low']).optional(),
  goals: z.array(z.looseObject({ at: z.number(), means: z.string() })).optional(),
});

const view = z.looseObject({
  title: z.string(),
  x: z.string(),
  y: z.string(),
  statistic: z.enum(['mean', 'p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99']).optional(),
  series: z.string().optional(),
  where: condition.optional(),
});

const note = z.union([z.string(), z.looseObject({ code: z.string(), message: z.string() })]);

/** run_manifest.json, as this version or an earlier one wrote it. Fields that later versions add are ignored. */
export const manifestShape = z
  .looseObject({
    manifest_version: z.literal(1),
    name: z.string(),
    permutations: z.int().min(1).max(MAX_PERMUTATIONS),
    format: z.enum(FORMATS),
    batch_rows: z.int().min(1).max(1_000_000),
    thresholds: named(z.array(z.number())),
    precision: z.array(precisionSchema).optional(),
    identity,
    derived: named(parameters).optional(),
    steps_run: z.array(z.string()).optional(),
    settings: parameters.optional(),
    inputs: named(z.string()).optional(),
    parameters: named(z.looseObject({ unit: z.string().optional(), description: z.string().optional() })).optional(),
    metrics: named(metric),
    views: z.array(view).optional(),
    caveats: z.array(z.string()).optional(),
    lead: z.array(z.string()).optional(),
    ranking: z.looseObject({ metric: z.string(), best: z.enum(['highest', 'lowest']) }).optional(),
    notes: z.array(note).optional(),
    baseline: named(z.union([z.number(), z.null(), z.string()])).nullable(),
    made_by: z.looseObject({ engine: z.string(), node: z.string(), v8: z.string() }),
    first_node: z.string().optional(),
    study_file: z.string().optional(),
    study_folder: z.string().optional(),
    study_text: z.string(),
    created_at: z.string(),
  })
  .refine(({ identity: { metrics }, metrics: specs }) => metrics.join('\n') === Object.keys(specs).join('\n'), {
    path: ['metrics'],
    error: 'expected the metrics of identity.metrics, in their order',
  })
  .refine(({ study_folder, study_text }) => study_folder === undefined || isJson(study_text), {
    path: ['study_text'],
    error: 'expected JSON',
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
