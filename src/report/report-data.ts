import type { MetricSpec, ParameterSpec, View } from '../models/model.ts';
import type { ReportedCell } from './run-report.ts';

/** Everything that a report says, gathered from a run on disk. Plain data; the report is a function of it alone. */
export interface ReportData {
  readonly name: string;
  readonly model: string;
  readonly model_version: string;
  /** SHA-256 of every input, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Seed block and streams, as in the manifest. */
  readonly seed: unknown;
  readonly sharing: 'independent' | 'shared';
  readonly permutations: number;
  readonly format: string;
  readonly made_by: { readonly engine: string; readonly node: string; readonly v8: string };
  readonly study_text: string;
  readonly parameters: Readonly<Record<string, Pick<ParameterSpec, 'unit' | 'description'>>>;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  readonly views: readonly View[];
  readonly caveats: readonly string[];
  /** The metrics of the unperturbed case of the first cell; null where the model has none. */
  readonly baseline: Readonly<Record<string, number>> | null;
  readonly cells_total: number;
  /** Complete cells in study order. */
  readonly cells: readonly ReportedCell[];
  readonly incomplete: readonly IncompleteCell[];
  readonly failures: readonly FailedPermutation[];
  /** What the files of complete cells went through, where it was not nothing. */
  readonly disturbed: readonly DisturbedCell[];
}

export interface IncompleteCell {
  readonly cell_id: string;
  readonly rows: number;
  /** What it is to have; the most, where cells stop early. */
  readonly n_target: number;
  readonly n_failures: number;
  /** Why it is not complete, where that is more than missing rows. */
  readonly reason: string;
  /** Statistics of the first `n` permutations, none of which is missing; undefined where the very first is. */
  readonly partial: { readonly n: number; readonly statistics: ReportedCell['statistics'] } | undefined;
}

export interface FailedPermutation {
  readonly cell_id: string;
  readonly perm_index: number;
  readonly seed: string;
  readonly error_class: string;
  readonly message: string;
}

export interface DisturbedCell {
  readonly cell_id: string;
  readonly n_conflicting_duplicates: number;
  readonly n_duplicates_dropped: number;
  readonly n_rows_damaged: number;
}
