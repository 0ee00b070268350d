import { defineModel, type InputFile, type Parameters } from '../../model/model.ts';
import { CORRECTED_METRICS } from './corrected-statistics.ts';
import type { History } from './history.ts';
import { historyNotes } from './history-notes.ts';
import { inspectHistory, looksLikeHistory } from './inspect.ts';
import { checkParameters, PARAMETERS, PRESETS, settingsOf } from './parameters.ts';
import { readHistory } from './read-history.ts';
import { REFERENCE_METRICS } from './reference-statistics.ts';
import { createReplicate } from './replicate.ts';
import { runReplicate } from './run-replicate.ts';
import { SCORE_METRICS } from './score.ts';
import { rowOf, singleRun } from './single-run.ts';
import { summaryText } from './summary-text.ts';
import { queueCourse } from './queue-course.ts';
import { traceReplicate } from './trace.ts';
import { CAVEATS, VIEWS } from './views.ts';

/** The input files as read. */
export interface SubmitQueueInputs {
  readonly history?: History;
}

/** The default warm-up of a history: a week and a half, but no more than a quarter of it. */
const WARM_UP_TICKS = 252;

export default defineModel({
  name: 'submit-queue',
  version: '1',
  description:
    'a merge queue that tests overlapping batches of changes in parallel (group testing), verifies suspects alone and lives with flaky tests',
  parameters: PARAMETERS,
  presets: PRESETS,
  inputs: {
    history: {
      description: 'csv mode: a build history, one row per change and target',
      recognises: looksLikeHistory,
      inspect: inspectHistory,
    },
  },
  metrics: { ...CORRECTED_METRICS, ...SCORE_METRICS, ...REFERENCE_METRICS },
  views: VIEWS,
  caveats: CAVEATS,
  ranking: { metric: 'score', best: 'highest' },
  lead: ['score', 'slot_demand_mean', 'slowdown', 'latency_hours_p95', 'fn'],
  check: checkParameters,
  load: (files: Readonly<Record<string, InputFile>>) =>
    files.history ? { history: readHistory(files.history.path, files.history.bytes) } : {},
  defaultsFrom: ({ history }): Parameters =>
    history ? { corrected_priming_ticks: Math.min(WARM_UP_TICKS, Math.floor(history.hours / 4)) } : {},
  checkInputs: historyProblems,
  notes: ({ history }, cells) => (history ? historyNotes(history, cells) : []),
  prepare: ({ parameters, inputs }) =>
    createReplicate(settingsOf(parameters), parameters.mode === 'csv' ? inputs.history : undefined),
  simulate: (replicate, rng, row) => {
    Object.assign(row, rowOf(runReplicate(replicate, rng), replicate));
  },
  trace: traceReplicate,
  path: queueCourse,
  summary: (replicate, rng) => {
    const run = singleRun(replicate, rng);
    return { text: summaryText(run), data: run };
  },
});

function historyProblems(parameters: Parameters, { history }: SubmitQueueInputs): string[] {
  if (parameters.mode !== 'csv') return [];
  if (!history) return ['mode csv replays a build history: name its file as inputs: { history: FILE }'];
  if (history.malformed_rows === 0 || parameters.on_malformed === 'skip') return [];
  const count = `${history.path}: ${history.malformed_rows} malformed rows; correct them, or drop them with on_malformed: skip`;
  return [...history.malformed, count];
}
