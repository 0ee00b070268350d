import type { Workspace } from './workspace.ts';

/** In `queueOf`: refused on arrival. */
export const REJECTED = 0xffff;

/**
 * The FIFO queues. Which queue a request joins is known before the run, so the requests of a queue lie side by side in
 * `order`, by arrival: joining moves the queue's end, a batch is a slice at its front, and both cost O(1).
 */
export class Queues {
  /** Requests waiting in all queues. */
  waiting = 0;
  readonly count: number;
  readonly order: Int32Array;
  /** Requests refused on arrival. */
  readonly rejected: number;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private pointer = 0;

  /** Reads `queueOf` of the first `requests` requests, writes `order`. */
  constructor(workspace: Workspace, requests: number, queues: number) {
    const { queueOf, order } = workspace;
    this.count = queues;
    this.order = order;
    this.head = new Int32Array(queues);
    const sizes = new Int32Array(queues);
    let rejected = 0;
    for (let i = 0; i < requests; i++) {
      const queue = queueOf[i]!;
      if (queue === REJECTED) rejected++;
      else sizes[queue]!++;
    }
    this.rejected = rejected;
    for (let queue = 1; queue < queues; queue++) this.head[queue] = this.head[queue - 1]! + sizes[queue - 1]!;
    const next = this.head.slice();
    for (let i = 0; i < requests; i++) {
      const queue = queueOf[i]!;
      if (queue !== REJECTED) order[next[queue]!++] = i;
    }
    this.tail = this.head.slice();
  }

  /** The next request of `queue` arrives. */
  join(queue: number): void {
    this.tail[queue]!++;
    this.waiting++;
  }

  /** Requests waiting in `queue`. */
  length(queue: number): number {
    return this.tail[queue]! - this.head[queue]!;
  }

  /** Where in `order` the front of `queue` is. */
  front(queue: number): number {
    return this.head[queue]!;
  }

  /** Takes `size` requests from the front of `queue`. */
  take(queue: number, size: number): void {
    this.head[queue]! += size;
    this.waiting -= size;
  }

  /** The first queue that holds something, from a pointer that then moves behind it; -1 if all are empty. */
  nextInTurn(): number {
    for (let step = 0; step < this.count; step++) {
      const queue = this.pointer + step < this.count ? this.pointer + step : this.pointer + step - this.count;
      if (this.head[queue] === this.tail[queue]) continue;
      this.pointer = queue + 1 === this.count ? 0 : queue + 1;
      return queue;
    }
    return -1;
  }

  /** The queue with most requests, the lowest of equals; -1 if all are empty. */
  longest(): number {
    let best = -1;
    let most = 0;
    for (let queue = 0; queue < this.count; queue++) {
      const length = this.tail[queue]! - this.head[queue]!;
      if (length > most) {
        most = length;
        best = queue;
      }
    }
    return best;
  }
}
