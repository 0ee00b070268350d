import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';

import { EngineError } from '../../errors.ts';
import { notExpected } from '../../wording/expected.ts';

/** The variable that holds the URL, so that no password is on a command line. */
export const QUEUE_VARIABLE = 'PERMAFROST_QUEUE';

/** Where a queue is, and how it is reached. Holds secrets: only `text` is for people. */
export interface QueueAddress {
  readonly options: RedisOptions;
  /** `redis://host:6379/0`: no user, no password. */
  readonly text: string;
}

/** What may be said of a queue: its URL, `env:NAME` (a variable that holds it) or `file:PATH` (a file whose first line it is). */
export type QueueReference = string;

/** The URL behind a reference. Throws USAGE. */
export function queueUrl(reference: QueueReference, env: NodeJS.ProcessEnv = process.env): string {
  if (reference.startsWith('env:')) {
    const name = reference.slice('env:'.length);
    const url = env[name];
    if (url !== undefined && url !== '') return url;
    throw notUsable(`The variable ${name}, which is to hold the URL of the queue, is not set`);
  }
  if (!reference.startsWith('file:')) return reference;
  const path = reference.slice('file:'.length);
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]!.trim();
  } catch (cause) {
    throw notUsable(`${path}, which is to hold the URL of the queue, cannot be read`, cause);
  }
}

function notUsable(what: string, cause?: unknown): EngineError {
  const text = `${what}. A URL reads redis://host:6379, or rediss://user:password@host:6379 with TLS.`;
  return new EngineError('USAGE', text, { path: '--queue', cause });
}

/** Whether everyone on this machine can read a password in the list of processes. */
export function saysPassword(reference: QueueReference): boolean {
  return URL.canParse(reference) && new URL(reference).password !== '';
}

/**
 * `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS, then with `?ca=FILE&cert=FILE&key=FILE` where the server's certificate is signed by an
 * authority of one's own, or asks for one of the client. Throws USAGE; no message repeats what may hold a password.
 */
export function queueAddress(reference: QueueReference, env?: NodeJS.ProcessEnv): QueueAddress {
  const text = queueUrl(reference, env);
  if (!URL.canParse(text)) throw notExpected('--queue', 'a URL such as redis://localhost:6379', 'something else');
  const url = new URL(text);
  const secure = url.protocol === 'rediss:';
  if (!secure && url.protocol !== 'redis:')
    throw notExpected('--queue', 'a URL that begins with redis:// or rediss://', url.protocol);
  // eslint-disable-next-line no-restricted-syntax -- no file: the number of a database
  const behind = url.pathname;
  const database = /^\/?(\d*)$/.exec(behind)?.[1];
  if (database === undefined) throw notExpected('--queue', 'the number of a database behind the host', behind);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 6379 : Number(url.port);
  const db = Number(database);
  return {
    text: `${url.protocol}//${url.hostname}:${port}/${db}`,
    options: {
      host,
      port,
      db,
      ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
      ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
      ...(secure && { tls: certificates(url.searchParams, host) }),
    },
  };
}

function certificates(given: URLSearchParams, host: string): NonNullable<RedisOptions['tls']> {
  // The name that the server's certificate is for; an address is not one.
  const tls: Record<string, string | Buffer> = isIP(host) === 0 ? { servername: host } : {};
  for (const [name, path] of given) {
    if (name !== 'ca' && name !== 'cert' && name !== 'key')
      throw notExpected('--queue', 'ca=, cert= and key= behind the ?', name);
    try {
      tls[name] = readFileSync(path);
    } catch (cause) {
      throw new EngineError('USAGE', `${path}, the ${name} of the queue's URL, cannot be read.`, {
        path: '--queue',
        cause,
      });
    }
  }
  return tls;
}
