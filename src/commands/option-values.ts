import { anyOf, notExpected, positiveOption, wholeOption } from '../wording/expected.ts';

/** An option's whole number, at least `least`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => wholeOption(name, /^\d+$/.test(text) ? Number(text) : NaN, least, text);
}

/** An option's positive number. */
export function positiveNumber(name: string): (text: string) => number {
  return (text) => positiveOption(name, text.trim() === '' ? NaN : Number(text), text);
}

/** An option's share of all, such as 5% or 0.1%. */
export function percentage(name: string): (text: string) => number {
  return (text) => {
    const value = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text.trim())?.[1] ?? NaN);
    if (value > 0 && value <= 100) return value;
    throw notExpected(name, 'a percentage above 0 and up to 100, such as 5% or 0.1%', text);
  };
}

/** An option's choice among words. */
export function oneOf<const Word extends string>(name: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw notExpected(name, anyOf(words), text);
    return word;
  };
}

/** Gathers the values of an option that may be given several times. */
export function gather(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** Gathers `name=path` of an option that may be given several times. */
export function gatherFiles(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || path === undefined)
    throw notExpected('--input', 'name=path, as in --input trace=data/trace.csv', text);
  return { ...before, [name]: path };
}
