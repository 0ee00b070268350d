/** What a terminal obeys instead of showing it: control characters but line feed and tab, and marks that turn the order of a line round. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex -- as above
const STYLE = /(\u001b\[[\d;]*m)/;

/**
 * A text for a terminal: a message may quote anything, the error of a model, a name in somebody's file, and must not move the cursor, set a title or paint over
 * the line before. Such characters are shown as `\x1b`. `color`: styles stay, where there are colours.
 */
export function printable(text: string, color = false): string {
  if (!color) return escaped(text);
  // Every other part is a style.
  return text
    .split(STYLE)
    .map((part, i) => (i % 2 === 1 ? part : escaped(part)))
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll(OBEYED, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\r') return '\\r';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
