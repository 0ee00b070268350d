import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { commandLine, pathHere } from '../../src/wording/command-line.ts';

/** What shells treat as special, and letters of several scripts. */
const SPECIAL = ` '"\\$\`!*?[]{}()<>|&;#~=%^,@:/-\n\tazAZ09é日’“`;
const word = fc.string({ unit: fc.constantFrom(...Array.from(SPECIAL), '🎲'), maxLength: 12 });

describe.skipIf(process.platform === 'win32')('a command for sh', () => {
  /** The words that a shell makes of a command line, the program's name left out. */
  function wordsOf(line: string): string[] {
    const script = `permafrost() { printf '%s\\0' "$@"; }\n${line}`;
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  }

  it('comes back from the shell word for word', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        expect(wordsOf(commandLine(words, 'posix'))).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });

  it('quotes only what needs it', () => {
    expect(commandLine(['run', 'a/b.yaml', '--set', 'x=1', '--shard', '1/2'], 'posix')).toBe(
      'permafrost run a/b.yaml --set x=1 --shard 1/2',
    );
    expect(commandLine(['run', "it's here.yaml", '', '~x', '=ls'], 'posix')).toBe(
      `permafrost run 'it'\\''s here.yaml' '' '~x' '=ls'`,
    );
  });
});

describe('a command for Windows', () => {
  /** The words that a program makes of its command line, by the rules of the C runtime that Node is built with. */
  function wordsOf(line: string): string[] {
    const words: string[] = [];
    let at = 0;
    while (at < line.length) {
      while (line[at] === ' ') at += 1;
      let made = '';
      let quoted = false;
      for (; at < line.length && (quoted || line[at] !== ' '); at += 1) {
        const [slashes] = /^\\*/.exec(line.slice(at))!;
        if (slashes.length > 0 && line[at + slashes.length] === '"') {
          made += '\\'.repeat(slashes.length >> 1);
          at += slashes.length;
          if (slashes.length % 2 === 1) {
            made += '"';
            continue;
          }
        }
        if (line[at] !== '"') made += line[at]!;
        else if (quoted && line[at + 1] === '"') {
          made += '"';
          at += 1;
        } else quoted = !quoted;
      }
      words.push(made);
    }
    return words.slice(1);
  }

  /** Nothing in these is replaced by cmd.exe or by PowerShell, in double quotes. */
  const plain = fc.string({
    unit: fc.constantFrom(...Array.from(` '"\\!*?[]{}()<>|&;#~=^,@:/-azAZ09é日`)),
    maxLength: 12,
  });

  it('comes back from cmd.exe word for word', () => {
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 8 }), (words) => {
        expect(wordsOf(commandLine(words, 'windows'))).toEqual(words);
      }),
    );
  });

  it('leaves nothing bare that either shell reads as more than a letter', () => {
    fc.assert(
      fc.property(word, (text) => {
        const [, said] = /^permafrost (.*)$/s.exec(commandLine([text], 'windows'))!;
        expect(said).toMatch(/^(?:[\w+:./\\-][\w+=:./\\-]*|".*"|'.*')$/s);
        if (said!.startsWith('"')) expect(said).not.toMatch(/[$`\u2018-\u201e]/);
      }),
    );
  });

  it('quotes for PowerShell what only PowerShell replaces', () => {
    expect(commandLine(['verify', 'C:\\my runs\\', 'C:\\a', '$x', "it's $5"], 'windows')).toBe(
      `permafrost verify "C:\\my runs\\\\" C:\\a '$x' 'it''s $5'`,
    );
  });
});

describe('a path as a person would type it here', () => {
  it('is relative below this folder, and as it was given elsewhere', () => {
    expect(pathHere(resolve('runs', 'a b'))).toBe(join('runs', 'a b'));
    expect(pathHere(process.cwd())).toBe('.');
    expect(pathHere(resolve('..', 'x'))).toBe(resolve('..', 'x'));
    expect(pathHere(join('..', 'x.yaml'))).toBe(join('..', 'x.yaml'));
    expect(pathHere('..x')).toBe('..x');
  });

  it('never looks like an option', () => {
    expect(pathHere('--output')).toBe(join('.', '--output').replace(/^(?!\.)/, './'));
    expect(pathHere('-')).toBe('./-');
  });
});
