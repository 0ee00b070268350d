import jsTokens from 'js-tokens';
import type { Note } from '../model/note.ts';

/** What a user's model must not use if its rows are to be the same everywhere and every time, and what to do instead. */
const OURS = ['exp', 'log', 'pow'];
const UNCERTAIN = new Set(
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh'.split(
    ' ',
  ),
);
const IMPURE: Readonly<Record<string, ReadonlySet<string>>> = {
  Math: new Set(['random']),
  Date: new Set(['now']),
  performance: new Set(['now']),
  crypto: new Set(['getRandomValues', 'randomBytes', 'randomInt', 'randomUUID']),
};

/**
 * Looks through the code of a user's model for what makes rows depend on more than seed, parameters and inputs. `where` gives the place in the user's own
 * source of a line (from 1) and column (from 1) of the code, e.g. `./model.ts:3`, and undefined where the code is not the user's. What it finds are notes: such a model runs, and a person decides.
 */
export function lintModel(code: string, where: (line: number, column: number) => string | undefined): Note[] {
  const uncertain = new Map<string, string[]>();
  const impure = new Map<string, string[]>();
  let line = 1;
  let column = 1;
  let before: [string, string, string] = ['', '', ''];
  for (const { type, value } of jsTokens(code)) {
    const found = type === 'Punctuator' || type === 'IdentifierName' ? nameOf(before, value) : undefined;
    const place = found === undefined ? undefined : where(line, column);
    if (found !== undefined && place !== undefined) {
      const into = isUncertain(found) ? uncertain : impure;
      into.set(found, [...(into.get(found) ?? []), place]);
    }
    const lines = value.split(/\r\n|[\n\r\u2028\u2029]/);
    column = lines.length > 1 ? lines.at(-1)!.length + 1 : column + value.length;
    line += lines.length - 1;
    if (type !== 'WhiteSpace' && type !== 'LineTerminatorSequence') before = [before[1], before[2], value];
  }
  return [...uncertain]
    .map(([name, places]) => uncertainNote(name, places))
    .concat([...impure].map(([name, places]) => impureNote(name, places)));
}

/** What a token makes with those before it: `**`, `Math.pow`, `Date.now`, `new Date`. */
function nameOf([first, object, dot]: readonly [string, string, string], token: string): string | undefined {
  if (token === '**' || token === '**=') return '**';
  if (token === 'Date' && dot === 'new') return 'new Date';
  if (dot !== '.' || first === '.') return undefined;
  const known = (object === 'Math' && UNCERTAIN.has(token)) || IMPURE[object]?.has(token) === true;
  return known ? `${object}.${token}` : undefined;
}

function isUncertain(name: string): boolean {
  return name === '**' || UNCERTAIN.has(name.replace('Math.', ''));
}

function uncertainNote(name: string, places: readonly string[]): Note {
  const ours = name === '**' ? 'pow' : name.replace('Math.', '');
  const instead = OURS.includes(ours)
    ? `import { ${ours} } from 'permafrost' instead: it is the same everywhere`
    : 'run all of a study on one Node version and one kind of processor, or write it with + - * / and Math.sqrt';
  return {
    code: 'UNCERTAIN_MATH',
    message: `${listed(places)}: ${name} can differ in the last bits between Node versions and processors, and rows with it; ${instead}`,
  };
}

function impureNote(name: string, places: readonly string[]): Note {
  const why = /Date|now/.test(name) ? 'reads a clock' : 'draws outside the seeded stream';
  return {
    code: 'NOT_REPRODUCIBLE',
    message: `${listed(places)}: ${name} ${why}: if a row depends on it, no run can be repeated or resumed; ${/Date|now/.test(name) ? 'take times from parameters or inputs' : 'draw from the rng that simulate is given'}`,
  };
}

/** Places once each, the first three. */
function listed(places: readonly string[]): string {
  const [first, ...others] = new Set(places);
  const more = others.slice(0, 2).map((place) => place.replace(/^.*:/, ''));
  return [first, ...more].join(', ') + (others.length > 2 ? ` and ${others.length - 2} more` : '');
}
