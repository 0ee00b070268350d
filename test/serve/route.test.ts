import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { routeOf, takeToken } from '../../src/serve/route.ts';

const KEY = '0123456789abcdef';

describe('an address', () => {
  it.each([
    ['/', { kind: 'page' }],
    [`/run/${KEY}`, { kind: 'page' }],
    ['/assets/main.js', { kind: 'asset', name: 'main.js' }],
    ['/events', { kind: 'list' }],
    [`/events/${KEY}?metric=a%20b&shown=p05`, { kind: 'run', key: KEY, metric: 'a b', shown: 'p05' }],
    [`/report/${KEY}/index.html`, { kind: 'report', key: KEY, names: ['index.html'] }],
    [`/report/${KEY}/tables/cells.csv`, { kind: 'report', key: KEY, names: ['tables', 'cells.csv'] }],
  ])('%s is known', (target, route) => {
    expect(routeOf(target)).toEqual(route);
  });

  it.each([
    '',
    '*',
    'http://other/run/0123456789abcdef',
    '//etc/passwd',
    '/run/',
    '/run/0123456789abcde',
    '/run/0123456789ABCDEF',
    `/run/${KEY}/`,
    `/report/${KEY}`,
    `/report/${KEY}/`,
    `/report/${KEY}/../run_manifest.json`,
    `/report/${KEY}/..%2frun_manifest.json`,
    `/report/${KEY}/%2e%2e/run_manifest.json`,
    `/report/${KEY}/..\\run_manifest.json`,
    `/report/${KEY}/tables\\..\\..\\x`,
    `/report/${KEY}/%00`,
    `/report/${KEY}/a\0b`,
    `/report/${KEY}/.hidden`,
    `/report/${KEY}//etc/passwd`,
    `/report/${KEY}/C:/Windows/win.ini`,
    `/report/${KEY}/a/b/c/d/e`,
    '/assets/../server.js',
    '/assets/.tsbuildinfo',
    '/assets/a/b',
    `/${'a'.repeat(3000)}`,
  ])('%j is nothing here', (target) => {
    expect(routeOf(target)).toBeUndefined();
  });

  it('made of anything whatever never names a folder above, nor anything absolute', () => {
    const odd = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2E%2e',
      '%2f',
      '%5c',
      '\\',
      '/',
      '//',
      '\0',
      '%00',
      'C:',
      '~',
      '?',
      '#',
      ';',
      'index.html',
      '\u202e',
      '．．',
      KEY,
    );
    const target = fc.oneof(
      fc.array(odd, { maxLength: 12 }).map((parts) => `/report/${KEY}/${parts.join('')}`),
      fc.array(odd, { maxLength: 12 }).map((parts) => `/${parts.join('/')}`),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(target, (text) => {
        const route = routeOf(text);
        if (route?.kind === 'report') for (const name of route.names) expect(name).toMatch(/^[\w-][\w.-]*$/);
        if (route?.kind === 'asset') expect(route.name).toMatch(/^[\w-][\w.-]*$/);
        if (route !== undefined && 'key' in route) expect(route.key).toMatch(/^[0-9a-f]{16}$/);
      }),
      { numRuns: 500 },
    );
  });
});

it('the token is taken out of an address, and the rest stays', () => {
  expect(takeToken('/?token=abc')).toEqual({ token: 'abc', without: '/' });
  expect(takeToken('/run/1?a=1&token=x%2By&b=2')).toEqual({ token: 'x+y', without: '/run/1?a=1&b=2' });
  expect(takeToken('/run/1')).toEqual({ token: null, without: '/run/1' });
});
