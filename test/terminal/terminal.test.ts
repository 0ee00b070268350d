import { expect, it } from 'vitest';

import { createTerminal } from '../../src/terminal/terminal.ts';

const LONG = `${'a long sentence '.repeat(10)}end`;

/** Two streams that remember. */
function made(json: boolean, isTTY = false, env: NodeJS.ProcessEnv = {}) {
  const said = { out: '', err: '' };
  const stdout = { isTTY, columns: 60, write: (text: string) => (said.out += text) };
  const stderr = { isTTY, columns: 60, write: (text: string) => (said.err += text) };
  return { said, terminal: createTerminal(json, { stdout, stderr, env }) };
}

it('a result goes to stdout, progress, notes and errors to stderr', () => {
  const { said, terminal } = made(false);
  terminal.print('result');
  terminal.say('note');
  terminal.fail('broken');
  terminal.result({ a: 1 });
  expect(said).toEqual({ out: 'result\n', err: 'note\npermafrost: broken\n' });
});

it('with --json the object is alone on stdout', () => {
  const { said, terminal } = made(true);
  terminal.print('result');
  terminal.say('note');
  terminal.result({ a: Infinity });
  expect(said).toEqual({ out: '{"a":"Infinity"}\n', err: 'result\nnote\n' });
});

it('a result fits the page; a message is folded on a terminal, and one line in a log', () => {
  const log = made(false);
  log.terminal.print(LONG);
  log.terminal.say(LONG);
  for (const line of log.said.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(log.said.err).toBe(`${LONG}\n`);
  const screen = made(false, true);
  screen.terminal.say(LONG);
  for (const line of screen.said.err.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

it('a dumb terminal gets no codes, nor does one with NO_COLOR colours; another one gets both', () => {
  const show = (env: NodeJS.ProcessEnv): string => {
    const { said, terminal } = made(false, true, env);
    terminal.fail('broken');
    terminal.update('measuring 1 of 20');
    return said.err;
  };
  expect(show({ TERM: 'dumb' })).toBe('permafrost: broken\n');
  expect(show({ TERM: 'xterm', NO_COLOR: '1' })).toBe('permafrost: broken\n\r\u001b[Kmeasuring 1 of 20');
  expect(show({ TERM: 'xterm' })).toContain('\u001b[31mpermafrost:\u001b[39m broken');
});
