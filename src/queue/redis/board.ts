import { createServer } from 'node:http';
import type * as Api from '@bull-board/api';
import type * as BullMQAdapters from '@bull-board/api/bullMQAdapter';
import type * as HonoAdapters from '@bull-board/hono';
import type * as HonoServer from '@hono/node-server';
import type * as HonoStatic from '@hono/node-server/serve-static';

import { EngineError } from '../../errors.ts';
import type { QueueBoard } from '../transport.ts';
import { queueAddress, type QueueReference } from './address.ts';
import { Connections } from './connection.ts';
import { namesOf } from './names.ts';
import { queuePackages } from './packages.ts';

/**
 * The pages of bull-board about a queue: chunks that wait, are computed or failed, each with what was said. They only show: what is asked for is the manager's
 * alone. Throws EngineError USAGE where bull-board is not installed.
 */
export async function openBoard(reference: QueueReference, namespace: string): Promise<QueueBoard> {
  const names = namesOf(namespace);
  const address = queueAddress(reference);
  const [packages, board] = await Promise.all([queuePackages(), boardPackages()]);
  const connections = new Connections(packages, address);
  const queue = new packages.bullmq.Queue(names.queue, {
    connection: await connections.commands(),
    prefix: names.prefix,
    skipVersionCheck: true,
    skipWaitingForReady: true,
  });
  queue.on('error', () => undefined); // the pages say that nothing comes
  const pages = new board.HonoAdapter(board.serveStatic);
  const shown = new board.BullMQAdapter(queue, { readOnlyMode: true, description: `permafrost, ${namespace}` });
  board.createBullBoard({ queues: [shown], serverAdapter: pages });
  const answer = board.getRequestListener(pages.registerPlugin().fetch);
  const server = createServer((request, response) => void answer(request, response));
  return {
    server,
    close: async () => {
      connections.close();
      await queue.close().catch(() => undefined);
    },
  };
}

type BoardPackages = Pick<typeof Api, 'createBullBoard'> &
  Pick<typeof BullMQAdapters, 'BullMQAdapter'> &
  Pick<typeof HonoAdapters, 'HonoAdapter'> &
  Pick<typeof HonoServer, 'getRequestListener'> &
  Pick<typeof HonoStatic, 'serveStatic'>;

/** Loaded only where a board is asked for. */
async function boardPackages(): Promise<BoardPackages> {
  try {
    const [api, adapters, pages, server, files] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/hono'),
      import('@hono/node-server'),
      import('@hono/node-server/serve-static'),
    ]);
    return { ...api, ...adapters, ...pages, ...server, ...files };
  } catch (cause) {
    throw new EngineError(
      'USAGE',
      'A board needs bull-board, which is not installed beside permafrost: npm install @bull-board/api@9 @bull-board/hono@9 @hono/node-server@2',
      { path: '--board-port', allowed: 'bull-board installed', cause },
    );
  }
}
