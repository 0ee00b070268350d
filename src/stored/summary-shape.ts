import * as z from 'zod';

import { LATER_NAMES } from '../statistics/earlier-statistics.ts';
import { QUANTILES } from '../statistics/summarise.ts';
import { count, hex, jsonNumber, named, parameters } from './check-shape.ts';

const interval = z.tuple([jsonNumber, jsonNumber]);
const quantiles = Object.keys(QUANTILES);
const fields = <Value extends z.ZodType>(names: readonly string[], value: Value) =>
  Object.fromEntries(names.map((name) => [name, value]));

/** One metric's statistics, in this version's form or with what an earlier one had of them. */
const metric = z.looseObject({
  n: count,
  n_nan: count,
  n_infinite: count.optional(),
  n_ones: count.optional(),
  ...fields(['mean', 'sd', 'mcse', 'min', 'max', 'sd_se', ...quantiles], jsonNumber),
  quantile_mcse: z.looseObject(fields(quantiles, jsonNumber)),
  ci: z.looseObject(fields(['mean', ...quantiles], interval)),
  diagnostics: z.array(z.string()).optional(),
  ...fields([...LATER_NAMES, 'other_value_at_most'], jsonNumber.optional()),
  finite: z.looseObject({ n: count, ...fields(['mean', 'sd', 'mcse'], jsonNumber), ci: interval }).optional(),
  thresholds: z
    .array(
      z.looseObject({ threshold: z.number(), count, probability: jsonNumber, se: jsonNumber.optional(), ci: interval }),
    )
    .optional(),
});

const reached = z.looseObject({
  metric: z.string(),
  quantity: z.string(),
  rule: z.looseObject({ metric: z.string() }),
  n: count,
  looks: count,
  ...fields(['estimate', 'half_width', 'allowed'], jsonNumber),
  ci: interval,
  reached: z.boolean(),
  reason: z.string(),
});

/** summary.json, as this version or an earlier one wrote it. */
export const summaryShape = z.looseObject({
  cell_id: z.string(),
  ...fields(
    [
      'n_perms_target',
      'n_perms_done',
      'n_rows_raw',
      'n_rows_deduped',
      'n_duplicates_dropped',
      'n_conflicting_duplicates',
      'n_rows_damaged',
      'n_rows_past_target',
    ],
    count,
  ),
  resume_detected: z.boolean(),
  params: parameters,
  rows_crc32: hex(8),
  thresholds: named(z.array(z.number())),
  precision: z.union([reached, z.array(reached)]).optional(),
  statistics: named(metric),
  digest: hex(64).optional(),
});
