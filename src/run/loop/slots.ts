/** A counting semaphore: at most `size()` holders, which may change; the others wait in order. It is what bounds chunks in flight and open cells. */
export class Slots {
  private held = 0;
  private readonly size: () => number;
  private readonly waiting: (() => void)[] = [];

  constructor(size: number | (() => number)) {
    this.size = typeof size === 'number' ? () => size : size;
  }

  async take(): Promise<void> {
    if (this.waiting.length === 0 && this.held < this.size()) this.held += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** What is given goes to whoever waits longest. */
  give(): void {
    this.held -= 1;
    this.look();
  }

  /** Where there are more slots by now, more of those that wait have one. */
  look(): void {
    while (this.waiting.length > 0 && this.held < this.size()) {
      this.held += 1;
      this.waiting.shift()!();
    }
  }
}
