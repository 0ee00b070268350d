import { formatNumber } from './format-number.ts';

type Values = Readonly<Record<string, unknown>>;

/** What does not vary, in lines of at most `width` characters: what the study gives, what was taken from an input, what is as the model has it. */
export function fixedParametersText(
  { given, from_inputs, defaults }: { readonly given: Values; readonly from_inputs: Values; readonly defaults: Values },
  width = 80,
): string {
  const rows: [string, Values][] = [
    ['fixed', given],
    ['from data', from_inputs],
    ['defaults', defaults],
  ];
  return rows
    .filter(([, values]) => Object.keys(values).length > 0)
    .map(([title, values]) => wrapped(title, Object.entries(values).map(parameterText), width))
    .join('\n');
}

/** `initial_equity 50,000`, `sizing equity`. */
export function parameterText([name, value]: readonly [string, unknown]): string {
  return `${name} ${typeof value === 'number' ? shortNumber(value) : typeof value === 'string' ? value : JSON.stringify(value)}`;
}

/** A value that a person wrote, as it is; one that was computed, to six digits. */
function shortNumber(value: number): string {
  return String(value).length <= 9 ? String(value) : formatNumber(value, 6);
}

const INDENT = 10;

function wrapped(title: string, words: readonly string[], width: number): string {
  const lines: string[] = [];
  let line = title.padEnd(INDENT);
  for (const [i, word] of words.entries()) {
    const text = i < words.length - 1 ? `${word},` : word;
    if (line.length > INDENT && line.length + text.length > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(INDENT);
    }
    line += `${text} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
