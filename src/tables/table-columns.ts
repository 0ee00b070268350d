import assert from 'node:assert/strict';
import { hash } from 'node:crypto';

import { csvField } from '../encoding/csv-field.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import type { ENGINE_COLUMNS, Parameters, ParameterValue } from '../model/model.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import type { Study } from '../study/study.ts';
import { parameterTexts } from './grid-summary.ts';

type Own = (typeof ENGINE_COLUMNS)[number];

/** A column of a suite's tables. */
export interface TableColumn {
  readonly title: string;
  readonly kind: Own | 'parameter' | 'metric';
  /** Of the parameter or metric. */
  readonly name: string;
  /** The text where the parameter is inactive. */
  readonly inactive: ParameterValue | undefined;
}

/** What one row holds. */
export type TableValues = Readonly<Record<Own, string>> & {
  readonly parameters: Parameters;
  /** Undefined for a row without a result. */
  readonly statistics: Readonly<Record<string, MetricStatistics>> | undefined;
};

/**
 * Columns: step, cell_id, the parameters, n, one per metric (its mean: the value itself for n = 1), status, error; where the model
 * has an order and titles of its own (`results_columns`), those first and then what they leave out.
 */
export function tableColumns({ metrics, model }: Pick<Study, 'metrics' | 'model'>): TableColumn[] {
  const { parameters, results_columns } = model;
  const all = [
    plain('step'),
    plain('cell_id'),
    ...Object.keys(parameters).map((name) => plain('parameter', name)),
    plain('n'),
    ...metrics.map((name) => plain('metric', name)),
    plain('status'),
    plain('error'),
  ];
  if (results_columns === undefined) return all;
  const known = [...all, plain('config_id')];
  const first = results_columns.flatMap((column): TableColumn[] => {
    const { title, of, inactive } = typeof column === 'string' ? { title: column, of: column } : column;
    if (Object.hasOwn(model.metrics, of) && !metrics.includes(of)) return [];
    const found = known.findLast(({ name }) => name === of);
    assert(found !== undefined, `a model whose results_columns name ${of}, which is not a column, was not refused`);
    return [{ ...found, title, inactive }];
  });
  const given = new Set(first.map(({ kind, name }) => `${kind} ${name}`));
  return [...first, ...all.filter(({ kind, name }) => !given.has(`${kind} ${name}`))];
}

function plain(kind: TableColumn['kind'], name: string = kind): TableColumn {
  return { title: name, kind, name, inactive: undefined };
}

/** The fields of one row, ready for CSV. */
export function tableFields(columns: readonly TableColumn[], values: TableValues): string[] {
  return columns.map(({ kind, name, inactive }) => {
    if (kind === 'parameter')
      return parameterTexts({ ...(inactive !== undefined && { [name]: inactive }), ...values.parameters }, [name])[0]!;
    if (kind === 'metric') return values.statistics === undefined ? '' : String(values.statistics[name]!.mean);
    return csvField(values[kind]);
  });
}

/**
 * What the rows of a step have in common beside the key: 16 hex digits over model, inputs, seed, streams and the fixed parameters outside
 * the key. Rows whose id differs are not to be compared.
 */
export function configId({ study, common }: LoadedStudy, step: string, key: readonly string[]): string {
  const { model, model_version, inputs, seed, streams, shared } = common;
  const fixed = study.surface.blocks.find((block) => block.step === step)?.fixed ?? {};
  const parameters = Object.fromEntries(Object.entries(fixed).filter(([name]) => !key.includes(name)));
  return hash('sha256', canonicalJson({ model, model_version, inputs, seed, streams, shared, parameters })).slice(
    0,
    16,
  );
}
