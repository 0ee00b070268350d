import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { queueAddress, saysPassword } from '../../src/queue/redis/address.ts';
import { namesOf } from '../../src/queue/redis/names.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('where a queue is', () => {
  test('a URL, with user, password and database', () => {
    const { options, text } = queueAddress('redis://lab:p%40ss@redis.lab:6380/3');
    expect(options).toEqual({ host: 'redis.lab', port: 6380, db: 3, username: 'lab', password: 'p@ss' });
    expect(text).toBe('redis://redis.lab:6380/3');
    expect(queueAddress('redis://[::1]').options).toEqual({ host: '::1', port: 6379, db: 0 });
  });

  test('a variable or a file that holds the URL: then no password is on the command line', () => {
    const file = join(temporaryFolder(), 'queue');
    writeFileSync(file, 'redis://:geheim@there\n# the second line is anything\n');
    expect(queueAddress(`file:${file}`).options).toMatchObject({ host: 'there', password: 'geheim' });
    expect(queueAddress('env:Q', { Q: 'redis://here' }).options).toMatchObject({ host: 'here' });
    expect([`file:${file}`, 'env:Q', 'redis://u@h', 'redis://:p@h'].map(saysPassword)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('TLS, with certificates from files', () => {
    const folder = temporaryFolder();
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, name), `the ${name}`);
    const query = ['ca', 'cert', 'key'].map((name) => `${name}=${join(folder, name)}`).join('&');
    const { tls } = queueAddress(`rediss://redis.lab?${query}`).options;
    expect(tls).toEqual({
      servername: 'redis.lab',
      ca: Buffer.from('the ca'),
      cert: Buffer.from('the cert'),
      key: Buffer.from('the key'),
    });
  });

  test.each([
    ['geheim@nowhere', 'a URL such as redis://localhost:6379'],
    ['http://geheim@h', 'begins with redis://'],
    ['redis://:geheim@h/x', 'the number of a database'],
    ['rediss://:geheim@h?password=geheim', 'ca=, cert= and key='],
    ['rediss://:geheim@h?ca=/no/such/file', '/no/such/file, the ca of'],
    ['env:NOT_SET', 'The variable NOT_SET'],
    ['file:/no/such/file', '/no/such/file, which is to hold'],
  ])('%s is refused without its password', (reference, why) => {
    try {
      queueAddress(reference, {});
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining(why) as string });
      expect((error as Error).message).not.toContain('geheim');
    }
  });

  test('a namespace is a short name, since it is a part of keys', () => {
    expect(namesOf('lab-1').result('x')).toBe('permafrost:{lab-1}:result:x');
    for (const name of ['', 'a b', 'a:b', '{a}', 'x'.repeat(65)])
      expect(() => namesOf(name)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });
});
