import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Who may be answered. */
export interface Guarded {
  /** Names, without ports, under which this server is reached, besides addresses in numbers. */
  readonly names: readonly string[];
  /** Undefined: who reaches this machine's own address needs none. */
  readonly token: string | undefined;
  /** The cookie that holds it: browsers do not tell the ports of one machine apart. */
  readonly cookie: string;
}

/** Why a request is not answered. */
export type Refusal = 'host' | 'origin' | 'token';

/**
 * Whether a request may be answered. A page of another site can lead a name of its own to this machine's address (DNS rebinding), and its browser then sends
 * that name: only names of this machine, and addresses in numbers, are answered. What another site's page asks for itself has its `Origin`.
 */
export function refuses({ names, token, cookie }: Guarded, headers: IncomingHttpHeaders): Refusal | undefined {
  const host = hostOf(headers.host);
  if (host === undefined || !(isIP(host) > 0 || names.includes(host))) return 'host';
  const { origin } = headers;
  if (origin !== undefined && !sameOrigin(origin, headers.host!)) return 'origin';
  // Pages of other sites cannot set this one, and older browsers do not send it.
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') return 'origin';
  if (token === undefined) return undefined;
  const given = bearerOf(headers.authorization) ?? cookieOf(headers.cookie, cookie);
  return given !== undefined && isSame(given, token) ? undefined : 'token';
}

/** The name or address of a `Host` header, in lower case and without port and brackets. */
function hostOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^[\w.[\]:-]+$/.test(header) || !URL.canParse(`http://${header}/`)) return undefined;
  const { hostname } = new URL(`http://${header}/`);
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function sameOrigin(origin: string, host: string): boolean {
  return origin.toLowerCase() === `http://${host.toLowerCase()}`;
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}

/** Takes as long whatever the two have in common. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Nobody guesses it. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Characters that are the same in an address, a cookie and a header. */
export const TOKEN = /^[\w.~-]{16,200}$/;
