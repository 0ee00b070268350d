import type { ParameterSpec, ParameterValue } from '../model/model.ts';

/** A value that fits its parameter, aliases resolved and -0 made 0; or what would have fitted. */
export type Checked = { readonly value: ParameterValue } | { readonly allowed: string };

/** Checks one value against what the model says of the parameter. */
export function checkValue(spec: ParameterSpec, value: unknown): Checked {
  const allowed = allowedText(spec);
  switch (spec.type) {
    case 'number':
    case 'integer':
      return isNumberOf(spec, value) ? { value: value === 0 ? 0 : value } : { allowed };
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { allowed };
    case 'string':
      return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? { value } : { allowed };
    case 'choice': {
      if (typeof value !== 'string') return { allowed };
      const aliases = spec.aliases ?? {};
      const name = Object.hasOwn(aliases, value) ? aliases[value]! : value;
      return spec.values.includes(name) ? { value: name } : { allowed };
    }
    case 'list':
      return isListOf(spec.items, value) ? { value: withoutMinusZero(value) } : { allowed };
  }
}

function isNumberOf(spec: ParameterSpec & { type: 'number' | 'integer' }, value: unknown): value is number {
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (spec.type === 'number' || Number.isSafeInteger(value)) &&
    value >= (spec.min ?? -Infinity) &&
    value <= (spec.max ?? Infinity) &&
    (spec.above === undefined || value > spec.above) &&
    (spec.below === undefined || value < spec.below)
  );
}

function isListOf(items: 'numbers' | 'pairs', value: unknown): value is readonly ParameterValue[] {
  const isNumber = (item: unknown): boolean => typeof item === 'number' && Number.isFinite(item);
  const isPair = (item: unknown): boolean => Array.isArray(item) && item.length === 2 && item.every(isNumber);
  return Array.isArray(value) && value.every(items === 'numbers' ? isNumber : isPair);
}

function withoutMinusZero(list: readonly ParameterValue[]): ParameterValue[] {
  return list.map((item) => (item === 0 ? 0 : Array.isArray(item) ? withoutMinusZero(item as ParameterValue[]) : item));
}

/** What a parameter allows, in words: "a number from 0 to 1", "none, permute or block_permute". */
export function allowedText(spec: ParameterSpec): string {
  switch (spec.type) {
    case 'number':
    case 'integer':
      return `${spec.type === 'integer' ? 'an integer' : 'a number'}${boundsText(spec)}${spec.unit === undefined ? '' : ` [${spec.unit}]`}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'choice':
      return spec.values.length === 1
        ? spec.values[0]!
        : `${spec.values.slice(0, -1).join(', ')} or ${spec.values.at(-1)!}`;
    case 'list':
      return spec.items === 'numbers' ? 'a list of numbers' : 'a list of pairs of numbers';
  }
}

function boundsText(spec: { min?: number; max?: number; above?: number; below?: number }): string {
  if (spec.min !== undefined && spec.max !== undefined) return ` from ${spec.min} to ${spec.max}`;
  const parts = [
    spec.min === undefined ? '' : `at least ${spec.min}`,
    spec.above === undefined ? '' : `above ${spec.above}`,
    spec.max === undefined ? '' : `at most ${spec.max}`,
    spec.below === undefined ? '' : `below ${spec.below}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

/** Is it one of the values of a condition (a value, or a list of them)? */
export function isOneOf(value: ParameterValue, allowed: ParameterValue | readonly ParameterValue[]): boolean {
  return Array.isArray(allowed) ? allowed.some((one) => one === value) : allowed === value;
}
