import { closest } from 'fastest-levenshtein';
import { ENGINE_COLUMNS, type Model, type ParameterSpec } from '../model/model.ts';
import { GENERATORS } from '../random/generator.ts';
import { checkKeys, checkTexts } from './check-keys.ts';
import { checkMetrics } from './check-metrics.ts';
import { goodName } from './check-name.ts';
import { checkValue } from './parameter-value.ts';
import { Problems, show, StudyError } from './problem.ts';
import type { Path } from './problem.ts';
import { isMap, type Raw } from './raw-map.ts';
import { resolutionOrder } from './resolution-order.ts';

/** What a declaration holds that is no function: all that a program in another language has of one. */
const DATA_KEYS = [
  'name',
  'version',
  'earlier_versions',
  'description',
  'parameters',
  'presets',
  'metrics',
  'ranking',
  'lead',
  'views',
  'results_columns',
  'caveats',
  'generators',
];
const KEYS = [
  ...DATA_KEYS,
  'inputs',
  'choices',
  'kernels',
  'draws_by_itself',
  'check',
  'load',
  'defaultsFrom',
  'checkInputs',
  'notes',
  'shared',
  'prepare',
  'simulate',
  'simulateChunk',
  'baseline',
  'trace',
  'path',
  'unperturbedPath',
  'summary',
];
const FUNCTIONS = KEYS.slice(KEYS.indexOf('check'));
const TYPES = ['number', 'integer', 'choice', 'string', 'boolean', 'list'];
/**
 * Checks that a module's default export follows the Model interface, all problems at once (EngineError MODEL). `shown` names it
 * in messages.
 */
export function checkModel(value: unknown, shown: string): Model {
  const problems = new Problems();
  if (!isMap(value)) {
    problems.wrong([], value, 'a model: export default defineModel({ name, version, parameters, metrics, simulate })');
  } else {
    declaration(value, KEYS, problems);
    inputs(value.inputs, problems);
    functions(value, problems);
    generatorsIn('kernels', value, problems);
  }
  if (problems.list.length > 0) throw new StudyError(shown, problems.list, 'MODEL');
  return value as Model;
}

/** Checks what a program in another language declares; `more_keys` are those that say how it is run. */
export function checkDeclaration(value: Raw, more_keys: readonly string[], problems: Problems): void {
  declaration(value, [...more_keys, ...DATA_KEYS], problems);
}

/** The part of a declared map that is a declaration. */
export function declarationIn(value: Raw): Raw {
  return Object.fromEntries(Object.entries(value).filter(([key]) => DATA_KEYS.includes(key)));
}

function declaration(value: Raw, keys: readonly string[], problems: Problems): void {
  texts(value, keys, problems);
  parameters(value.parameters, value.inputs, problems);
  presets(value.presets, value.parameters, problems);
  checkMetrics(value.metrics, value.parameters, problems);
  ranking(value, problems);
  lead(value, problems);
  views(value, problems);
  generatorsIn('generators', value, problems);
}

function texts(model: Raw, keys: readonly string[], problems: Problems): void {
  const name = 'a name of letters, digits, _ and -, beginning with a letter, at most 64 characters';
  if (typeof model.name !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(model.name))
    problems.wrong(['name'], model.name, name);
  if (typeof model.version !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(model.version)) {
    problems.wrong(['version'], model.version, "a text such as '1'");
  }
  const { earlier_versions: earlier = {} } = model;
  if (!isMap(earlier) || !Object.values(earlier).every((text) => typeof text === 'string'))
    problems.wrong(['earlier_versions'], earlier, 'a map from versions to texts');
  for (const key of Object.keys(model)) if (!keys.includes(key)) problems.unknown([key], 'key', key, keys, model[key]);
}

function inputs(value: unknown, problems: Problems): void {
  if (value === undefined) return;
  if (!isMap(value)) {
    problems.wrong(['inputs'], value, 'a map from names to { description, required }');
    return;
  }
  for (const [name, spec] of Object.entries(value)) {
    const path = ['inputs', name];
    goodName(name, path, problems);
    if (!isMap(spec)) {
      problems.wrong(path, spec, '{ description, required }');
      continue;
    }
    checkKeys('input', spec, path, problems);
    checkTexts(spec, path, problems);
    if (spec.required !== undefined && typeof spec.required !== 'boolean')
      problems.wrong([...path, 'required'], spec.required, 'true or false');
    for (const key of ['recognises', 'inspect'])
      if (spec[key] !== undefined && typeof spec[key] !== 'function')
        problems.wrong([...path, key], spec[key], 'a function');
  }
}

/** Values of a preset fit their parameters. */
function presets(value: unknown, specs: unknown, problems: Problems): void {
  if (value === undefined) return;
  if (!isMap(value)) {
    problems.wrong(['presets'], value, 'a map from names to values of parameters');
    return;
  }
  const known = isMap(specs) ? specs : {};
  for (const [name, values] of Object.entries(value)) {
    for (const [parameter, own] of Object.entries(isMap(values) ? values : {})) {
      const at = ['presets', name, parameter];
      if (!Object.hasOwn(known, parameter)) problems.unknown(at, 'parameter', parameter, Object.keys(known), own);
      else {
        const checked = checkValue(known[parameter] as ParameterSpec, own);
        if (!('value' in checked)) problems.wrong(at, own, checked.allowed);
      }
    }
  }
}

function functions(model: Raw, problems: Problems): void {
  for (const key of FUNCTIONS) {
    if (model[key] !== undefined && typeof model[key] !== 'function') problems.wrong([key], model[key], 'a function');
  }
  if (model.choices !== undefined) {
    if (!isMap(model.choices)) problems.wrong(['choices'], model.choices, 'a map from rules to functions');
    else {
      for (const [rule, choose] of Object.entries(model.choices))
        if (typeof choose !== 'function') problems.wrong(['choices', rule], choose, 'a function (rows) => value');
    }
  }
  if (model.simulate === undefined && model.simulateChunk === undefined) {
    problems.wrong(['simulate'], undefined, 'a function simulate(state, rng, row), or simulateChunk');
  }
}

function generatorsIn(key: 'generators' | 'kernels', { [key]: value }: Raw, problems: Problems): void {
  const known: readonly unknown[] = GENERATORS;
  if (value === undefined) return;
  const none = key === 'generators' && Array.isArray(value) && value.length === 0;
  if (none || !Array.isArray(value) || !value.every((name) => known.includes(name)))
    problems.wrong([key], value, `a list of generators: ${GENERATORS.join(', ')}`);
}

const STATISTICS = ['mean', 'p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99'];

function ranking({ ranking: value, metrics: specs }: Raw, problems: Problems): void {
  if (value === undefined) return;
  const names = isMap(specs) ? Object.keys(specs) : [];
  if (!isMap(value) || typeof value.metric !== 'string')
    problems.wrong(['ranking'], value, "{ metric: 'score', best: 'highest' }");
  else if (!names.includes(value.metric)) problems.unknown(['ranking', 'metric'], 'metric', value.metric, names);
  else if (value.best !== 'highest' && value.best !== 'lowest')
    problems.wrong(['ranking', 'best'], value.best, 'highest or lowest');
  if (isMap(value)) checkKeys('ranking', value, ['ranking'], problems);
}

function lead({ lead: value = [], metrics: specs }: Raw, problems: Problems): void {
  const names = isMap(specs) ? Object.keys(specs) : [];
  if (!Array.isArray(value)) problems.wrong(['lead'], value, "a list of metrics: ['score']");
  else
    for (const [i, name] of value.entries())
      if (!names.includes(name as string)) problems.unknown(['lead', i], 'metric', String(name), names);
}

/** What a report draws and says; a wrong name here would only be found after hours of computing. */
function views(model: Raw, problems: Problems): void {
  const { caveats = [] } = model;
  if (!Array.isArray(caveats) || !caveats.every((text) => typeof text === 'string'))
    problems.wrong(['caveats'], caveats, 'a list of texts');
  const list = model.views ?? [];
  if (!Array.isArray(list)) {
    problems.wrong(['views'], list, 'a list of { title, x, y, statistic, series, where }');
    return;
  }
  const parameterNames = isMap(model.parameters) ? Object.keys(model.parameters) : [];
  const metricNames = isMap(model.metrics) ? Object.keys(model.metrics) : [];
  const known = (path: Path, name: unknown, kind: string, names: readonly string[]): void => {
    if (typeof name !== 'string') problems.wrong(path, name, `the name of a ${kind}`);
    else if (!names.includes(name)) problems.unknown(path, kind, name, names);
  };
  for (const [i, view] of list.entries()) {
    const path = ['views', i];
    if (!isMap(view) || typeof view.title !== 'string') {
      problems.wrong(path, view, '{ title, x, y, statistic, series, where }');
      continue;
    }
    checkKeys('view', view, path, problems);
    known([...path, 'x'], view.x, 'parameter or metric', [...parameterNames, ...metricNames]);
    known([...path, 'y'], view.y, 'metric', metricNames);
    if (view.series !== undefined) known([...path, 'series'], view.series, 'parameter', parameterNames);
    if (view.statistic !== undefined && !STATISTICS.includes(view.statistic as string))
      problems.wrong([...path, 'statistic'], view.statistic, STATISTICS.join(', '));
    if (view.where !== undefined && !isMap(view.where))
      problems.wrong([...path, 'where'], view.where, '{ name: value }');
    for (const name of Object.keys(isMap(view.where) ? view.where : {}))
      known([...path, 'where', name], name, 'parameter', parameterNames);
  }
  const columns = model.results_columns ?? [];
  if (!Array.isArray(columns))
    problems.wrong(['results_columns'], columns, 'a list of columns: names, or { title, of, inactive }');
  else {
    for (const [i, column] of columns.entries()) {
      const of: unknown = isMap(column) && typeof column.title === 'string' ? column.of : column;
      known(['results_columns', i], of, 'column', [...ENGINE_COLUMNS, ...parameterNames, ...metricNames]);
    }
  }
}

function parameters(raw: unknown, inputs: unknown, problems: Problems): void {
  if (!isMap(raw)) {
    problems.wrong(['parameters'], raw, 'a map from names to { type, default, ... }; {} for none');
    return;
  }
  const before = problems.list.length;
  for (const [name, spec] of Object.entries(raw)) {
    const path = ['parameters', name];
    goodName(name, path, problems);
    if (!isMap(spec)) problems.wrong(path, spec, '{ type, default, ... }');
    else if (typeof spec.type !== 'string' || !TYPES.includes(spec.type))
      problems.wrong([...path, 'type'], spec.type, TYPES.join(', '));
    else parameter(spec, path, problems);
  }
  if (problems.list.length > before) return;
  conditions(raw as Readonly<Record<string, ParameterSpec>>, inputs, problems);
}

function parameter(raw: Raw, path: Path, problems: Problems): void {
  const before = problems.list.length;
  checkKeys('parameter', raw, path, problems);
  checkTexts(raw, path, problems);
  bounds(raw, path, problems);
  for (const bound of ['min', 'max', 'above', 'below']) {
    if (raw[bound] !== undefined && !Number.isFinite(raw[bound]))
      problems.wrong([...path, bound], raw[bound], 'a finite number');
  }
  if (raw.type === 'choice') choice(raw, path, problems);
  if (raw.type === 'list' && raw.items !== 'numbers' && raw.items !== 'pairs') {
    problems.wrong([...path, 'items'], raw.items, 'numbers or pairs');
  }
  if (problems.list.length > before || raw.default === undefined) return;
  const checked = checkValue(raw as unknown as ParameterSpec, raw.default);
  if (!('value' in checked)) problems.wrong([...path, 'default'], raw.default, checked.allowed);
}

/** Some value is between them. */
function bounds({ min, max, above, below }: Raw, path: Path, problems: Problems): void {
  const low = Math.max(...[min, above].map((each) => (typeof each === 'number' ? each : -Infinity)));
  const high = Math.min(...[max, below].map((each) => (typeof each === 'number' ? each : Infinity)));
  const open = low === above || high === below;
  if (low > high || (open && low === high)) problems.add(path, `no value is between ${low} and ${high}`);
}

function choice(raw: Raw, path: Path, problems: Problems): void {
  const values = raw.values;
  const texts = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
  if (!texts) {
    problems.wrong([...path, 'values'], values, 'a list of at least one text');
    return;
  }
  for (const [alias, value] of Object.entries(isMap(raw.aliases) ? raw.aliases : {})) {
    if (!values.includes(value as string)) problems.wrong([...path, 'aliases', alias], value, values.join(', '));
  }
}

/** `active_when` names parameters and values that exist, and does not run in a circle; `default_from` names an input. */
function conditions(specs: Readonly<Record<string, ParameterSpec>>, inputs: unknown, problems: Problems): void {
  const names = Object.keys(specs);
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.default_from !== undefined && !(isMap(inputs) && Object.hasOwn(inputs, spec.default_from))) {
      const known = isMap(inputs) ? Object.keys(inputs) : [];
      problems.unknown(['parameters', name, 'default_from'], 'input', spec.default_from, known);
    }
    if (spec.active_when === undefined) continue;
    const path = ['parameters', name, 'active_when'];
    if (!Array.isArray(spec.active_when) || spec.active_when.length === 0 || !spec.active_when.every(isMap)) {
      problems.wrong(path, spec.active_when, 'a list of conditions: [{ other_parameter: value }]');
      continue;
    }
    for (const [i, condition] of spec.active_when.entries()) {
      for (const [other, wanted] of Object.entries(condition)) {
        const at = [...path, i, other];
        const otherSpec = Object.hasOwn(specs, other) ? specs[other] : undefined;
        if (otherSpec === undefined) {
          problems.add(at, `no such parameter; the nearest is ${names.length === 0 ? 'none' : closest(other, names)}`);
          continue;
        }
        for (const value of Array.isArray(wanted) ? wanted : [wanted]) {
          const checked = checkValue(otherSpec, value);
          if (!('value' in checked)) problems.wrong(at, value, checked.allowed);
          else if (checked.value !== value)
            problems.add(at, `${show(value)} is an alias; write ${show(checked.value)}`);
        }
      }
    }
  }
  const { circle } = problems.list.length === 0 ? resolutionOrder({ parameters: specs }, []) : { circle: undefined };
  if (circle !== undefined)
    problems.add(['parameters', circle[0]!, 'active_when'], `depends on itself: ${circle.join(' -> ')}`);
}
