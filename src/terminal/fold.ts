import { stripVTControlCharacters } from 'node:util';

/**
 * Text in lines of at most `width` characters, broken between words. The rest of a line is indented: under the text behind a label (`seeds     53
 * pairs ...`), else indented. What a person copies stays whole, however long: a command, a path.
 */
export function fold(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (widthOf(line) <= width ? [line] : foldedLine(line, width)))
    .join('\n');
}

/** Characters that a text takes: code points, without colours. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** `label  text`, `permafrost verify RUN  what that does`: a beginning and two spaces before the rest. */
const LABELLED = /^( *\S+(?: \S+)* {2,})(?=\S)/;
/** A command alone, or behind the word that says what for. */
const COMMAND = /^(?: *|.*(?:: | {2}))permafrost [a-z]+(?: \S+)*$/;
/** The most that a label may take of a line; the text after a longer one begins on the next line. */
const MOST_LABEL = 0.6;

function foldedLine(line: string, width: number): string[] {
  if (COMMAND.test(line)) return [line];
  const [label = ''] = LABELLED.exec(line) ?? [];
  const [margin = ''] = /^ */.exec(line)!;
  if (widthOf(label) > MOST_LABEL * width) {
    const below = margin.length + 4;
    return [label.trimEnd(), ...filled(' '.repeat(below), line.slice(label.length), below, width)];
  }
  const begin = label === '' ? margin : label;
  return filled(begin, line.slice(begin.length), label === '' ? margin.length + 2 : widthOf(label), width);
}

/** Words behind `begin`, in lines whose rest is indented by `hang`. */
function filled(begin: string, text: string, hang: number, width: number): string[] {
  const lines: string[] = [];
  let line = begin;
  let empty = true;
  // A number and its error are one word.
  for (const word of text.replaceAll(' ± ', '\0').split(' ')) {
    const shown = word.replaceAll('\0', ' ± ');
    if (!empty && widthOf(line) + 1 + widthOf(shown) > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(hang);
      empty = true;
    }
    line += empty ? shown : ` ${shown}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}
