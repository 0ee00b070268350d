import { describe, expect, test } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { describeError, errorOf, errorRecord } from '../../src/model/error-record.ts';

/** Through JSON: what crosses between machines. */
function crossed(thrown: unknown): Error {
  return errorOf(JSON.parse(JSON.stringify(errorRecord(thrown))) as ReturnType<typeof errorRecord>);
}

class OwnError extends RangeError {
  override readonly name = 'OwnError';
  readonly code = 'E_OWN';
}

describe('an error that crosses', () => {
  test('keeps class, message, stack, code and cause', () => {
    const cause = new TypeError('the reason', { cause: 'a text' });
    const thrown = new OwnError('what happened', { cause });
    const error = crossed(thrown);
    expect(error).toMatchObject({ name: 'OwnError', message: 'what happened', code: 'E_OWN', stack: thrown.stack });
    expect(error.cause).toMatchObject({ name: 'TypeError', message: 'the reason', stack: cause.stack });
    expect((error.cause as Error).cause).toMatchObject({ name: 'string', message: 'a text' });
    expect(describeError(error)).toBe('OwnError: what happened');
  });

  test('is an EngineError again with its code, exit code and place; a code that is not of the list makes none', () => {
    const thrown = new EngineError('DATA', 'line 3 is empty', { path: 'trades.csv:3', allowed: 'a number' });
    const error = crossed(thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      code: 'DATA',
      exit: 2,
      path: 'trades.csv:3',
      allowed: 'a number',
      stack: thrown.stack,
    });
    const foreign = Object.assign(new Error('no'), { name: 'EngineError', code: 'NONE_OF_OURS' });
    expect(crossed(foreign)).not.toBeInstanceOf(EngineError);
  });

  test('of another bundle, whose EngineError is another class, is an EngineError all the same', () => {
    const theirs = Object.assign(new Error('no rows'), { name: 'EngineError', code: 'DATA' });
    expect(crossed(theirs)).toBeInstanceOf(EngineError);
  });

  test.each([
    ['a text', 'string', 'a text'],
    [42, 'number', '42'],
    [undefined, 'undefined', 'undefined'],
    [null, 'object', 'null'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
    [Object.create(null), 'object', '[object Object]'],
  ])('may be anything: %o', (thrown, name, message) => {
    expect(crossed(thrown)).toMatchObject({ name, message });
  });

  test('may have anything for its properties, and be its own cause', () => {
    const odd = Object.assign(new Error('x'), { name: 7, code: 5, path: {}, stack: null });
    Object.defineProperty(odd, 'message', { value: Object.create(null) });
    expect(errorRecord(odd)).toEqual({ name: '7', message: '[object Object]' });
    const circle = new Error('round');
    circle.cause = circle;
    expect(JSON.stringify(errorRecord(circle)).split('"round"').length - 1).toBe(9);
  });
});
