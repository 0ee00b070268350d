import { EngineError } from '../errors.ts';
import type { Host } from '../readers/host.ts';
import type { Tell } from '../run/output/events.ts';
import type { ResolvedOptions } from '../run/run-options.ts';
import type { RunMetrics } from './metrics-text.ts';

/** What others see of a run while it lasts, where that was asked for: its numbers, and its queue. */
export class Monitors {
  private now: () => RunMetrics = () => ({ outputs: [], queue: undefined });
  private readonly closers: (() => Promise<void>)[] = [];

  /** Nothing is loaded, and nobody listens, where nothing was asked for. Throws USAGE where a port is taken, or what shows a queue is not installed. */
  static async open(host: Host, options: ResolvedOptions, tell: Tell): Promise<Monitors> {
    const monitors = new Monitors();
    try {
      await monitors.serveMetrics(options, tell);
      await monitors.serveBoard(host, options, tell);
    } catch (error) {
      await monitors.close();
      throw error;
    }
    return monitors;
  }

  /** From now on its numbers are these. */
  show(now: () => RunMetrics): void {
    this.now = now;
  }

  async close(): Promise<void> {
    await Promise.all(this.closers.splice(0).map((close) => close()));
  }

  private async serveMetrics({ metrics_port }: ResolvedOptions, tell: Tell): Promise<void> {
    if (metrics_port === undefined) return;
    const [{ metricsServer }, { listening, stopServing }] = await Promise.all([
      import('./serve-metrics.ts'),
      import('./listening.ts'),
    ]);
    const server = metricsServer(() => this.now());
    const url = await listening(server, '--metrics-port', metrics_port);
    this.closers.push(() => stopServing(server));
    tell({ type: 'note', code: 'METRICS', message: `Prometheus finds the numbers of this run at ${url}/metrics` });
  }

  private async serveBoard(host: Host, { board_port, queue, namespace }: ResolvedOptions, tell: Tell): Promise<void> {
    if (board_port === undefined) return;
    const { broker } = host;
    if (queue === undefined || broker?.board === undefined)
      throw new EngineError('USAGE', 'What a board shows is a queue: give --queue, or leave --board-port away.', {
        path: '--board-port',
      });
    const [board, { listening, stopServing }] = await Promise.all([
      broker.board(queue, namespace),
      import('./listening.ts'),
    ]);
    this.closers.push(() => board.close());
    const url = await listening(board.server, '--board-port', board_port);
    this.closers.push(() => stopServing(board.server));
    tell({ type: 'note', code: 'BOARD', message: `bull-board shows the queue at ${url}/` });
  }
}
