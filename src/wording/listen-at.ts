import { notExpected } from './expected.ts';

/** Where a page is served from. */
export interface ListenAt {
  /** Default: this machine alone (127.0.0.1). */
  readonly host?: string | undefined;
  /** 0: one that is free. */
  readonly port: number;
}

/** What asks for it in the words of the command line: `9464`, `0.0.0.0:9464`, `[::]:9464`. Throws USAGE. */
export function parseListenAt(option: string, text: string): ListenAt {
  const [, host, port] = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw notExpected(option, 'a port such as 9464, or host:port such as 0.0.0.0:9464', text);
  return { ...(host !== undefined && { host: host.replace(/^\[|\]$/g, '') }), port: Number(port) };
}

export function listenText({ host, port }: ListenAt): string {
  if (host === undefined) return String(port);
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Throws USAGE. */
export function checkedListenAt(option: string, { port }: ListenAt): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw notExpected(option, 'a port from 0 to 65535', port);
}
