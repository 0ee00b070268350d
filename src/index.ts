/** The library: what the command line does, as functions. Errors are EngineErrors with a code of the list. */
export { EngineError, ERRORS, type ErrorCode } from './errors.ts';
export { defineModel } from './model/model.ts';
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
} from './model/model.ts';
export type { Rng, Streams } from './random/generator.ts';
export { benchStudy, type BenchOptions, type StudyBench } from './operations/bench.ts';
export { openStudy, type LoadedStudy } from './study/loaded-study.ts';
export { inspectFile, type InspectedFile, type InspectOptions } from './operations/inspect.ts';
export { SILENT, type RunObserver } from './run/output/observer.ts';
export { repairRun } from './operations/repair.ts';
export { planStudies, planStudy, type PlanOptions, type RunPlan, type StudyPlan } from './operations/plan.ts';
export { replayPermutation, type Replay } from './operations/replay.ts';
export { reportRun, type Reported, type ReportOptions } from './operations/report.ts';
export { runStatus, type RunStatus } from './operations/status.ts';
export type { RunOptions, StudyResult } from './run/run-options.ts';
export { runStudies, runStudy } from './operations/run.ts';
export type { Shard } from './plan/share.ts';
export { StopSwitch, type StopReason } from './run/stop.ts';
export type { Problem, ProblemCode } from './verify/problem.ts';
export { summarizeRun, type Summarized, type SummarizeOptions } from './operations/summarize.ts';
export { verifyRun, type VerifyOptions } from './operations/verify.ts';
export { type Verification } from './verify/verification.ts';
export { exportRun, type ExportOptions, type ExportResult } from './operations/export.ts';
export type { MergeConflict } from './merge/merge-cell.ts';
export { mergeRuns, type MergeOptions, type MergeResult } from './operations/merge.ts';
export { verifyOldRun } from './verify/verify-old-run.ts';
