import { createServer, type Server } from 'node:http';

import { metricsText, type RunMetrics } from './metrics-text.ts';

/** Answers to `/metrics`, for Prometheus, and to nothing else. */
export function metricsServer(now: () => RunMetrics): Server {
  return createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/metrics')
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metricsText(now()));
    else response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Only /metrics is here.\n');
  });
}
