import { describe, expect, it } from 'vitest';

import { isSame, newToken, refuses, TOKEN } from '../../src/serve/guard.ts';

const open = { names: ['localhost', 'lab1'], token: undefined, cookie: 'permafrost_8470' };
const locked = { ...open, token: 'a-token-of-some-length' };

describe('without a token', () => {
  it.each([
    'localhost',
    'localhost:8470',
    'localhost:9000',
    '127.0.0.1:8470',
    '[::1]:8470',
    'lab1:8470',
    'LOCALHOST',
    '192.168.1.7',
    'localhost.',
  ])('the host %s is answered', (host) => {
    expect(refuses(open, { host })).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil.example:8470',
    'localhost@evil.example',
    'localhost/',
    'a b',
    'lab1.evil.example',
    '127.0.0.1.evil.example',
  ])('the host %s is refused: it may be the name of another site for this address', (host) => {
    expect(refuses(open, { host })).toBe('host');
  });

  it('the page itself may ask, pages of other sites may not, those on other ports of this machine included', () => {
    const host = 'localhost:8470';
    expect(refuses(open, { host, origin: 'http://localhost:8470' })).toBeUndefined();
    for (const origin of [
      'null',
      'http://evil.example',
      'http://localhost:3000',
      'https://localhost:8470',
      'http://127.0.0.1:8470',
      '',
    ])
      expect(refuses(open, { host, origin }), origin).toBe('origin');
    expect(refuses(open, { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe('origin');
    expect(refuses(open, { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBeUndefined();
  });
});

describe('with a token', () => {
  const host = 'lab1:8470';

  it('in the cookie of this port, or as a bearer, it is let in', () => {
    expect(refuses(locked, { host, cookie: 'other=1; permafrost_8470=a-token-of-some-length' })).toBeUndefined();
    expect(refuses(locked, { host, authorization: 'Bearer a-token-of-some-length' })).toBeUndefined();
  });

  it.each([
    {},
    { cookie: 'permafrost_8471=a-token-of-some-length' },
    { cookie: 'permafrost_8470=a-token-of-some-lengti' },
    { cookie: 'permafrost_8470=' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic a-token-of-some-length' },
    { authorization: 'Bearer a-token-of-some-length2' },
  ])('%j is not', (headers) => {
    expect(refuses(locked, { host, ...headers })).toBe('token');
  });

  it('a foreign host is refused first', () => {
    expect(refuses(locked, { host: 'evil.example', cookie: 'permafrost_8470=a-token-of-some-length' })).toBe('host');
  });
});

it('a new token is long, of plain characters, and another one each time', () => {
  expect(newToken()).toMatch(TOKEN);
  expect(newToken()).not.toBe(newToken());
  expect(isSame('a', 'a')).toBe(true);
  expect(isSame('a', 'ab')).toBe(false);
});
