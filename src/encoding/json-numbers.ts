/**
 * Numbers that JSON has not: an infinite one is the string "Infinity" or "-Infinity", an undefined one (NaN) is null, as JSON.stringify
 * writes it by itself.
 */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, part: unknown) => (isInfinite(part) ? String(part) : part), indent);
}

function isInfinite(part: unknown): boolean {
  return part === Infinity || part === -Infinity;
}

/**
 * What was numbers before `toJson`, in a part of a JSON value in which null stands for NaN and no text says "Infinity". Earlier versions
 * wrote null for infinite numbers, too.
 */
export function numbersFromJson<Part>(part: Part): Part {
  if (part === null) return NaN as Part;
  if (part === 'Infinity' || part === '-Infinity') return Number(part) as Part;
  if (Array.isArray(part)) return part.map((each: unknown) => numbersFromJson(each)) as Part;
  if (typeof part !== 'object') return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, numbersFromJson(value as unknown)]),
  ) as Part;
}
