import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';

import { diskError, hasCode, isSystemError } from '../../src/files/disk-error.ts';

/** As Node throws it: a synchronous call where libuv has no name for the number, and an asynchronous one. */
function nameless(errno: number, code: string): Error {
  return Object.assign(new Error(`${code}: write`), { errno: -errno, code, syscall: 'write' });
}

describe('an error of the operating system becomes one line with path and way out', () => {
  test.each([
    ['ENOSPC', 'DISK_FULL', /the disk is full: free space there/],
    ['EFBIG', 'DISK_FULL', /the file-size limit is reached: raise it/],
    ['EROFS', 'DISK', /read-only/],
    ['EIO', 'DISK', /check the disk/],
    ['EBUSY', 'DISK', /another program has it open.*then run the same command again/],
    ['EAGAIN', 'DISK', /run the same command again to resume/],
  ])('%s', (code, kind, says) => {
    const error = Object.assign(new Error(code), { code });
    expect(isSystemError(error)).toBe(true);
    expect(diskError(error, 'write to', '/out/x', '7 rows are safe')).toMatchObject({
      code: kind,
      path: '/out/x',
      cause: error,
    });
    expect(String(diskError(error, 'write to', '/out/x', '7 rows are safe'))).toMatch(says);
    expect(String(diskError(error, 'write to', '/out/x', '7 rows are safe'))).toContain(`/out/x: ${code}, `);
  });

  test.each(['UNKNOWN', 'Unknown system error -122'])('a quota that is used up, which Node calls %s', (code) => {
    const error = nameless(constants.errno.EDQUOT, code);
    expect(hasCode(error, 'EDQUOT')).toBe(true);
    expect(diskError(error, 'write to', '/out/x')).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('EDQUOT, the quota is used up: free space there') as string,
    });
  });

  test('a number without any name', () => {
    expect(diskError(nameless(9999, 'UNKNOWN'), 'read', '/out/x')).toMatchObject({
      code: 'DISK',
      message: expect.stringContaining('cannot read /out/x: errno 9999, ') as string,
    });
  });

  test('other errors come back as they are', () => {
    const others = [
      new Error('a bug'),
      new TypeError('x'),
      Object.assign(new Error('zlib'), { errno: -3, code: 'Z_DATA_ERROR' }),
      'text',
    ];
    for (const error of others) expect(diskError(error, 'read', '/out/x')).toBe(error);
  });
});
