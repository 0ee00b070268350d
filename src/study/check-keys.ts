import type { InputSpec, MetricSpec, Ranking, View } from '../model/model.ts';
import type { ParameterSpec } from '../model/parameter.ts';
import type { Path, Problems } from './problem.ts';
import type { Raw } from './raw-map.ts';

/** All keys of a type: one more or less does not compile. */
type Keys<Of> = Readonly<Record<Of extends unknown ? keyof Of : never, true>>;
type Typed<Type extends ParameterSpec['type']> = Extract<ParameterSpec, { readonly type: Type }>;

const METRIC = named<MetricSpec>({
  unit: true,
  description: true,
  missing: true,
  infinite: true,
  constant: true,
  rate_of: true,
  cap: true,
  open_above: true,
  headline: true,
  label: true,
  good: true,
  goals: true,
  stored: true,
});
const INPUT = named<InputSpec>({ description: true, required: true, recognises: true, inspect: true });
const RANKING = named<Ranking>({ metric: true, best: true });
const VIEW = named<View>({ title: true, x: true, y: true, statistic: true, series: true, where: true });

const COMMON = {
  type: true,
  description: true,
  unit: true,
  default: true,
  optional: true,
  active_when: true,
  default_from: true,
} as const;
const NUMBER = named<Typed<'number'>>({ ...COMMON, min: true, max: true, above: true, below: true });
const PARAMETER: Readonly<Record<ParameterSpec['type'], readonly string[]>> = {
  number: NUMBER,
  integer: NUMBER,
  choice: named<Typed<'choice'>>({ ...COMMON, values: true, aliases: true }),
  string: named<Typed<'string'>>(COMMON),
  boolean: named<Typed<'boolean'>>(COMMON),
  list: named<Typed<'list'>>({ ...COMMON, items: true }),
};

function named<Of>(keys: Keys<Of>): readonly string[] {
  return Object.keys(keys);
}

/** The kinds of things that a model declares, each with the keys that it can have. A parameter's type is one of the six. */
export const DECLARED = {
  metric: () => METRIC,
  input: () => INPUT,
  ranking: () => RANKING,
  view: () => VIEW,
  parameter: ({ type }: Raw) => PARAMETER[type as ParameterSpec['type']],
} as const;

/** A key that nobody reads is a misspelt one: `mising: true` would declare nothing. */
export function checkKeys(kind: keyof typeof DECLARED, declared: Raw, path: Path, problems: Problems): void {
  const known = DECLARED[kind](declared);
  for (const key of Object.keys(declared))
    if (!known.includes(key)) problems.unknown([...path, key], 'key', key, known, declared[key]);
}

/** What is shown to people must be text. */
export function checkTexts(declared: Raw, path: Path, problems: Problems): void {
  for (const key of ['unit', 'description'])
    if (declared[key] !== undefined && typeof declared[key] !== 'string')
      problems.wrong([...path, key], declared[key], 'a text');
}
