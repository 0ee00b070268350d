import { EngineError } from '../errors.ts';

/** The error of an option whose value is of the wrong kind: `--threads expects a whole number of at least 1, got "abc"`. */
export function notExpected(option: string, allowed: string, value: unknown): EngineError {
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new EngineError('USAGE', `${option} expects ${allowed}, got ${got}`, { path: option, value, allowed });
}

/** The value of an option that counts. `given`: as it was written, for the message. Throws USAGE. */
export function wholeOption(option: string, value: number, least: number, given: unknown = value): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw notExpected(option, `a whole number of at least ${least}`, given);
}

/** The value of an option that measures. Throws USAGE. */
export function positiveOption(option: string, value: number, given: unknown = value): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw notExpected(option, 'a number above 0', given);
}

/** The value of an option that is one of several words. Throws USAGE. */
export function wordOption(option: string, value: string, words: readonly string[]): void {
  if (!words.includes(value)) throw notExpected(option, anyOf(words), value);
}

/** A choice as a sentence has it: `csv`, `csv or arrow`, `chunk, interval or none`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}
