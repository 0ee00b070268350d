import { expect, test } from 'vitest';

import { createTerminal } from '../../src/terminal/terminal.ts';
import { printable } from '../../src/wording/printable.ts';

test.each([
  ['plain, with a tab\tand\nlines', 'plain, with a tab\tand\nlines'],
  ['\u001b[2J\u001b]0;title\u0007gone', '\\x1b[2J\\x1b]0;title\\x07gone'],
  ['fine\rfake', 'fine\\rfake'],
  ['\u009b31m', '\\x9b31m'],
  ['a\u202etxt.exe', 'a\\u202etxt.exe'],
  ['\u001b[1mnot ours\u001b[22m', '\\x1b[1mnot ours\\x1b[22m'],
  ['häuser ± 日本 – ok', 'häuser ± 日本 – ok'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('where there are colours, styles stay, and nothing else that a terminal obeys', () => {
  expect(printable('\u001b[1mbold\u001b[22m\u001b[2J', true)).toBe('\u001b[1mbold\u001b[22m\\x1b[2J');
});

test('what is said to a person goes through it', () => {
  const said: string[] = [];
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = ((text: string) => said.push(text)) as unknown as typeof process.stderr.write;
  try {
    createTerminal(false).say('warning: \u001b[2Jcell');
  } finally {
    process.stderr.write = write;
  }
  expect(said.join('')).toBe('warning: \\x1b[2Jcell\n');
});
