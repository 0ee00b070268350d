import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

import { run } from '../../src/operations/run.ts';
import { work } from '../../src/operations/work.ts';
import { redis } from '../../src/queue/redis/redis.ts';
import type { Host } from '../../src/readers/host.ts';
import { textOf } from '../docs/pages.ts';
import { CoinStudy, finishedFiles, HOST } from '../operations/coin-study.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { HAS_REDIS, WITHOUT_REDIS, RedisServer } from './redis-server.ts';

const REAL: Host = { ...HOST, broker: redis };
let server: RedisServer | undefined;

afterEach(async () => {
  await server?.stop();
});

async function runsOver(queue: string): Promise<void> {
  const study = new CoinStudy();
  const alone = join(study.folder, 'alone');
  await run(study.file, { output: alone }, HOST);
  const stop = new AbortController();
  const options = {
    queue,
    threads: 1,
    allow_models: true,
    spool: join(study.folder, 'spool'),
    cache: join(study.folder, 'cache'),
  };
  const worker = work({ ...options, signal: stop.signal }, REAL);
  const { exit } = await run(study.file, { queue, threads: 0, chunk: 100 }, REAL);
  stop.abort();
  const counts = await worker;
  expect([exit, counts.permutations, counts.spooled]).toEqual([0, 1000, 0]);
  expect(finishedFiles(study.output)).toEqual(finishedFiles(alone));
}

describe.skipIf(!HAS_REDIS)(`a Redis that is secured${WITHOUT_REDIS}`, () => {
  test('the rule of docs/cluster.md is enough for a run, and for no more', async () => {
    server = await RedisServer.start();
    const rule = /^ACL SETUSER .*$/m.exec(textOf('docs/cluster.md').replaceAll(/^ +/gm, ''))![0];
    expect(await server.command(...rule.split(' '))).toBe('+OK\r\n');
    const url = `redis://permafrost:another-password@127.0.0.1:${server.port}/0`;
    await runsOver(url);
    for (const command of [['FLUSHALL'], ['CONFIG', 'GET', '*'], ['GET', 'other'], ['KEYS', 'other*'], ['SHUTDOWN']])
      expect(await server.commandAs('permafrost', 'another-password', ...command), command.join(' ')).toMatch(
        /^-NOPERM/,
      );
    await expect(run(new CoinStudy().file, { queue: url, namespace: 'other', threads: 0 }, REAL)).rejects.toMatchObject(
      {
        code: 'QUEUE',
        message: expect.stringContaining('docs/cluster.md has the rule') as string,
      },
    );
  });

  test('TLS, with a certificate of the client', async () => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ];
    execFileSync('openssl', made, { stdio: 'ignore' });
    server = await RedisServer.startSecure({ key, cert });
    await runsOver(`rediss://127.0.0.1:${server.tls_port}?ca=${cert}&cert=${cert}&key=${key}`);
    // Without a certificate the server takes nobody.
    await expect(
      run(new CoinStudy().file, { queue: `rediss://127.0.0.1:${server.tls_port}?ca=${cert}`, threads: 0 }, REAL),
    ).rejects.toMatchObject({ code: 'QUEUE' });
  });
});
