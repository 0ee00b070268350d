import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EngineError } from '../errors.ts';
import { listenText, type ListenAt } from '../wording/listen-at.ts';

/** This machine alone. */
const DEFAULT_HOST = '127.0.0.1';

/** Begins to listen, without keeping the process alive. Returns the URL. Throws USAGE where that cannot be; `option` is what asked for it. */
export async function listening(server: Server, option: string, at: ListenAt): Promise<string> {
  const { host = DEFAULT_HOST, port } = at;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const value = listenText({ host, port });
      const why = cause.code === 'EADDRINUSE' ? 'another program does' : cause.message;
      const text = `${option} cannot listen at ${value}: ${why}. Name another port, or 0 for one that is free.`;
      reject(new EngineError('USAGE', text, { path: option, value, cause }));
    });
    server.listen({ host, port }, resolve);
  });
  server.unref();
  return `http://${listenText({ host, port: (server.address() as AddressInfo).port })}`;
}

/** Whoever is connected still is sent away. */
export async function stopServing(server: Server): Promise<void> {
  const over = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await over;
}
