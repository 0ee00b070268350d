/** The library: what the command line does, as functions. Errors are EngineErrors with a code of the list. */
export { EngineError, ERRORS, type ErrorCode } from './errors.ts';
export { defineModel } from './models/model.ts';
export type {
  Columns,
  Condition,
  InputFile,
  InputSpec,
  Inspection,
  Kernel,
  MetricSpec,
  Model,
  ParameterSpec,
  Parameters,
  ParameterValue,
  PermutationSummary,
  PrepareContext,
  Ranking,
  Row,
  View,
  ViewStatistic,
} from './models/model.ts';
export type { Rng, Streams } from './random/generator.ts';
export { benchStudy, type BenchOptions, type StudyBench } from './run/bench/bench-study.ts';
export { loadExperiment, type Experiment } from './run/experiment.ts';
export { inspectFile, type InspectedFile, type InspectOptions } from './run/inspect-file.ts';
export { SILENT, type RunObserver } from './run/output/observer.ts';
export { repairRun } from './run/verify/repair-run.ts';
export { planStudies, planStudy, type PlanOptions, type RunPlan, type StudyPlan } from './run/plan-study.ts';
export { replayPermutation, type Replay } from './run/verify/replay.ts';
export { reportRun, type Reported, type ReportOptions } from './run/results/report-run.ts';
export { runStatus, type RunStatus } from './run/run-status.ts';
export type { RunOptions, StudyResult } from './run/run-options.ts';
export { runStudies, runStudy } from './run/run-study.ts';
export type { Shard } from './run/share.ts';
export { StopSwitch, type StopReason } from './run/stop.ts';
export type { Problem, ProblemCode } from './run/verify/problem.ts';
export { summarizeRun, type Summarized, type SummarizeOptions } from './run/results/summarize-run.ts';
export { verifyRun, type Verification, type VerifyOptions } from './run/verify/verify-run.ts';
export { exportRun, type ExportOptions, type ExportResult } from './run/export-run.ts';
export type { MergeConflict } from './run/merge/merge-cell.ts';
export { mergeRuns, type MergeOptions, type MergeResult } from './run/merge/merge-runs.ts';
export { verifyOldRun } from './run/verify/verify-old-run.ts';
