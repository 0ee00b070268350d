import { request, type IncomingHttpHeaders } from 'node:http';

import type { RunList, RunPage, Surface, CellChanges } from '../../src/serve/client/wire.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a target as it is: nothing decodes or normalises it on the way. */
export function get(
  url: string,
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path: target, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body });
      });
    });
    asking.once('error', reject).end();
  });
}

export interface Events {
  list: RunList;
  head: RunPage;
  surface: Surface;
  cells: CellChanges;
}

/** Reads server-sent events until one of a kind is as it is wished; closes the connection then. */
export function until<Kind extends keyof Events>(
  url: string,
  target: string,
  kind: Kind,
  wished: (content: Events[Kind]) => boolean,
  headers: Record<string, string> = {},
): Promise<Events[Kind]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path: target, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const messages = text.split('\n\n');
        text = messages.pop()!;
        for (const message of messages) {
          const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
          if (event !== kind || !wished(JSON.parse(data!) as Events[Kind])) continue;
          asking.destroy();
          resolve(JSON.parse(data!) as Events[Kind]);
        }
      });
      response.once('close', () => {
        reject(new Error(`the connection ended (${response.statusCode!}) without what was waited for`));
      });
    });
    asking.once('error', reject).end();
  });
}
