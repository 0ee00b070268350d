import * as z from 'zod';

/** The first thing that is wrong with the shape of a value read from a file, with its path. Undefined where nothing is. */
export function shapeFault(shape: z.ZodType, value: unknown): string | undefined {
  const { error } = shape.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return undefined;
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

export const count = z.int().min(0);
export const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), { error: `expected ${digits} hex digits` });
/** A number as JSON has it: see json-numbers.ts. */
export const jsonNumber = z.union([z.number(), z.null(), z.literal('Infinity'), z.literal('-Infinity')], {
  error: 'expected a number, null, "Infinity" or "-Infinity"',
});
export const named = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);
/** A value of a parameter: numbers, texts, truth values, and lists of them. */
const scalar = z.union([z.number(), z.string(), z.boolean()]);
export const parameters = named(
  z.union([scalar, z.array(z.union([scalar, z.array(scalar)]))], { error: 'expected the value of a parameter' }),
);
