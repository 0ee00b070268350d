import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

import { finished, start, temporaryFolder } from '../process/cli.ts';
import { RedisServer } from './redis-server.ts';

export type Child = ReturnType<typeof start>;

/** A model as a user writes one, and a study of it. */
export interface UserStudy {
  readonly model: string;
  readonly study: Readonly<Record<string, unknown>>;
}

/** Writes `model.mjs` and `study.yaml`, whose output is `out` beside them; returns the study's path. */
export function studyIn(folder: string, { model, study }: UserStudy, output = 'out'): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.mjs'), model);
  const file = join(folder, `${output}.yaml`);
  writeFileSync(file, JSON.stringify({ ...study, model: './model.mjs', output }));
  return file;
}

export interface Begun {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Managers, workers and a Redis of one test: real processes, which end with it. */
export class Cluster {
  readonly folder = temporaryFolder();
  readonly redis: RedisServer;
  private readonly said = new Map<Child, string>();

  private constructor(redis: RedisServer) {
    this.redis = redis;
  }

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await RedisServer.start());
    onTestFinished(() => cluster.stop());
    return cluster;
  }

  /** By workers alone, unless the flags say otherwise. */
  manager(file: string, ...flags: readonly string[]): Child {
    return this.begin(['run', file, '--queue', ...(flags.includes('--threads') ? [] : ['--threads', '0']), ...flags]);
  }

  /** Of one thread, with a folder of its own, of that name, for what it cannot send. */
  worker(name: string, ...flags: readonly string[]): Child {
    const places = ['--spool', this.spool(name), '--cache', join(this.folder, 'cache')];
    return this.begin(['worker', '--threads', '1', '--allow-models', ...places, ...flags]);
  }

  spool(name: string): string {
    return join(this.folder, `spool-${name}`);
  }

  begin(args: readonly string[], { cwd = this.folder, env = {} }: Begun = {}): Child {
    const child = start(args, { cwd, env: { PERMAFROST_QUEUE: this.redis.url, ...env } });
    this.said.set(child, '');
    child.stderr.on('data', (text: Buffer) => this.said.set(child, this.said.get(child)! + text.toString()));
    return child;
  }

  /** Waits until a process has said that. */
  async says(child: Child, what: RegExp): Promise<void> {
    await until(() => what.test(this.said.get(child)!));
  }

  private async stop(): Promise<void> {
    const children = [...this.said.keys()];
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(finished));
    await this.redis.stop();
  }
}

/** Waits for what other processes do: for as long as the test may take. */
export async function until(is_so: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(is_so, { timeout: 100_000, interval: 50 });
}
