import type { SchedulerParameters } from './parameters.ts';
import type { Trace } from './trace.ts';

interface Problem {
  readonly parameter: string;
  readonly message: string;
}

/** Rules that tie parameters together. */
export function checkParameters(parameters: SchedulerParameters): Problem[] {
  return [
    ...batchProblems(parameters),
    ...memoryProblems(parameters),
    ...binProblems(parameters),
    ...loadProblems(parameters),
  ];
}

function batchProblems(parameters: SchedulerParameters): Problem[] {
  const problems: Problem[] = [];
  const { batch_min, batch_max, dispatch, scheduler_type } = parameters;
  if (typeof batch_min === 'number' && typeof batch_max === 'number' && batch_min > batch_max) {
    problems.push({ parameter: 'batch_min', message: `${batch_min} is more than batch_max (${batch_max})` });
  }
  if (dispatch === 'full_or_timeout' && scheduler_type !== 'static_fifo' && scheduler_type !== 'multi_bin_only') {
    problems.push({
      parameter: 'dispatch',
      message: 'full_or_timeout needs a fixed batch size: scheduler_type static_fifo or multi_bin_only',
    });
  }
  return problems;
}

function memoryProblems(parameters: SchedulerParameters): Problem[] {
  const { gpu_memory, model_memory, memory_margin } = parameters;
  if (typeof gpu_memory !== 'number' || typeof model_memory !== 'number' || typeof memory_margin !== 'number')
    return [];
  if (model_memory + memory_margin < gpu_memory) return [];
  return [
    {
      parameter: 'gpu_memory',
      message: `${gpu_memory} GB leave no room for requests: model_memory (${model_memory}) and memory_margin (${memory_margin}) take it all`,
    },
  ];
}

function binProblems(parameters: SchedulerParameters): Problem[] {
  const bins = parameters.bin_boundaries;
  if (bins === undefined) return [];
  const k = parameters.k_bins;
  const problems: Problem[] = [];
  if (bins.length === 0 || bins.length > 256) {
    problems.push({ parameter: 'bin_boundaries', message: `${bins.length} bins; allowed: 1 to 256` });
  } else if (k !== bins.length) {
    problems.push({ parameter: 'k_bins', message: `${String(k)}, but bin_boundaries has ${bins.length} pairs` });
  }
  for (const [low, high] of bins) {
    if (low > high) problems.push({ parameter: 'bin_boundaries', message: `[${low}, ${high}] ends before it begins` });
  }
  return problems;
}

function loadProblems(parameters: SchedulerParameters): Problem[] {
  if (parameters.target_rps === undefined || !parameters.use_real_timestamps) return [];
  return [{ parameter: 'target_rps', message: 'cannot scale the load together with use_real_timestamps' }];
}

/** What a cell needs of the trace. */
export function checkTrace(parameters: SchedulerParameters, trace: Trace | undefined): string[] {
  const problems: string[] = [];
  if (parameters.drop_unanswered && trace?.answered?.length === 0) {
    problems.push(`${trace.path}: no row has output, so drop_unanswered leaves nothing to simulate`);
  }
  if (parameters.prediction !== 'column') return problems;
  const column = parameters.prediction_column ?? 'predicted';
  if (trace === undefined) problems.push('prediction: column needs the input trace');
  else if (trace.columns[column] === undefined) problems.push(columnProblem(column, trace));
  return problems;
}

function columnProblem(column: string, trace: Trace): string {
  const reason = trace.unusable[column];
  if (reason !== undefined) {
    return `${trace.path}: prediction_column ${JSON.stringify(column)} must hold whole numbers of tokens; ${reason}`;
  }
  const names = Object.keys(trace.columns);
  const choice = names.length === 0 ? 'the trace has no column to choose' : `choose one of ${names.join(', ')}`;
  return `${trace.path}: no column ${JSON.stringify(column)} for prediction_column; ${choice}`;
}
