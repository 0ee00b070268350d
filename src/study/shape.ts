import type * as z from 'zod';
import { KEY_SEPARATOR, studySchema } from './schema.ts';
import type { RawStudy } from './schema.ts';
import type { Problems } from './problem.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks the shape of a study; every problem goes to `problems`. What comes back is good for looking for further problems even where
 * there were some: wrong keys have their defaults. Undefined where it is not a map.
 */
export function checkShape(raw: unknown, problems: Problems): RawStudy | undefined {
  const given = withoutEmptyKeys(raw);
  const result = studySchema.safeParse(given);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report(issue, raw, [], problems);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const bad = new Set(result.error.issues.flatMap(topKeys));
  const good = Object.entries(given).filter(([key]) => !bad.has(key));
  return studySchema.parse({ model: 'unknown', permutations: 1, ...Object.fromEntries(good) });
}

/** The keys of the study that an issue is about. */
function topKeys(issue: Issue): string[] {
  if (issue.path.length > 0) return [String(issue.path[0])];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

/** A key with nothing behind it (`grid:` in YAML) is as good as not there. */
function withoutEmptyKeys(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
}

function report(issue: Issue, raw: unknown, above: readonly PropertyKey[], problems: Problems): void {
  const path = [...above, ...issue.path].map((step) => (typeof step === 'number' ? step : String(step)));
  const value = valueAt(raw, path);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(KEY_SEPARATOR);
    for (const key of issue.keys) problems.unknown([...path, key], 'key', key, known, valueAt(raw, [...path, key]));
    return;
  }
  const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (branch !== undefined) {
    for (const inner of branch) report(inner, raw, path, problems);
    return;
  }
  problems.wrong(path, value, issue.message);
}

/** Of the branches of a union the one that was meant: it has the type of the value, and the fewest problems. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const weight = (issues: readonly Issue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  const possible = branches.filter((issues) => issues.every((i) => i.path.length > 0 || !isOfType(i)));
  return [...possible].sort((a, b) => weight(a) - weight(b))[0];
}

/** Is it about the value as a whole being of another type (or of none of a union's)? */
function isOfType(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';
}

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
