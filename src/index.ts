/**
 * The library: what the command line does, as functions (docs/library.md). They change nothing that the process has in common, any number of them may be
 * at work at once, and what they throw are EngineErrors with a code of the list.
 */
export * from './model/kit.ts';

export { run, type RunResult } from './operations/run.ts';
export type { CellCounts, Durability, FirstFailure, OnError, RunOptions, StudyResult } from './run/run-options.ts';
export type { RunEvent } from './run/output/events.ts';
export type { ProgressNumbers } from './run/output/progress.ts';
export type { StopReason } from './run/stop.ts';
export type { Watching } from './operations/watching.ts';
export type { Abortable, GivenStudy, StudyBase, StudyPlace } from './operations/given-study.ts';
export type * from './study/study-object.ts';
export type { Format } from './encoding/metrics-schema.ts';
export type { Shard } from './plan/share.ts';

export { plan, type PlanOptions, type RunPlan, type StudyPlan } from './operations/plan.ts';
export type { PlannedCell } from './operations/planned-output.ts';
export type { FixedParameters } from './study/fixed-parameters.ts';
export type { Forecast } from './forecast/forecast.ts';
export type { StudyOverlap } from './plan/overlap.ts';
export {
  seeds,
  type BaseSeed,
  type CellSeed,
  type PermutationSeed,
  type SeedsOptions,
  type StudySeeds,
} from './operations/seeds.ts';

export { openRun, type OpenedCell, type OpenedRun, type OpenRunOptions } from './operations/open-run.ts';
export type { BatchOptions, ColumnOptions, Columns } from './operations/cell-columns.ts';
export type { CountOptions } from './operations/cell-counts.ts';
export type { CellStatus } from './stored/cell-states.ts';
export type { CellSummary } from './stored/summaries.ts';
export type { CellStatistics } from './statistics/summarise.ts';
export { status, type RunHolder, type RunStatus, type StatusOptions } from './operations/status.ts';
export type { RunState } from './operations/run-state.ts';
export type { EndReason, Heartbeat, RunEnd } from './stored/heartbeat.ts';
export type { DeadLetter, QueueReport, QueueWorker, WorkerPutOut } from './stored/queue-report.ts';
export { verify, type VerifyOptions } from './operations/verify.ts';
export type { Verification } from './verify/verification.ts';
export type { Problem, ProblemCode } from './verify/problem.ts';
export type { RecomputeAmount } from './verify/recompute.ts';
export { repair, type RepairOptions } from './operations/repair.ts';
export { replay, type Replay } from './operations/replay.ts';

export { init, type Initialised, type InitOptions } from './operations/init.ts';
export type { TemplateName } from './operations/templates.ts';
export { merge, type MergeOptions, type MergeResult } from './operations/merge.ts';
export type { MergeConflict } from './merge/merge-cell.ts';
export { summarize, type Summarized, type SummarizeOptions } from './operations/summarize.ts';
export type { Analysis, AnalysisQuestions, BreakEvens, QuantityAnalysis } from './analysis/analyse.ts';
export type { Aim } from './analysis/aims.ts';
export type { AxisEffect, AxisEffects } from './analysis/axis-effects.ts';
export type { BaselineTest, BaselineTests } from './analysis/baseline-tests.ts';
export type { BreakEven, BreakEvenKind } from './analysis/break-even.ts';
export type { Contrast } from './analysis/contrasts.ts';
export type { Grid, GridAxis, GridLine } from './analysis/grid.ts';
export type { WishedPrecision } from './analysis/needed.ts';
export type { Front, FrontCell } from './analysis/pareto.ts';
export type { Plateaus, Region, RegionSpan } from './analysis/plateaus.ts';
export type { AnalysedCell, Quantity, QuantityStatistic } from './analysis/quantity.ts';
export { compare, type Compared, type CompareOptions } from './operations/compare.ts';
export type { ComparedPair, ComparedRun, Comparison, RunDifference } from './report/compare/comparison.ts';
export type { ComparedCell, ComparedQuantity } from './analysis/compare-cells.ts';
export { report, type Reported, type ReportOptions } from './operations/report.ts';
export { exportRun, type ExportOptions, type ExportResult } from './operations/export.ts';
export type { SummaryFormat } from './tables/grid-summary-table.ts';
export type { TableFormat } from './tables/formats/table.ts';

export { serve, type Served, type ServeOptions } from './operations/serve.ts';

export { work, type WorkOptions } from './operations/work.ts';
export { submit, type LeftResult, type Submitted, type SubmitOptions } from './operations/submit.ts';
export type { WorkerCounts, WorkerEvent } from './queue/chunk-worker.ts';

export { bench, type BenchOptions, type StudyBench } from './operations/bench.ts';
export { inspect, type InspectedFile, type InspectOptions } from './operations/inspect.ts';
export { importTrades, type ImportedTrades, type ImportOptions } from './operations/import-trades.ts';
export { generate, type Generated, type GenerateOptions } from './operations/generate.ts';
