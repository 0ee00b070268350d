/** After a refusal a browser does not connect again by itself [ms]. */
const AGAIN_MS = 5_000;

/** Events of the server, for as long as the page is there: through restarts of the server and of what it tells of. */
export class Stream {
  private source: EventSource | undefined;
  private timer: number | undefined;
  private readonly handlers: Readonly<Record<string, (content: unknown) => void>>;
  private readonly onState: (state: 'open' | 'lost' | 'refused') => void;
  private url = '';

  constructor(
    handlers: Readonly<Record<string, (content: unknown) => void>>,
    onState: (state: 'open' | 'lost' | 'refused') => void,
  ) {
    this.handlers = handlers;
    this.onState = onState;
    // A page that nobody sees asks for nothing.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.close();
      else this.connect();
    });
  }

  open(url: string): void {
    this.url = url;
    this.close();
    if (!document.hidden) this.connect();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private connect(): void {
    this.close();
    const source = new EventSource(this.url);
    this.source = source;
    source.onopen = () => {
      this.onState('open');
    };
    source.onerror = () => {
      const refused = source.readyState === EventSource.CLOSED;
      this.onState(refused ? 'refused' : 'lost');
      if (refused)
        this.timer = setTimeout(() => {
          this.connect();
        }, AGAIN_MS);
    };
    for (const [event, handle] of Object.entries(this.handlers))
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        handle(JSON.parse(data));
      });
  }
}
