/**
 * Numbers that JSON has not: an infinite one is the string "Infinity" or "-Infinity", an undefined one (NaN) is null, as JSON.stringify
 * writes it by itself.
 */
export function toJson(value: unknown, indent?: number): string {
  // A replacer is asked for every value, which takes five times as long: hardly any text needs one.
  if (!holdsInfinite(value)) return JSON.stringify(value, undefined, indent);
  return JSON.stringify(value, (_, part: unknown) => (isInfinite(part) ? String(part) : part), indent);
}

function isInfinite(part: unknown): boolean {
  return part === Infinity || part === -Infinity;
}

function holdsInfinite(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isInfinite(value);
  if (Array.isArray(value)) return value.some(holdsInfinite);
  for (const name in value) if (holdsInfinite((value as Readonly<Record<string, unknown>>)[name])) return true;
  return false;
}

/**
 * What was numbers before `toJson`, in a part of a JSON value in which null stands for NaN and no text says "Infinity". Earlier versions
 * wrote null for infinite numbers, too. The part is the caller's alone (JSON.parse made it): it is changed in place.
 */
export function numbersFromJson<Part>(part: Part): Part {
  if (part === null) return NaN as Part;
  if (part === 'Infinity' || part === '-Infinity') return Number(part) as Part;
  if (typeof part !== 'object') return part;
  const values = part as Record<string, unknown>;
  for (const name in values) {
    const value = values[name];
    if (typeof value === 'number') continue;
    values[name] = numbersFromJson(value);
  }
  return part;
}
