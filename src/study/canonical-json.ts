import assert from 'node:assert/strict';

/**
 * JSON with keys in code-unit order and no spaces, values as JSON.stringify prints them: one text for one value, to be hashed. Keys
 * whose value is undefined are left out. Numbers must be finite.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
  }
  assert(typeof value !== 'number' || Number.isFinite(value), 'a number that JSON can hold');
  const text = JSON.stringify(value) as string | undefined;
  assert(text !== undefined, 'a value that JSON can hold');
  return text;
}
