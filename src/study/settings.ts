import type { Parameters, ParameterValue } from '../model/model.ts';
import type { Derivation } from './derived.ts';
import type { Path, Problems } from './problem.ts';

/**
 * Named values that a study leaves open for the command line: `settings: { max_gpus: 100 }` declares one with its default,
 * `{ setting: max_gpus }` stands where a value of a parameter, of an axis, or a bound belongs, and `--set max_gpus=8` gives another value.
 */
export function declaredSettings(raw: unknown): Parameters {
  const entries = Object.entries(mapOf(mapOf(raw)['settings'])).filter(([, value]) => isScalar(value));
  return Object.fromEntries(entries) as Parameters;
}

/** The study with every `{ setting: name }` replaced by what was given for it, else by its default. */
export function withSettings(raw: unknown, given: Parameters, problems: Problems): unknown {
  const declared = declaredSettings(raw);
  const replaced = new Replacement({ ...declared, ...given }, problems);
  const study = replaced.level(mapOf(raw), []);
  const steps = Object.entries(mapOf(study['steps'])).map(
    ([name, step]) => [name, isMap(step) ? replaced.level(step, ['steps', name]) : step] as const,
  );
  for (const name of Object.keys(declared)) {
    if (!replaced.used.has(name))
      problems.add(['settings', name], `is used nowhere in the study; write { setting: ${name} } where it belongs`);
  }
  if (!isMap(raw)) return raw;
  return { ...study, ...(isMap(study['steps']) && { steps: Object.fromEntries(steps) }) };
}

/** A setting and a parameter that an earlier step decides cannot both be what `--set name=...` means. */
export function checkSettingNames(raw: unknown, derivations: readonly Derivation[], problems: Problems): void {
  const names = Object.keys(declaredSettings(raw));
  for (const { step, parameter } of derivations) {
    if (names.includes(parameter))
      problems.add(
        ['settings', parameter],
        `${step} has a parameter of this name that an earlier step decides; name the setting otherwise`,
      );
  }
}

type Raw = Readonly<Record<string, unknown>>;

class Replacement {
  readonly used = new Set<string>();
  private readonly values: Parameters;
  private readonly problems: Problems;

  constructor(values: Parameters, problems: Problems) {
    this.values = values;
    this.problems = problems;
  }

  /** Parameters, grid and cells of the study or of a step. What has the wrong shape is left for checkShape to report. */
  level(raw: Raw, path: Path): Raw {
    const { parameters, grid, cells } = raw;
    return {
      ...raw,
      ...(isMap(parameters) && { parameters: this.entries(parameters, [...path, 'parameters']) }),
      ...(isMap(grid) && { grid: this.entries(grid, [...path, 'grid']) }),
      ...(Array.isArray(cells) && { cells: cells.map((cell, i) => this.cell(cell, [...path, 'cells', i])) }),
    };
  }

  private cell(cell: unknown, path: Path): unknown {
    if (!isMap(cell)) return cell;
    const { parameters, ...flat } = cell;
    const nested = isMap(parameters) ? this.entries(parameters, [...path, 'parameters']) : parameters;
    return { ...this.entries(flat, path), ...(parameters !== undefined && { parameters: nested }) };
  }

  private entries(section: Raw, path: Path): Raw {
    return Object.fromEntries(
      Object.entries(section).map(([name, value]) => [name, this.value(value, [...path, name])]),
    );
  }

  private value(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((item, i) => this.value(item, [...path, i]));
    if (!isMap(value)) return value;
    const { setting, ...more } = value;
    if (typeof setting !== 'string' || Object.keys(more).length > 0) return this.entries(value, path);
    this.used.add(setting);
    if (Object.hasOwn(this.values, setting)) return this.values[setting];
    this.problems.unknown([...path, 'setting'], 'setting', setting, Object.keys(this.values));
    return value;
  }
}

function isScalar(value: unknown): value is ParameterValue {
  return ['number', 'string', 'boolean'].includes(typeof value);
}

function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapOf(value: unknown): Raw {
  return isMap(value) ? value : {};
}
