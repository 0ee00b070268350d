import { BASELINE_NAMES, STATISTIC_NAMES, THRESHOLD_INFIX } from '../encoding/statistic-names.ts';
import { checkKeys, checkTexts } from './check-keys.ts';
import { goodName } from './check-name.ts';
import type { Path, Problems } from './problem.ts';
import { isMap } from './raw-map.ts';

/** Checks the metrics that a model declares, beside its parameters. */
export function checkMetrics(raw: unknown, parameters: unknown, problems: Problems): void {
  if (!isMap(raw) || Object.keys(raw).length === 0) {
    problems.wrong(['metrics'], raw, 'a map with at least one metric: { heads: { unit: "count" } }');
    return;
  }
  for (const [name, spec] of Object.entries(raw)) {
    goodName(name, ['metrics', name], problems);
    // Both are columns of one table.
    if (isMap(parameters) && Object.hasOwn(parameters, name))
      problems.add(['metrics', name], 'a parameter has this name, too; choose another');
    if (!isMap(spec)) problems.wrong(['metrics', name], spec, '{ unit, description, missing, infinite, constant }');
    else {
      checkKeys('metric', spec, ['metrics', name], problems);
      checkTexts(spec, ['metrics', name], problems);
      for (const key of ['missing', 'infinite', 'stored', 'headline'])
        if (spec[key] !== undefined && typeof spec[key] !== 'boolean')
          problems.wrong(['metrics', name, key], spec[key], 'true or false');
      constant(
        spec.constant,
        ['metrics', name, 'constant'],
        isMap(parameters) ? Object.keys(parameters) : [],
        problems,
      );
      rate(spec.rate_of, ['metrics', name, 'rate_of'], Object.keys(raw), problems);
      words(spec, ['metrics', name], problems);
      openAbove(spec.open_above, ['metrics', name, 'open_above'], raw, problems);
      cap(spec.cap, ['metrics', name, 'cap'], parameters, problems);
    }
  }
  if (Object.values(raw).every((spec) => isMap(spec) && spec.stored === false))
    problems.add(['metrics'], 'none is stored unless a study asks for it; leave stored: false out of at least one');
  columns(Object.keys(raw), isMap(parameters) ? Object.keys(parameters) : [], problems);
}

const COLUMNS = [...STATISTIC_NAMES, ...BASELINE_NAMES];

/**
 * The tables of cells have a column for every parameter and one `<metric>_<statistic>` for every statistic: two of them with one name, as
 * `loss_p95_mcse` of metrics `loss` and `loss_p95`, would leave a reader to guess whose it is.
 */
function columns(names: readonly string[], parameters: readonly string[], problems: Problems): void {
  const owner = new Map<string, string>();
  for (const name of names) {
    const taken = COLUMNS.map((statistic) => `${name}_${statistic}`).find((column) => owner.has(column));
    if (taken !== undefined)
      problems.add(
        ['metrics', name],
        `the statistics of ${name} and of ${owner.get(taken)!} would both have a column ${taken}; choose another name`,
        { value: name },
      );
    for (const statistic of COLUMNS) owner.set(`${name}_${statistic}`, name);
  }
  for (const name of parameters) {
    const metric = owner.get(name) ?? names.find((each) => name.startsWith(`${each}${THRESHOLD_INFIX}`));
    if (metric !== undefined)
      problems.add(
        ['parameters', name],
        `the statistics of the metric ${metric} have columns of this name; choose another`,
        { value: name },
      );
  }
}

/** Where chance has no part in a metric: everywhere, or under conditions on parameters. */
function constant(value: unknown, path: Path, known: readonly string[], problems: Problems): void {
  if (value === undefined || value === true) return;
  if (!Array.isArray(value) || !value.every(isMap)) {
    problems.wrong(path, value, 'true, or a list of conditions: [{ parameter: value }]');
    return;
  }
  for (const name of value.flatMap((condition) => Object.keys(condition)))
    if (!known.includes(name)) problems.unknown(path, 'parameter', name, known);
}

/** What a report says of a metric. */
function words({ label, good, goals }: Readonly<Record<string, unknown>>, path: Path, problems: Problems): void {
  if (label !== undefined && (typeof label !== 'string' || label === ''))
    problems.wrong([...path, 'label'], label, "what a sentence calls it: 'total return'");
  if (good !== undefined && good !== 'high' && good !== 'low')
    problems.wrong([...path, 'good'], good, "'high' or 'low'");
  if (goals === undefined) return;
  const whole = (goal: unknown): boolean => isMap(goal) && Number.isFinite(goal.at) && typeof goal.means === 'string';
  if (!Array.isArray(goals) || !goals.every(whole))
    problems.wrong([...path, 'goals'], goals, "a list: [{ at: 0, means: 'the strategy makes money' }]");
  else if (good === undefined)
    problems.add([...path, 'goals'], "which side of a goal is the good one? Add good: 'high' or 'low'");
}

/** Which other metric says by being infinite that a value is what was tried. */
function openAbove(value: unknown, path: Path, metrics: Readonly<Record<string, unknown>>, problems: Problems): void {
  if (value === undefined) return;
  const spec = typeof value === 'string' && Object.hasOwn(metrics, value) ? metrics[value] : undefined;
  if (typeof value !== 'string') problems.wrong(path, value, 'the name of a metric');
  else if (spec === undefined) problems.unknown(path, 'metric', value, Object.keys(metrics));
  else if (!isMap(spec) || spec.infinite !== true)
    problems.wrong(path, value, 'a metric that may be infinite (infinite: true)');
}

/** At which parameter a metric is capped. */
function cap(value: unknown, path: Path, parameters: unknown, problems: Problems): void {
  if (value === undefined) return;
  const known = isMap(parameters) ? Object.keys(parameters) : [];
  if (typeof value !== 'string') problems.wrong(path, value, 'the name of a parameter');
  else if (!known.includes(value)) problems.unknown(path, 'parameter', value, known);
}

/** Of what a metric is the rate: two lists of metrics. */
function rate(value: unknown, path: Path, known: readonly string[], problems: Problems): void {
  if (value === undefined) return;
  const lists: unknown[] = isMap(value) ? [value.cases, value.of] : [];
  if (lists.length === 0 || !lists.every(Array.isArray)) {
    problems.wrong(path, value, "{ cases: ['tp'], of: ['tp', 'fn'] }");
    return;
  }
  for (const name of lists.flat())
    if (typeof name !== 'string' || !known.includes(name)) problems.unknown(path, 'metric', String(name), known);
}
