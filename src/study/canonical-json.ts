import assert from 'node:assert/strict';

/**
 * JSON with keys in code-unit order and no spaces, values as JSON.stringify prints them: one text for one value, to be hashed. Keys
 * whose value is undefined are left out. Numbers must be finite.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    let members = '';
    // Without a comparison of its own, sort() compares code units.
    for (const key of Object.keys(value).sort()) {
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      if (inner !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner)}`;
    }
    return `{${members}}`;
  }
  assert(typeof value !== 'number' || Number.isFinite(value), 'a number that JSON can hold');
  const text = JSON.stringify(value) as string | undefined;
  assert(text !== undefined, 'a value that JSON can hold');
  return text;
}
