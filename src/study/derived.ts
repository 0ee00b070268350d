import type { Model, Parameters, ParameterValue } from '../model/model.ts';
import type { Path, Problems } from './problem.ts';
import { defaultMetrics, mustBeStored } from './stored-metrics.ts';

/** A step's parameter that an earlier step decides: `num_gpus: { from: step2, best: capacity_qps, of: max, otherwise: 32 }`. */
export interface Derivation {
  readonly step: string;
  readonly parameter: string;
  /** The earlier step. */
  readonly from: string;
  /** A metric (its mean is compared), or a rule of the model (`Model.choices`). */
  readonly best: string;
  readonly of: 'max' | 'min';
  /** Where the earlier step has no row. */
  readonly otherwise: ParameterValue | undefined;
}

/** Values decided for derived parameters: step -> parameter -> value. */
export type Derived = Readonly<Record<string, Parameters>>;

type Raw = Readonly<Record<string, unknown>>;
const KEYS = ['from', 'best', 'of', 'otherwise'];

/** The derived parameters of a study as it was read; what cannot be one is ignored here and reported by `checkDerivations`. */
export function derivationsOf(raw: unknown): Derivation[] {
  return rawDerivations(raw).flatMap(({ step, parameter, value }) => {
    const { from, best, of = 'max', otherwise } = value;
    if (typeof from !== 'string' || typeof best !== 'string' || (of !== 'max' && of !== 'min')) return [];
    return [{ step, parameter, from, best, of, otherwise: otherwise as ParameterValue | undefined }];
  });
}

interface RawDerivation {
  readonly step: string;
  readonly parameter: string;
  readonly value: Raw;
}

function rawDerivations(raw: unknown): RawDerivation[] {
  return Object.entries(mapOf(mapOf(raw)['steps'])).flatMap(([step, section]) =>
    Object.entries(mapOf(mapOf(section)['parameters'])).flatMap(([parameter, value]) =>
      Object.hasOwn(mapOf(value), 'from') ? [{ step, parameter, value: mapOf(value) }] : [],
    ),
  );
}

/** Says what is wrong with the derived parameters of a study that stores these metrics. */
export function checkDerivations(
  raw: unknown,
  model: Model | undefined,
  stored: readonly string[],
  problems: Problems,
): void {
  const steps = Object.keys(mapOf(mapOf(raw)['steps']));
  for (const { step, parameter, value } of rawDerivations(raw)) {
    const path: Path = ['steps', step, 'parameters', parameter];
    for (const key of Object.keys(value)) if (!KEYS.includes(key)) problems.unknown([...path, key], 'key', key, KEYS);
    const earlier = steps.slice(0, steps.indexOf(step));
    if (typeof value['from'] !== 'string' || !earlier.includes(value['from']))
      problems.wrong([...path, 'from'], value['from'], earlier.join(' or ') || 'a step before this one');
    if (value['of'] !== undefined && value['of'] !== 'max' && value['of'] !== 'min')
      problems.wrong([...path, 'of'], value['of'], 'max or min');
    if (model !== undefined) {
      checkBest([...path, 'best'], value['best'], model, stored, problems);
    }
  }
}

function checkBest(path: Path, best: unknown, model: Model, stored: readonly string[], problems: Problems): void {
  const rules = Object.keys(model.choices ?? {});
  if (typeof best !== 'string') problems.wrong(path, best, `a metric or a rule of model ${model.name}`);
  else if (Object.hasOwn(model.metrics, best)) mustBeStored(path, best, stored, model, problems);
  else if (!rules.includes(best)) {
    problems.unknown(path, `metric or rule of model ${model.name}`, best, [...rules, ...Object.keys(model.metrics)]);
  } else {
    // Which metrics a rule looks at only the rule knows: it gets all that it was written for.
    const left_out = defaultMetrics(model).filter((name) => !stored.includes(name));
    if (left_out.length > 0) {
      problems.add(
        path,
        `the rule ${best} may use metrics that this study does not store (${left_out.join(', ')}); add them to metrics, or decide by one that is stored`,
        { value: best, allowed: stored.join(', ') },
      );
    }
  }
}

/**
 * The study with its derived parameters decided. A step that has one without a value yet is left out: it has no cells so far.
 */
export function withDerived(raw: unknown, derived: Derived): unknown {
  const undecided = new Set(
    derivationsOf(raw)
      .filter(({ step, parameter }) => !Object.hasOwn(derived[step] ?? {}, parameter))
      .map(({ step }) => step),
  );
  if (rawDerivations(raw).length === 0) return raw;
  const steps = Object.entries(mapOf(mapOf(raw)['steps'])).flatMap(([name, section]) => {
    if (undecided.has(name)) return [];
    const parameters = { ...mapOf(mapOf(section)['parameters']), ...derived[name] };
    return [[name, { ...mapOf(section), parameters }] as const];
  });
  return { ...mapOf(raw), steps: Object.fromEntries(steps) };
}

function mapOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}
