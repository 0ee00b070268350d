import type { ParameterSpec, ParameterValue } from '../model/model.ts';
import { EngineError } from '../errors.ts';
import { allParameters } from './cells.ts';
import type { Cell } from './cells.ts';
import { allowedText, checkValue } from './parameter-value.ts';
import { nearest, quoted } from './problem.ts';
import type { Study } from './study.ts';

/** The values of `--cells` and `--step`. */
export interface Selection {
  /** Each `k=v,...`: all its keys must hold; one key given twice means either value; several of these mean any of them. */
  readonly cells?: readonly string[] | undefined;
  /** Any of these steps. */
  readonly steps?: readonly string[] | undefined;
}

/** A predicate for the cells that were asked for; all cells where nothing was. Unknown keys, values and steps are an EngineError USAGE. */
export function cellSelector(study: Study, { cells = [], steps = [] }: Selection): (cell: Cell) => boolean {
  for (const step of steps)
    if (!study.surface.steps.includes(step)) throw unknown('--step', 'step', step, study.surface.steps);
  const wanted = cells.map((text) => conditionsOf(text, study, '--cells'));
  return (cell) =>
    (steps.length === 0 || cell.steps.some((step) => steps.includes(step))) &&
    (wanted.length === 0 || wanted.some((conditions) => holds(conditions, cell)));
}

export type Conditions = ReadonlyMap<string, readonly ParameterValue[]>;

export function holds(conditions: Conditions, cell: Cell): boolean {
  const parameters = allParameters(cell);
  return [...conditions].every(([key, values]) => {
    if (key === 'cell_id') return values.includes(cell.cell_id);
    return Object.hasOwn(parameters, key) && values.includes(parameters[key]!);
  });
}

/** `p=0.5,flips=100`, checked against the study; `option`: where it was given. Throws USAGE. */
export function conditionsOf(text: string, study: Study, option: string): Conditions {
  const conditions = new Map<string, ParameterValue[]>();
  for (const part of text.split(',')) {
    const [, key, value] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (key === undefined || value === undefined) {
      throw new EngineError(
        'USAGE',
        `${option}: found ${quoted(part)}; allowed: parameter=value, separated by commas`,
        {
          path: option,
          value: part,
          allowed: 'parameter=value, separated by commas',
        },
      );
    }
    conditions.set(key, [...(conditions.get(key) ?? []), valueOf(key, value, study, option)]);
  }
  return conditions;
}

function valueOf(key: string, text: string, study: Study, option: string): ParameterValue {
  if (key === 'cell_id') return text;
  const { parameters } = study.model;
  if (!Object.hasOwn(parameters, key)) throw unknown(option, 'parameter', key, [...Object.keys(parameters), 'cell_id']);
  const spec = parameters[key]!;
  const checked =
    spec.type === 'list' ? { allowed: 'a parameter that is not a list' } : checkValue(spec, read(spec, text));
  if ('value' in checked) return checked.value;
  if (spec.type === 'choice') throw unknown(`${option} ${key}`, 'value', text, spec.values);
  throw new EngineError('USAGE', `${option} ${key}: found ${quoted(text)}; allowed: ${allowedText(spec)}`, {
    path: `${option} ${key}`,
    value: text,
    allowed: checked.allowed,
  });
}

function read(spec: ParameterSpec, text: string): unknown {
  if (spec.type === 'number' || spec.type === 'integer') return text === '' ? undefined : Number(text);
  if (spec.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}

function unknown(path: string, what: string, name: string, known: readonly string[]): EngineError {
  const near = nearest(name, known);
  const allowed = known.length === 0 ? `none: the study has no ${what}s` : known.join(', ');
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new EngineError('USAGE', `${path}: unknown ${what} ${quoted(name)}; allowed: ${allowed}${hint}`, {
    path,
    value: name,
    allowed,
  });
}
