import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BlockList, isIP, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';

import { EngineError } from '../errors.ts';
import { answer, beginEvents, HTML, keepToken, refuse, type Content } from './answers.ts';
import { EventStream } from './event-stream.ts';
import { isSame, newToken, refuses, type Guarded } from './guard.ts';
import { routeOf, takeToken, type Route } from './route.ts';
import { SHELL } from './shell.ts';

/** What there is to be served. */
export interface Site {
  asset(name: string): Content | undefined;
  /** Tells a client of all runs, until the function that comes back is called. */
  list(stream: EventStream): () => void;
  /** The same of one run; undefined where there is not such a run. */
  run(route: Extract<Route, { readonly kind: 'run' }>, stream: () => EventStream): (() => void) | undefined;
  /** A file of a run's report; undefined where there is not such a file. */
  report(key: string, names: readonly string[]): Content | undefined;
}

export interface Listening {
  /** Without a token. */
  readonly url: string;
  readonly port: number;
  /** Undefined where none is asked for. */
  readonly token: string | undefined;
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: one is made where it is needed. */
  readonly token: string | undefined;
}

/** Pages at once. */
const MOST_STREAMS = 64;
const MOST_CONNECTIONS = 256;

/** Answers requests until it is closed. Throws USAGE where the address cannot be used. */
export async function listen(site: Site, { host, port, token }: ListenOptions): Promise<Listening> {
  const address = await addressOf(host);
  const open = new OpenSite(site);
  const server = createServer((request, response) => {
    open.handle(request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  const bound = await bind(server, address, port, host);
  const needed = token ?? (isLoopback(address) ? undefined : newToken());
  open.guarded = {
    names: ['localhost', hostname().toLowerCase(), ...(isIP(host) > 0 ? [] : [host.toLowerCase()])],
    token: needed,
    cookie: `permafrost_${bound}`,
  };
  const shown = isEverywhere(address) ? hostname() : host;
  return {
    url: `http://${isIP(shown) === 6 ? `[${shown}]` : shown}:${bound}/`,
    port: bound,
    token: needed,
    close: () => open.close(server),
  };
}

async function addressOf(host: string): Promise<string> {
  if (isIP(host) > 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new EngineError(
      'USAGE',
      `--host: ${host} is not an address of this machine. Try 127.0.0.1, or 0.0.0.0 for all of its addresses.`,
      {
        path: '--host',
        value: host,
        cause,
      },
    );
  }
}

async function bind(server: Server, address: string, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(notListening(cause, port, host));
    });
    server.listen({ host: address, port }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function notListening(cause: NodeJS.ErrnoException, port: number, host: string): EngineError {
  const [path, value, why]: readonly [string, string | number, string] =
    cause.code === 'EADDRINUSE'
      ? [
          '--port',
          port,
          `port ${port} is in use, perhaps by another permafrost serve. Choose another one with --port, or 0 for any that is free.`,
        ]
      : cause.code === 'EACCES'
        ? ['--port', port, `this user may not listen on port ${port}. Choose one from 1024 on with --port.`]
        : [
            '--host',
            host,
            `this machine cannot listen on ${host} (${cause.code ?? cause.message}). Choose one of its own addresses with --host.`,
          ];
  return new EngineError('USAGE', `${path}: ${why}`, { path, value, cause });
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Only this machine itself reaches it. */
function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isEverywhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

class OpenSite {
  guarded: Guarded | undefined;
  private readonly site: Site;
  private readonly streams = new Set<EventStream>();

  constructor(site: Site) {
    this.site = site;
  }

  /** Never throws. What goes wrong is said to nobody but the one who asked, and there is no log. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.respond(request, response);
    } catch {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'This could not be read.');
    }
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    const { guarded } = this;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      refuse(response, 405, 'This server only answers GET.');
      return;
    }
    if (guarded === undefined) {
      refuse(response, 503, 'Not ready yet.');
      return;
    }
    const { token, without } = takeToken(request.url ?? '');
    const refusal = refuses(guarded, request.headers);
    if (refusal === 'host' || refusal === 'origin') {
      refuse(response, 403, 'This server answers only under the names of its machine, and only its own pages.');
      return;
    }
    const route = routeOf(without);
    if (token !== null && guarded.token !== undefined && route?.kind === 'page' && isSame(token, guarded.token)) {
      keepToken(response, guarded.cookie, guarded.token, without);
      return;
    }
    if (refusal === 'token') {
      refuse(response, 401, 'This page needs its token: open the address that permafrost serve printed.');
      return;
    }
    this.give(route, response);
  }

  private give(route: Route | undefined, response: ServerResponse): void {
    const missing = (): void => {
      refuse(response, 404, 'There is nothing at this address.');
    };
    switch (route?.kind) {
      case undefined:
        missing();
        return;
      case 'page':
        answer(response, 200, { type: HTML, bytes: SHELL });
        return;
      case 'asset': {
        const content = this.site.asset(route.name);
        if (content === undefined) missing();
        else answer(response, 200, content);
        return;
      }
      case 'report': {
        const content = this.site.report(route.key, route.names);
        if (content === undefined) missing();
        else answer(response, 200, content, true);
        return;
      }
      case 'list':
        this.stream(response, (stream) => this.site.list(stream()), missing);
        return;
      case 'run':
        this.stream(response, (stream) => this.site.run(route, stream), missing);
    }
  }

  /** `begin` calls `stream` when it knows that there is something to tell. */
  private stream(
    response: ServerResponse,
    begin: (stream: () => EventStream) => (() => void) | undefined,
    missing: () => void,
  ): void {
    if (response.req.method === 'HEAD') {
      refuse(response, 405, 'Events are only sent to who GETs them.');
      return;
    }
    if (this.streams.size >= MOST_STREAMS) {
      refuse(response, 503, 'Too many pages are open.');
      return;
    }
    const active: { stop?: (() => void) | undefined } = {};
    const open = (): EventStream => {
      beginEvents(response);
      const stream: EventStream = new EventStream(response, () => {
        this.streams.delete(stream);
        active.stop?.();
      });
      this.streams.add(stream);
      return stream;
    };
    active.stop = begin(open);
    if (active.stop === undefined) missing();
  }

  close(server: Server): Promise<void> {
    for (const stream of this.streams) stream.end();
    return new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  }
}
