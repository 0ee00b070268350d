import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';

import { EngineError } from '../../errors.ts';
import { processExists } from '../../files/process-exists.ts';

/** How long a manager that says nothing keeps its namespace [ms]. */
const LEASE_MS = 10_000;
/** How often a holder is looked at [ms]: one that is alive has renewed it meanwhile. */
const LOOK_MS = 500;

/** Keeps it where it is one's own or nobody's. */
const RENEW = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** One manager at a time has a namespace: a key that it renews, and that runs out where it is dead. */
export class Lease {
  private readonly redis: Redis;
  private readonly key: string;
  private readonly namespace: string;
  private readonly own = JSON.stringify({ host: hostname(), pid: process.pid, token: randomUUID() });

  constructor(redis: Redis, key: string, namespace: string) {
    this.redis = redis;
    this.key = key;
    this.namespace = namespace;
  }

  /** Waits for one that is dead to run out. Throws LOCKED where its holder is alive. */
  async take(sleep: (ms: number) => Promise<void>): Promise<void> {
    let left_ms = Infinity;
    for (;;) {
      const holder = await this.renewed();
      if (holder === undefined) return;
      if (isDeadHere(holder)) {
        await this.redis.del(this.key);
        continue;
      }
      const now_ms = await this.redis.pttl(this.key);
      if (now_ms > left_ms) throw this.heldBy(holder, 'has it');
      left_ms = now_ms;
      await sleep(LOOK_MS);
    }
  }

  /** Throws LOCKED where another has it. */
  async renew(): Promise<void> {
    const holder = await this.renewed();
    if (holder !== undefined) throw this.heldBy(holder, 'has taken it meanwhile');
  }

  async release(): Promise<void> {
    await this.redis.eval(RELEASE, 1, this.key, this.own);
  }

  private async renewed(): Promise<string | undefined> {
    return ((await this.redis.eval(RENEW, 1, this.key, this.own, LEASE_MS)) ?? undefined) as string | undefined;
  }

  private heldBy(holder: string, what: string): EngineError {
    const { host, pid } = facts(holder);
    return new EngineError(
      'LOCKED',
      `The namespace ${this.namespace} of the queue has one manager at a time, and the one on ${host} (pid ${pid}) ${what}. Wait for it, stop it, or give this run a namespace of its own: --namespace NAME, here and for its workers.`,
      { path: '--namespace', value: this.namespace },
    );
  }
}

function facts(holder: string): { readonly host: string; readonly pid: number } {
  try {
    const { host, pid } = JSON.parse(holder) as { readonly host?: unknown; readonly pid?: unknown };
    return { host: String(host), pid: Number(pid) };
  } catch {
    return { host: 'another machine', pid: 0 }; // somebody else's key: it holds the namespace all the same
  }
}

/** A process of this machine that is gone needs not be waited for. */
function isDeadHere(holder: string): boolean {
  const { host, pid } = facts(holder);
  return host === hostname() && pid > 0 && pid !== process.pid && !processExists(pid);
}
