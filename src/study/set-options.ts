import { EngineError } from '../errors.ts';
import type { Parameters, ParameterValue } from '../model/model.ts';
import type { Derivation, Derived } from './derived.ts';
import { nearest, quoted } from './problem.ts';

/** What `--set` says, of a study's settings and of parameters that its steps take from earlier ones. */
export interface SetOptions {
  readonly settings: Parameters;
  readonly derived: Derived;
}

/**
 * Reads `--set`: `max_gpus=8` for a setting of the study, `num_gpus=16` for every step that derives that parameter, or
 * `step3.num_gpus=16`. Of two values for one name the last one stays. Throws EngineError USAGE.
 */
export function readSetOptions(
  texts: readonly string[],
  declared: Parameters,
  derivations: readonly Derivation[],
): SetOptions {
  const settings: Record<string, ParameterValue> = {};
  const derived: Record<string, Parameters> = {};
  for (const text of texts) {
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw refused(text, `found ${quoted(text)}; allowed: name=value or step.parameter=value`);
    const fitting = derivations.filter(({ step, parameter }) => name === parameter || name === `${step}.${parameter}`);
    if (Object.hasOwn(declared, name)) settings[name] = valueOf(value);
    else if (fitting.length === 0) throw refused(text, unknownText(name, declared, derivations));
    for (const { step, parameter } of fitting) derived[step] = { ...derived[step], [parameter]: valueOf(value) };
  }
  return { settings, derived };
}

/** `--set` that says the same again. */
export function setTexts({ settings, derived }: SetOptions): string[] {
  const steps = Object.entries(derived).flatMap(([step, parameters]) =>
    Object.entries(parameters).map(([name, value]) => `${step}.${name}=${String(value)}`),
  );
  return [...Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`), ...steps];
}

function valueOf(text: string): ParameterValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && !Number.isNaN(number) ? number : text;
}

function unknownText(name: string, declared: Parameters, derivations: readonly Derivation[]): string {
  const known = [
    ...Object.keys(declared),
    ...new Set(derivations.flatMap(({ step, parameter }) => [parameter, `${step}.${parameter}`])),
  ];
  const near = nearest(name, known);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `${quoted(name)} is neither a setting of the study nor a parameter that a step takes from an earlier one; allowed: ${known.join(', ') || 'none: the study has neither'}${hint}`;
}

function refused(text: string, sentence: string): EngineError {
  return new EngineError('USAGE', `--set: ${sentence}`, { path: '--set', value: text, allowed: 'name=value' });
}
