import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

import type { Child } from '../queue/cluster.ts';
import { removeFolder } from '../temporary-folder.ts';

/** Whether this machine lets us make hosts: network namespaces, for which one must be root on Linux with iproute2. */
export const HAS_NAMESPACES = ((): boolean => {
  const name = `permafrost-try-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (made) spawnSync('ip', ['netns', 'delete', name]);
  return made;
})();

let n_labs = 0;

/**
 * Hosts on a switch, each a network namespace with one cable: what runs in them shares the disk of this machine, and nothing else of its network. They go with the
 * test.
 */
export class Lab {
  private readonly prefix = `pf${process.pid}n${(n_labs += 1)}`;
  private readonly hosts: string[] = [];
  private readonly children: Child[] = [];

  constructor(...hosts: readonly string[]) {
    onTestFinished(() => this.close());
    this.ip('netns', 'add', this.prefix);
    this.ip('-n', this.prefix, 'link', 'add', 'switch', 'type', 'bridge');
    this.ip('-n', this.prefix, 'link', 'set', 'switch', 'up');
    for (const host of hosts) this.add(host);
  }

  address(host: string): string {
    return `10.77.0.${this.hosts.indexOf(host) + 1}`;
  }

  /** What the host knows of names: what its /etc/hosts holds. */
  names(host: string, addresses: Readonly<Record<string, string>>): void {
    const lines = Object.entries({ localhost: '127.0.0.1', ...addresses }).map(([name, to]) => `${to} ${name}\n`);
    writeFileSync(join(this.etc(host), 'hosts'), lines.join(''));
  }

  start(host: string, command: string, args: readonly string[], env: Record<string, string> = {}): Child {
    const child = execa('ip', ['netns', 'exec', this.name(host), command, ...args], {
      reject: false,
      stdin: 'ignore',
      forceKillAfterDelay: false,
      env: { NO_COLOR: '1', ...env },
    });
    this.children.push(child as Child);
    return child as Child;
  }

  /** What a command there prints. */
  ask(host: string, command: string, ...args: readonly string[]): string {
    return this.ip('netns', 'exec', this.name(host), command, ...args);
  }

  /** Whether it ends well there. */
  answers(host: string, command: string, ...args: readonly string[]): boolean {
    return spawnSync('ip', ['netns', 'exec', this.name(host), command, ...args]).status === 0;
  }

  /** The cable is pulled: what is sent is lost, and nobody is told. */
  unplug(host: string): void {
    this.ip('-n', this.prefix, 'link', 'set', host, 'down');
  }

  plug(host: string): void {
    this.ip('-n', this.prefix, 'link', 'set', host, 'up');
  }

  /** Both ways of its cable become slow and lossy; returns in words how, which depends on what the kernel has. */
  slow(host: string): string {
    const ends = [
      [this.name(host), 'eth0'],
      [this.prefix, host],
    ] as const;
    const qdisc = (...what: readonly string[]): boolean =>
      ends.every(
        ([namespace, link]) =>
          spawnSync('tc', ['-n', namespace, 'qdisc', 'add', 'dev', link, 'root', ...what]).status === 0,
      );
    if (qdisc('netem', 'delay', '100ms', '30ms', 'rate', '2mbit', 'loss', '2%'))
      return 'netem: 100 ms, 2 Mbit/s, 2 % lost';
    // Without netem: a bucket whose queue holds half a second, and a filter that drops.
    if (!qdisc('tbf', 'rate', '500kbit', 'burst', '4kb', 'limit', '32kb')) return '';
    const rules =
      'table inet lossy {\n chain out {\n type filter hook output priority 0;\n numgen random mod 100 < 2 drop\n }\n chain in {\n type filter hook input priority 0;\n numgen random mod 100 < 2 drop\n }\n}\n';
    const lossy = spawnSync('ip', ['netns', 'exec', this.name(host), 'nft', '-f', '-'], { input: rules }).status === 0;
    return `tbf: 0.5 Mbit/s, up to half a second${lossy ? '; nft: 2 % lost' : ''}`;
  }

  private add(host: string): void {
    const name = this.name(host);
    mkdirSync(this.etc(host), { recursive: true });
    this.ip('netns', 'add', name);
    this.hosts.push(host);
    this.names(host, {});
    this.ip('link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', host, 'netns', this.prefix);
    this.ip('-n', this.prefix, 'link', 'set', host, 'master', 'switch', 'up');
    this.ip('-n', name, 'address', 'add', `${this.address(host)}/24`, 'dev', 'eth0');
    for (const link of ['lo', 'eth0']) this.ip('-n', name, 'link', 'set', link, 'up');
  }

  private name(host: string): string {
    return `${this.prefix}-${host}`;
  }

  /** `ip netns exec` puts what is in this folder over /etc. */
  private etc(host: string): string {
    return `/etc/netns/${this.name(host)}`;
  }

  private ip(...args: readonly string[]): string {
    return execFileSync('ip', args, { encoding: 'utf8' });
  }

  private async close(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(this.children);
    for (const host of this.hosts) {
      this.ip('netns', 'delete', this.name(host));
      removeFolder(this.etc(host));
    }
    this.ip('netns', 'delete', this.prefix);
  }
}
