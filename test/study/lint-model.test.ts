import { describe, expect, it } from 'vitest';
import { lintModel } from '../../src/study/lint-model.ts';

const lint = (code: string) => lintModel(code, (line) => `./m.ts:${line}`);
const codes = (code: string) => lint(code).map((note) => note.code);

describe('what can differ between Node versions and processors', () => {
  it.each(['x ** 2', 'x **= 2', 'Math.pow(x, 2)', 'Math.sin(x)', 'Math . exp(x)', '`${x ** 2}`', 'Math.hypot(1, 2)'])(
    '%s',
    (code) => {
      expect(codes(code)).toEqual(['UNCERTAIN_MATH']);
    },
  );

  it('is named with its lines and what to use instead', () => {
    expect(lint('const a = b ** c;\nconst d = 1;\nconst e = a ** d;')).toEqual([
      {
        code: 'UNCERTAIN_MATH',
        message:
          "./m.ts:1, 3: ** can differ in the last bits between Node versions and processors, and rows with it; import { pow } from 'permafrost' instead: it is the same everywhere",
      },
    ]);
    expect(lint('Math.tanh(x)')[0]!.message).toContain('run all of a study on one Node version');
    expect(lint(Array(9).fill('x ** y').join('\n'))[0]!.message).toMatch(/^\.\/m\.ts:1, 2, 3 and 6 more: /);
  });
});

it.each([
  ['Math.random()', 'draws outside the seeded stream'],
  ['crypto.randomUUID()', 'draws outside the seeded stream'],
  ['Date.now()', 'reads a clock'],
  ['new Date()', 'reads a clock'],
  ['performance.now()', 'reads a clock'],
])('%s cannot be repeated: it %s', (code, why) => {
  expect(lint(code)).toEqual([{ code: 'NOT_REPRODUCIBLE', message: expect.stringContaining(why) as string }]);
});

it.each([
  'Math.sqrt(x) * Math.abs(y) + Math.max(1, 2)',
  '"a ** b"',
  "'Math.random()'",
  '/a**b/.test(x)',
  '`Math.pow`',
  'my.Math.pow(x)',
  'log(x)',
  'x * y',
  '// x ** y',
  'stats.random()',
])('%s is no matter', (code) => {
  expect(lint(code)).toEqual([]);
});
