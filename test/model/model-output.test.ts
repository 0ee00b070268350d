import { Writable } from 'node:stream';
import { expect, it } from 'vitest';

import { modelConsole, nameOutput } from '../../src/model/model-output.ts';

function collected() {
  const said: string[] = [];
  return { said, stderr: { write: (text: string) => said.push(text) } };
}

it('what a model prints goes to stderr, each line named', () => {
  const { said, stderr } = collected();
  const console = modelConsole(stderr);
  console.log('x is', 0.5);
  console.error('two\nlines');
  expect(said.join('')).toBe('model: x is 0.5\nmodel: two\nmodel: lines\n');
});

it('and so does what a thread writes to stdout itself', () => {
  const { said, stderr } = collected();
  const stdout = new Writable() as unknown as NodeJS.WriteStream;
  nameOutput(stdout, stderr);
  stdout.write('text\n');
  stdout.write(Buffer.from('bytes\n'));
  expect(said.join('')).toBe('model: text\nmodel: bytes\n');
});
