import type { Effects } from './change.ts';

/**
 * Changes in order of arrival. Entries `head` .. `tail - 1` of the columns are in the queue, so that a loop
 * over the first W changes is a loop over plain arrays.
 */
export class ChangeQueue {
  /** Creation tick, from which the wait is counted. */
  created: Int32Array;
  /** Creation tick of the first change in the chain of replacements. */
  first_created: Int32Array;
  /** Tick at which the change leaves the queue, where that is known. */
  due: Int32Array;
  effects: Effects[];
  head = 0;
  tail = 0;

  constructor(capacity = 64) {
    this.created = new Int32Array(capacity);
    this.first_created = new Int32Array(capacity);
    this.due = new Int32Array(capacity);
    this.effects = [];
  }

  get length(): number {
    return this.tail - this.head;
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
  }

  push(effects: Effects, created: number, first_created: number, due = 0): void {
    if (this.tail === this.created.length) this.#makeRoom();
    const at = this.tail++;
    this.effects[at] = effects;
    this.created[at] = created;
    this.first_created[at] = first_created;
    this.due[at] = due;
  }

  /** Removes the first `count` changes. */
  drop(count: number): void {
    this.head += count;
    if (this.head === this.tail) this.clear();
  }

  /** Moves the contents to the front; twice the room where they fill more than half of it. */
  #makeRoom(): void {
    const { head, tail, length } = this;
    const capacity = this.created.length * (length > this.created.length >> 1 ? 2 : 1);
    this.created = moved(this.created, head, tail, capacity);
    this.first_created = moved(this.first_created, head, tail, capacity);
    this.due = moved(this.due, head, tail, capacity);
    for (let i = 0; i < length; i++) this.effects[i] = this.effects[head + i]!;
    this.head = 0;
    this.tail = length;
  }
}

function moved(column: Int32Array, head: number, tail: number, capacity: number): Int32Array {
  if (capacity === column.length) return column.copyWithin(0, head, tail);
  const wider = new Int32Array(capacity);
  wider.set(column.subarray(head, tail));
  return wider;
}
