import { closest, distance } from 'fastest-levenshtein';
import { EngineError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/** One thing wrong in a study file (or in a model), with the way out. */
export interface StudyProblem {
  /** Where, as a person writes it: `grid.p_skip[3]`; empty for the file as a whole. */
  readonly path: string;
  /** The value there, fit for JSON; undefined where there is none. */
  readonly value?: unknown;
  /** What would be right. */
  readonly allowed?: string;
  /** The known name nearest to an unknown one. */
  readonly nearest?: string;
  /** The whole sentence, path included, position not. */
  readonly message: string;
  /** Position in the file, from 1, where the file has one (YAML, JSON). */
  readonly line?: number;
  readonly column?: number;
}

/** Everything wrong in one study, all at once. `path`, `value` and `allowed` are those of the first problem. */
export class StudyError extends EngineError {
  readonly problems: readonly StudyProblem[];

  constructor(file: string, problems: readonly StudyProblem[], code: ErrorCode = 'STUDY', cause?: unknown) {
    const first = problems[0]!;
    super(code, listOf(file, problems), {
      path: first.path === '' ? file : first.path,
      ...(first.value === undefined ? {} : { value: first.value }),
      ...(first.allowed === undefined ? {} : { allowed: first.allowed }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.problems = problems;
  }
}

function listOf(file: string, problems: readonly StudyProblem[]): string {
  const lines = problems.map(
    (p) => `${file}${p.line === undefined ? '' : `:${p.line}:${p.column ?? 1}`}: ${p.message}`,
  );
  return lines.length === 1 ? lines[0]! : [`${file}: ${lines.length} problems`, ...lines].join('\n');
}

/** Steps into a study: keys and list positions. */
export type Path = readonly (string | number)[];

/** `['grid', 'p_skip', 3]` as `grid.p_skip[3]`. Keys that are not plain words are quoted: `grid["p skip"]`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\p{L}\p{N}_$-]+$/u.test(step)) return `[${quoted(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

/** The place of something in the file, if the file has lines. */
export type Locate = (path: Path) => { readonly line: number; readonly column: number } | undefined;

/** Gathers problems while a study is read. */
export class Problems {
  readonly list: StudyProblem[] = [];
  private readonly locate: Locate;
  private readonly above: Path;

  /** `above`: what the paths of problems start at. */
  constructor(locate: Locate = () => undefined, above: Path = []) {
    this.locate = locate;
    this.above = above;
  }

  /** For a part of the file, whose paths start there. */
  under(above: Path): Problems {
    const part = new Problems(this.locate, [...this.above, ...above]);
    Object.assign(part, { list: this.list });
    return part;
  }

  /** "grid.p_skip[3]: found 1.5; allowed: a number from 0 to 1". */
  wrong(path: Path, value: unknown, allowed: string): void {
    const text = value === undefined ? 'missing' : `found ${show(value)}`;
    this.add(path, `${text}; allowed: ${allowed}`, { value, allowed });
  }

  /** An unknown name, with the known ones and the nearest of them. `what` is "key", "parameter", "metric", ... */
  unknown(path: Path, what: string, name: string, known: readonly string[], value: unknown = name): void {
    const allowed = known.length === 0 ? 'none' : known.join(', ');
    const near = nearest(name, known);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    this.add(path, `unknown ${what} ${quoted(name)}; allowed: ${allowed}${hint}`, { value, allowed, nearest: near });
  }

  /** Any other sentence. */
  add(
    below: Path,
    sentence: string,
    details: { value?: unknown; allowed?: string | undefined; nearest?: string | undefined } = {},
  ): void {
    const path = [...this.above, ...below];
    const text = pathText(path);
    this.list.push({
      path: text,
      ...(details.value === undefined ? {} : { value: plain(details.value) }),
      ...(details.allowed === undefined ? {} : { allowed: details.allowed }),
      ...(details.nearest === undefined ? {} : { nearest: details.nearest }),
      message: text === '' ? sentence : `${text}: ${sentence}`,
      ...this.locate(path),
    });
  }

  /** Throws all that was found, if anything was. */
  throwIfAny(file: string): void {
    if (this.list.length === 0) return;
    // In the order of the file; what has no place in it (something missing) comes first.
    const inOrder = [...this.list].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    throw new StudyError(file, inOrder);
  }
}

/** The known name nearest to `name`, where it is near enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > 200) return undefined;
  const best = closest(name, known);
  return distance(name, best) <= Math.max(2, Math.floor(best.length / 2)) ? best : undefined;
}

/** A value as a message shows it: JSON where it has one, at most 80 characters. */
export function show(value: unknown): string {
  const text = showWhole(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

function showWhole(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return quoted(value.slice(0, 100));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : jsonOr(value, 'a list');
  if (typeof value === 'object' && value !== null)
    return Object.keys(value).length === 0 ? '{}' : jsonOr(value, 'a map');
  return typeof value === 'function' ? 'a function' : String(value);
}

function jsonOr(value: object, otherwise: string): string {
  try {
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
    );
  } catch {
    // Circular, or a getter that throws: only a study module can bring that.
    return otherwise;
  }
}

/** A text in quotes, control characters escaped, so that a message stays on its line. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value for `--json`: itself where JSON holds it, else as shown. */
function plain(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return show(value);
}
