import type { ReceivedResult } from './result-frame.ts';

/** Most bytes of results that nobody has asked for yet. */
const MOST_BYTES = 128 << 20;

interface Held {
  readonly id: string;
  readonly received: ReceivedResult;
  readonly bytes: number;
}

/** Results that are there before they are asked for: an earlier manager asked for them. By what they are the results of; the oldest go where they are too many. */
export class HeldResults {
  private readonly by_key = new Map<string, Held>();
  private readonly ids = new Set<string>();
  private total_bytes = 0;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Returns the ids of those that have to go. */
  add(id: string, received: ReceivedResult, bytes: number): readonly string[] {
    const { key } = received.header;
    if (this.by_key.has(key) || bytes > MOST_BYTES) return [id];
    this.by_key.set(key, { id, received, bytes });
    this.ids.add(id);
    this.total_bytes += bytes;
    const dropped: string[] = [];
    for (const oldest of this.by_key.keys()) {
      if (this.total_bytes <= MOST_BYTES) break;
      dropped.push(this.take(oldest)!.id);
    }
    return dropped;
  }

  take(key: string): Held | undefined {
    const found = this.by_key.get(key);
    if (found === undefined) return undefined;
    this.by_key.delete(key);
    this.ids.delete(found.id);
    this.total_bytes -= found.bytes;
    return found;
  }
}
