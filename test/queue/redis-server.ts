import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';

import { newFolder, removeFolder } from '../temporary-folder.ts';

/** Whether this machine has the server. Tests that need it skip where it is not installed (Debian: apt-get install redis-server). */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;
/** What the name of a test that needs it ends in. */
export const WITHOUT_REDIS = HAS_REDIS ? '' : ' (redis-server is not installed: skipped)';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Redis of a test's own: on a free port, in a folder of its own, durable to a second. */
export class RedisServer {
  readonly folder = newFolder();
  readonly port: number;
  private readonly settings: readonly string[];
  tls_port = 0;
  private child: ChildProcess | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.settings = settings;
  }

  static async start(...settings: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.up();
    return server;
  }

  /** With a port beside that takes TLS from clients with a certificate alone. */
  static async startSecure({ key, cert }: { readonly key: string; readonly cert: string }): Promise<RedisServer> {
    const tls_port = await freePort();
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    const server = await RedisServer.start('--tls-port', String(tls_port), '--tls-auth-clients', 'yes', ...files);
    server.tls_port = tls_port;
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  /** Starts it, or starts it again on what it had written down. */
  async up(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
    this.child = spawn('redis-server', [...settings, ...durable, ...this.settings], { stdio: 'ignore' });
    for (let tries = 0; tries < 500; tries += 1) {
      if (await this.answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`redis-server does not answer on port ${this.port}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }

  /** Does one command, by a connection of its own. */
  async command(...words: readonly string[]): Promise<string> {
    return (await this.answersTo([words]))[0]!;
  }

  /** The same as a user. */
  async commandAs(user: string, password: string, ...words: readonly string[]): Promise<string> {
    return (await this.answersTo([['AUTH', user, password], words]))[1]!;
  }

  /** One after the other, the next when the last was answered. */
  private answersTo(commands: readonly (readonly string[])[]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const answers: string[] = [];
      const socket = connect(this.port, '127.0.0.1');
      const next = (): void => {
        const words = commands[answers.length]!;
        const sent = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
        socket.write(`*${words.length}\r\n${sent}`);
      };
      socket.once('error', reject);
      socket.on('data', (answer) => {
        answers.push(answer.toString('utf8'));
        if (answers.length < commands.length) next();
        else {
          socket.end();
          resolve(answers);
        }
      });
      next();
    });
  }

  private async answers(): Promise<boolean> {
    try {
      const answer = await this.command('PING');
      return answer.startsWith('+PONG') || answer.startsWith('-NOAUTH');
    } catch {
      return false; // it is not up yet
    }
  }
}
