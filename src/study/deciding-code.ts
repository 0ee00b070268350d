import jsTokens, { type Token } from 'js-tokens';

import { WORDS } from '../model/words.ts';

const BY_KIND: Readonly<Record<string, readonly string[]>> = WORDS;
const ALL_WORDS = new Set(Object.values(BY_KIND).flat());

/** One `key: value` of an object, by the places of its first and last token, and of its value. */
interface Entry {
  readonly key: string;
  readonly from: number;
  readonly value: number;
  readonly to: number;
}

/**
 * The code of a model without what its declaration says for people: two models whose rows are the same by that are one. Only what stands in the declaration as
 * plain data is left out; where the code may read such words itself, or the declaration is put together elsewhere, it all counts.
 *
 * @param code - A bundle: one module without comments.
 */
export function decidingCode(code: string): string {
  const tokens = [...jsTokens(code)].filter(({ type }) => type !== 'WhiteSpace' && type !== 'LineTerminatorSequence');
  const at = declarationOf(tokens);
  if (at === undefined || readsWords(tokens)) return code;
  const dropped = new Set<number>();
  const dropWords = (object: number, kind: string): void => {
    for (const entry of entriesOf(tokens, object)) {
      if (!BY_KIND[kind]!.includes(entry.key) || !isPlain(tokens, entry)) continue;
      for (let k = entry.from; k <= entry.to; k += 1) dropped.add(k);
      if (tokens[entry.to + 1]?.value === ',') dropped.add(entry.to + 1);
    }
  };
  dropWords(at, 'model');
  for (const { key, value } of entriesOf(tokens, at)) {
    if (key === 'model' || !Object.hasOwn(BY_KIND, key) || tokens[value]?.value !== '{') continue;
    for (const each of entriesOf(tokens, value)) if (tokens[each.value]?.value === '{') dropWords(each.value, key);
  }
  return tokens
    .filter((_, k) => !dropped.has(k))
    .map(({ value }) => value)
    .join(' ');
}

/** Where the object begins that `defineModel` gets, or that is exported as it is: `var m=defineModel({`, `export{m as default}`. */
function declarationOf(tokens: readonly Token[]): number | undefined {
  const as_default = tokens.findIndex(({ value }, k) => value === 'default' && tokens[k - 1]?.value === 'as');
  const name = tokens[as_default - 2]?.value;
  if (as_default < 2 || name === undefined) return undefined;
  const set = tokens.findIndex(({ value }, k) => value === name && tokens[k + 1]?.value === '=');
  if (set < 0) return undefined;
  const [first, second, third] = [set + 2, set + 3, set + 4].map((k) => tokens[k]);
  if (first?.value === '{') return set + 2;
  return /^defineModel\d*$/.test(first?.value ?? '') && second?.value === '(' && third?.value === '{'
    ? set + 4
    : undefined;
}

/** The entries of the object that begins at `open`. What is no `key: value` (a method, a spread) is passed over. */
function entriesOf(tokens: readonly Token[], open: number): Entry[] {
  const found: Entry[] = [];
  let depth = 0;
  let from = open + 1;
  for (let k = open; k < tokens.length; k += 1) {
    const { value } = tokens[k]!;
    if (isOpening(tokens[k]!)) depth += 1;
    if (isClosing(tokens[k]!)) depth -= 1;
    if (depth > 1 || (depth === 1 && (value !== ',' || k === open))) continue;
    const key = tokens[from];
    if (key !== undefined && from < k && tokens[from + 1]?.value === ':')
      found.push({ key: nameOf(key), from, value: from + 2, to: k - 1 });
    if (depth === 0) return found;
    from = k + 1;
  }
  return found;
}

function isOpening({ type, value }: Token): boolean {
  return type === 'TemplateHead' || (type === 'Punctuator' && (value === '{' || value === '[' || value === '('));
}

function isClosing({ type, value }: Token): boolean {
  return type === 'TemplateTail' || (type === 'Punctuator' && (value === '}' || value === ']' || value === ')'));
}

function nameOf({ type, value }: Token): string {
  return type === 'StringLiteral' ? value.slice(1, -1) : value;
}

const PLAIN = new Set(['StringLiteral', 'NumericLiteral', 'NoSubstitutionTemplate']);

/** Data alone, which nothing is called for. */
function isPlain(tokens: readonly Token[], { value, to }: Entry): boolean {
  for (let k = value; k <= to; k += 1) {
    const { type, value: text } = tokens[k]!;
    const plain =
      PLAIN.has(type) ||
      (type === 'Punctuator' && '{}[],:-!'.includes(text)) ||
      (type === 'IdentifierName' && (tokens[k + 1]?.value === ':' || /^(?:true|false|null)$/.test(text)));
    if (!plain) return false;
  }
  return true;
}

/** `metrics.x.unit`, or any name that is computed: it may be one of them. */
function readsWords(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ type, value }, k) =>
      type === 'IdentifierName' && ALL_WORDS.has(value) && /^\??\.$/.test(tokens[k - 1]?.value ?? ''),
  );
}
