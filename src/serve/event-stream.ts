import type { ServerResponse } from 'node:http';

/** What a client has not taken yet, at most [bytes]: one that is slower misses what lies between. */
const MOST_WAITING = 1 << 20;
/** A line now and then, so that nobody on the way takes the connection for dead [ms]. */
const ALIVE_MS = 15_000;
/** How long a browser waits before it connects again [ms]. */
const RETRY_MS = 2_000;

/** Server-sent events to one client. */
export class EventStream {
  private readonly response: ServerResponse;
  private readonly alive: NodeJS.Timeout;
  private readonly last = new Map<string, string>();

  /** `onEnd`: the client is gone, or the server closes. */
  constructor(response: ServerResponse, onEnd: () => void) {
    this.response = response;
    this.alive = setInterval(() => {
      if (!this.isBehind) response.write(': alive\n\n');
    }, ALIVE_MS);
    this.alive.unref();
    response.once('close', () => {
      clearInterval(this.alive);
      onEnd();
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** It has not taken what it was sent: the next message can wait for the next look. */
  get isBehind(): boolean {
    return this.response.writableLength > MOST_WAITING;
  }

  send(event: string, content: unknown): void {
    // JSON has no line ends of its own.
    this.response.write(`event: ${event}\ndata: ${JSON.stringify(content)}\n\n`);
  }

  /** The same where it differs from the last of its kind. */
  sendIfNew(event: string, content: unknown): void {
    const text = JSON.stringify(content);
    if (this.last.get(event) === text) return;
    this.last.set(event, text);
    this.response.write(`event: ${event}\ndata: ${text}\n\n`);
  }

  end(): void {
    this.response.end();
  }
}
