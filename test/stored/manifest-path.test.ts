import { posix, win32 } from 'node:path';
import { expect, it, test } from 'vitest';

import { manifestPath, resolveManifestPath } from '../../src/stored/manifest-path.ts';

it('a manifest made on Windows has /', () => {
  expect(manifestPath('C:\\work\\runs\\out', 'C:\\work\\study.yaml', win32)).toBe('../../study.yaml');
  expect(manifestPath('C:\\work\\out', 'D:\\data\\trades.csv', win32)).toBe('D:/data/trades.csv');
});

test.each([
  ['../../study.yaml', '/home/me/study.yaml'],
  ['..\\..\\study.yaml', '/home/me/study.yaml'], // written on Windows, by an earlier version
  ['..\\data\\trades.csv', '/home/me/runs/data/trades.csv'],
  ['../odd\\name.yaml', '/home/me/runs/odd\\name.yaml'], // a name on Linux
  ['study.yaml', '/home/me/runs/out/study.yaml'],
])('%s is found on Linux', (way, file) => {
  expect(resolveManifestPath('/home/me/runs/out', way, posix)).toBe(file);
});

test.each([
  ['../../study.yaml', 'C:\\work\\study.yaml'],
  ['..\\..\\study.yaml', 'C:\\work\\study.yaml'],
  ['D:\\data\\trades.csv', 'D:\\data\\trades.csv'],
])('%s is found on Windows', (way, file) => {
  expect(resolveManifestPath('C:\\work\\runs\\out', way, win32)).toBe(file);
});

test.each(['/home/me/runs/out/a\\b.yaml', '/home/me/a\\b.yaml', '/home/me/runs/out/study.yaml'])(
  '%s comes back',
  (file) => {
    expect(resolveManifestPath('/home/me/runs/out', manifestPath('/home/me/runs/out', file, posix), posix)).toBe(file);
  },
);
