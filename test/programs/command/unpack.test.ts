import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { unpackProgram } from '../../../src/programs/command/unpack.ts';
import { DEFAULTS } from '../../../src/programs/command/command-program.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const bytesOf = (sha256: string): Uint8Array => Buffer.from(`bytes of ${sha256}`);
const program = (files: Record<string, string>, run = [process.execPath, 'sim.mjs']) => ({
  ...DEFAULTS,
  program: 'command' as const,
  declaration: {},
  run,
  files,
});

test('files lie to each other as they do beside the study, above it too, and may be started', async () => {
  const root = join(temporaryFolder(), 'root');
  const files = { 'sim.mjs': 'a', 'data/x.csv': 'b', '../../lib/y.py': 'c' };
  const folder = await unpackProgram(program(files), root, bytesOf);
  for (const [name, sha256] of Object.entries(files))
    expect(readFileSync(join(folder, name), 'utf8')).toBe(`bytes of ${sha256}`);
  expect(dirname(dirname(dirname(folder)))).toBe(root);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'sim.mjs')).mode & 0o777).toBe(0o700);
});

test('a name that leads elsewhere is refused', async () => {
  const root = join(temporaryFolder(), 'root');
  const absolute = join(dirname(root), 'taken');
  for (const name of [absolute, 'a\0b'])
    await expect(unpackProgram(program({ [name]: 'a' }), root, bytesOf), name).rejects.toMatchObject({ code: 'MODEL' });
  expect(existsSync(absolute)).toBe(false);
  // However often a name goes up, it stays below what is this program's alone.
  for (const name of ['../../../taken', 'a/../../../taken', '../x/../../../../taken'])
    await unpackProgram(program({ [name]: 'a' }), join(root, 'in', 'this'), bytesOf);
  expect(readdirSync(dirname(root))).toEqual(['root']);
  expect(readdirSync(join(root, 'in'))).toEqual(['this']);
});

test('a program that is not here is said, whether it is looked for in PATH or at its place', async () => {
  const nothing = (run: string) => unpackProgram(program({}, [run]), join(temporaryFolder(), 'root'), bytesOf);
  await expect(nothing('no-such-program')).rejects.toThrow(
    'The run computes with "no-such-program", and there is no such program on this machine: PATH has none. Install it here, and start the worker again.',
  );
  await expect(nothing('/opt/none/python3')).rejects.toThrow(
    'The run computes with "/opt/none/python3", and there is no such program on this machine. Install it',
  );
});
