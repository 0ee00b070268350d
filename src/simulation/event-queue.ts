import assert from 'node:assert/strict';

/**
 * The clock and the pending events of a discrete-event simulation: a binary min-heap on typed arrays, no object per event.
 *
 * Order: time, then creation (`schedule` calls), so that events at equal times run in the order they were created.
 * What an event means is the caller's: `payload` is any 32-bit integer.
 */
export class EventQueue {
  /** The time of the event taken last; never goes back. Unit: the caller's. */
  now = 0;
  /** Pending events. */
  length = 0;
  private created = 0;
  private times: Float64Array;
  private ranks: Float64Array;
  private payloads: Int32Array;

  /** `capacity`: pending events to make room for; it grows where needed. */
  constructor(capacity = 16) {
    const room = Math.max(1, capacity);
    this.times = new Float64Array(room);
    this.ranks = new Float64Array(room);
    this.payloads = new Int32Array(room);
  }

  /** Time of the next event, Infinity if there is none. */
  get nextTime(): number {
    return this.length === 0 ? Infinity : this.times[0]!;
  }

  /** Empties the queue and puts the clock back to 0. */
  reset(): void {
    this.now = 0;
    this.length = 0;
    this.created = 0;
  }

  /** Adds an event at `time`, which is not before now. O(log pending). */
  schedule(time: number, payload: number): void {
    // Not assert(): its message would be built at every call.
    if (!(time >= this.now)) assert.fail(`an event at ${time} is before now (${this.now})`);
    if (this.length === this.times.length) this.grow();
    const rank = this.created++;
    let at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentTime = this.times[parent]!;
      // A parent was created earlier than the event being added, so at equal times it stays above.
      if (parentTime <= time) break;
      this.place(at, parentTime, this.ranks[parent]!, this.payloads[parent]!);
      at = parent;
    }
    this.place(at, time, rank, payload);
  }

  /** Takes the next event: moves the clock to its time and returns its payload. The queue must not be empty. O(log pending). */
  take(): number {
    assert(this.length > 0, 'no event is pending');
    this.now = this.times[0]!;
    const payload = this.payloads[0]!;
    const last = --this.length;
    if (last > 0) this.sink(this.times[last]!, this.ranks[last]!, this.payloads[last]!);
    return payload;
  }

  /** Moves the clock to a time that the caller knows of otherwise (a sorted list of arrivals, say). */
  advanceTo(time: number): void {
    if (!(time >= this.now)) assert.fail(`the clock would go back from ${this.now} to ${time}`);
    this.now = time;
  }

  private sink(time: number, rank: number, payload: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && this.isBefore(child + 1, this.times[child]!, this.ranks[child]!)) child++;
      if (!this.isBefore(child, time, rank)) break;
      this.place(at, this.times[child]!, this.ranks[child]!, this.payloads[child]!);
      at = child;
    }
    this.place(at, time, rank, payload);
  }

  private isBefore(at: number, time: number, rank: number): boolean {
    const own = this.times[at]!;
    return own < time || (own === time && this.ranks[at]! < rank);
  }

  private place(at: number, time: number, rank: number, payload: number): void {
    this.times[at] = time;
    this.ranks[at] = rank;
    this.payloads[at] = payload;
  }

  private grow(): void {
    const room = this.times.length * 2;
    const times = new Float64Array(room);
    const ranks = new Float64Array(room);
    const payloads = new Int32Array(room);
    times.set(this.times);
    ranks.set(this.ranks);
    payloads.set(this.payloads);
    this.times = times;
    this.ranks = ranks;
    this.payloads = payloads;
  }
}
