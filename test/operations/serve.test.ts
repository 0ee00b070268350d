import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import type { FilePort } from '../../src/files/port.ts';
import { run } from '../../src/operations/run.ts';
import { serve, type Served, type ServeOptions } from '../../src/operations/serve.ts';
import { status } from '../../src/operations/status.ts';
import type { Host } from '../../src/readers/host.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { CoinStudy, HOST } from './coin-study.ts';
import { get, until } from './live-page.ts';

/** Files are looked at forty times as often. */
const clock: Clock = { ...systemClock, after: (ms, work) => systemClock.after(ms / 40, work) };

async function served(folder: string, options: ServeOptions = {}, port: FilePort = HOST.port): Promise<Served> {
  const host: Host = { ...HOST, port, clock };
  const page = await serve(folder, { port: 0, ...options }, host);
  onTestFinished(() => page.close());
  return page;
}

async function keyOf({ url }: Served, headers: Record<string, string> = {}): Promise<string> {
  const { runs } = await until(url, '/events', 'list', (list) => list.runs.length > 0, headers);
  return runs[0]!.key;
}

const beatOf = (output: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(output, 'aggregated/heartbeat.json'), 'utf8')) as Record<string, unknown>;

/** What kill -9 leaves: a heartbeat that says running, and the lock of a process that is gone. */
function killed(output: string): void {
  writeFileSync(join(output, 'aggregated/heartbeat.json'), JSON.stringify({ ...beatOf(output), state: 'running' }));
  const gone = { pid: 4_194_304 + 7, host: hostname(), since: '2026-01-01T00:00:00Z', started: '1', by: 'file' };
  writeFileSync(join(output, '.lock'), JSON.stringify(gone));
}

describe('the live page', () => {
  it('has the runs below a folder, each as status has it', async () => {
    const { folder, file, output } = new CoinStudy();
    await run(file, {}, HOST);
    const page = await served(folder);
    expect(page).toMatchObject({ runs: 1, token: undefined });
    const { runs } = await until(page.url, '/events', 'list', (list) => list.runs.length === 1);
    const found = await status(output, {}, HOST);
    expect(runs[0]).toMatchObject({
      name: 'study',
      state: found.state,
      cells_complete: found.cells_complete,
      permutations_done: found.permutations_done,
      error: null,
    });
  });

  it('has the surface of a run, the value of every complete cell and its error', async () => {
    const { folder, file, output } = new CoinStudy();
    await run(file, {}, HOST);
    const page = await served(folder);
    const key = await keyOf(page);
    const surface = await until(page.url, `/events/${key}`, 'surface', () => true);
    expect(surface.axes.map(({ name, levels }) => [name, levels])).toEqual([
      ['p', ['0.4', '0.6']],
      ['flips', ['2', '5']],
    ]);
    expect(surface.cells.map(([, ...levels]) => levels)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const { cells } = await until(page.url, `/events/${key}?metric=heads&shown=p50`, 'cells', () => true);
    for (const [index, , n_done, n_target, value, error] of cells) {
      const path = join(output, 'per_cell', `cell_${surface.cells[index]![0]}`, 'summary.json');
      const summary = JSON.parse(readFileSync(path, 'utf8')) as {
        statistics: { heads: { p50: number; quantile_mcse: { p50: number } } };
      };
      expect([n_done, n_target, value, error]).toEqual([
        250,
        250,
        summary.statistics.heads.p50,
        summary.statistics.heads.quantile_mcse.p50,
      ]);
    }
    expect(cells).toHaveLength(4);
  });

  it('says dead as status does, counts what was left from the files, and sees the run resume', async () => {
    const { folder, file, output } = new CoinStudy();
    await run(file, { cells: ['p=0.4'] }, HOST);
    killed(output);
    const page = await served(folder);
    const key = await keyOf(page);
    const head = await until(page.url, `/events/${key}`, 'head', ({ counted }) => counted);
    const found = await status(output, {}, HOST);
    expect(found).toMatchObject({ state: 'dead', permutations_done: 500 });
    expect(head).toMatchObject({
      state: 'dead',
      permutations_done: 500,
      rate: null,
      eta_seconds: null,
      counting: false,
    });
    expect(head.holder).toContain('4194311');
    const complete = until(page.url, `/events/${key}`, 'head', ({ state }) => state === 'complete');
    await run(file, {}, HOST);
    expect(await complete).toMatchObject({ permutations_done: 1000, counted: false });
  });

  it('finds a run that begins later, and one that is damaged says why', async () => {
    const { folder, file, output } = new CoinStudy();
    const page = await served(folder);
    const empty = await until(page.url, '/events', 'list', () => true);
    expect(empty.runs).toEqual([]);
    const later = until(page.url, '/events', 'list', ({ runs }) => runs[0]?.state === 'complete');
    await run(file, {}, HOST);
    await later;
    writeFileSync(join(output, 'run_manifest.json'), '{');
    const broken = await until(page.url, '/events', 'list', ({ runs }) => runs[0]?.error !== null);
    expect(broken.runs[0]!.error).toContain('is damaged');
  });

  it('takes no lock, writes nothing, and reads nothing while nobody looks', async () => {
    const { folder, file, output } = new CoinStudy();
    await run(file, {}, HOST);
    let reads = 0;
    const refuse = (): never => {
      throw new Error('a page only reads');
    };
    const port: FilePort = {
      ...HOST.port,
      open: (path, flags) => {
        reads += 1;
        expect(flags).toBe('r');
        return HOST.port.open(path, flags);
      },
      pwrite: refuse,
      rename: refuse,
      unlink: refuse,
      mkdir: refuse,
      link: refuse,
    };
    const lock = await acquireLock(output);
    const page = await served(folder, {}, port);
    const key = await keyOf(page);
    await until(page.url, `/events/${key}`, 'cells', () => true);
    lock.release();
    await systemClock.sleep(150);
    const before = reads;
    expect(before).toBeGreaterThan(0);
    await systemClock.sleep(300);
    expect(reads).toBe(before);
  });

  it('ends with its signal, and its connections with it', async () => {
    const { folder } = new CoinStudy();
    const controller = new AbortController();
    const page = await served(folder, { signal: controller.signal });
    const ended = until(page.url, '/events', 'head', () => true).catch((error: unknown) => String(error));
    await until(page.url, '/events', 'list', () => true);
    controller.abort();
    await page.closed;
    expect(await ended).toMatch(/ended|hang up|reset/);
    await expect(get(page.url, '/')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('who may see it', () => {
  it('no other site: not by a name of its own for this address, not by a request of its pages', async () => {
    const page = await served(new CoinStudy().folder);
    expect(await get(page.url, '/', { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await get(page.url, '/events', { origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await get(page.url, '/', {}, 'POST')).toMatchObject({ status: 405 });
    const { status: found, headers, body } = await get(page.url, '/');
    expect(found).toBe(200);
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self'.*frame-ancestors 'none'/,
    );
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body).not.toMatch(/<script>|style=| on\w+=/);
  });

  it('beyond this machine, whoever has the token, which then is in no address', async () => {
    const { folder, file } = new CoinStudy();
    await run(file, {}, HOST);
    const page = await served(folder, { host: '0.0.0.0' });
    const { port } = new URL(page.url);
    const here = `http://127.0.0.1:${port}/`;
    expect(page.token).toMatch(/^[\w-]{32}$/);
    expect(page.url).not.toContain(page.token!);
    for (const target of ['/', '/events', '/assets/style.css', '/run/0123456789abcdef', '/?token=wrong'])
      expect(await get(here, target), target).toMatchObject({ status: 401 });
    const let_in = await get(here, `/?token=${page.token!}`);
    expect(let_in).toMatchObject({ status: 303, headers: { location: '/' } });
    const [cookie] = let_in.headers['set-cookie']!;
    expect(cookie).toMatch(/^permafrost_\d+=.+; HttpOnly; SameSite=Lax; Path=\/$/);
    const headers = { cookie: cookie!.split(';')[0]! };
    expect(await get(here, '/', headers)).toMatchObject({ status: 200 });
    expect(await keyOf({ ...page, url: here }, headers)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('a token that is given may be in a file or a variable, and must not be short', async () => {
    const { folder } = new CoinStudy();
    const path = join(folder, 'token');
    writeFileSync(path, 'a-token-of-some-length\nnot this\n');
    const page = await served(folder, { token: `file:${path}` });
    expect(await get(page.url, '/')).toMatchObject({ status: 401 });
    expect(await get(page.url, '/', { authorization: 'Bearer a-token-of-some-length' })).toMatchObject({ status: 200 });
    await expect(served(folder, { token: 'short' })).rejects.toThrow('--token expects 16 to 200');
    await expect(served(folder, { token: 'env:NOT_SET_ANYWHERE' })).rejects.toThrow('the variable NOT_SET_ANYWHERE');
  });

  it.each([
    [{ port: 70_000 }, 'port expects a number up to 65535'],
    [{ host: 'no-such-host.invalid' }, 'is not an address of this machine'],
    [{ host: '192.0.2.1' }, 'cannot listen on 192.0.2.1'],
  ] satisfies [ServeOptions, string][])('%j is refused', async (options, message) => {
    await expect(served(new CoinStudy().folder, options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message) as string,
    });
  });

  it('a port in use is refused with the way out, and so is a folder that is not there', async () => {
    const { folder } = new CoinStudy();
    const page = await served(folder);
    const port = Number(new URL(page.url).port);
    await expect(served(folder, { port })).rejects.toMatchObject({
      code: 'USAGE',
      exit: 2,
      message: expect.stringContaining('Choose another one with --port') as string,
    });
    await expect(served(join(folder, 'missing'))).rejects.toMatchObject({ code: 'NOT_A_RUN' });
  });
});

describe('the report of a run', () => {
  async function withReport(): Promise<{ page: Served; key: string; output: string }> {
    const { folder, file, output } = new CoinStudy();
    await run(file, {}, HOST);
    mkdirSync(join(output, 'report/tables'), { recursive: true });
    writeFileSync(join(output, 'report/index.html'), '<!doctype html><script>1</script>');
    writeFileSync(join(output, 'report/tables/cells.csv'), 'a,b\n');
    const page = await served(folder);
    return { page, key: await keyOf(page), output };
  }

  it('is given as a page of no site, with its tables', async () => {
    const { page, key } = await withReport();
    const report = await get(page.url, `/report/${key}/index.html`);
    expect(report).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const policy = String(report.headers['content-security-policy']);
    expect(policy).toContain('sandbox allow-scripts');
    expect(policy).not.toMatch(/allow-same-origin|connect-src/);
    expect(await get(page.url, `/report/${key}/tables/cells.csv`)).toMatchObject({ status: 200, body: 'a,b\n' });
    const { runs } = await until(page.url, '/events', 'list', () => true);
    expect(runs[0]!.has_report).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('is not given where a link leads out of it', async () => {
    const { page, key, output } = await withReport();
    const secret = join(temporaryFolder(), 'secret.html');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(output, 'report/secret.html'));
    symlinkSync(dirname(secret), join(output, 'report/linked'));
    for (const name of ['secret.html', 'linked/secret.html', 'tables', 'missing.html'])
      expect(await get(page.url, `/report/${key}/${name}`), name).toMatchObject({ status: 404 });
  });

  it.skipIf(process.platform === 'win32')('and no log is, where a link leads out of a cell', async () => {
    const { page, key, output } = await withReport();
    const { surface } = { surface: await until(page.url, `/events/${key}`, 'surface', () => true) };
    const logs = join(output, 'per_cell', `cell_${surface.cells[0]![0]}`, 'logs.txt');
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, '2026-01-01T00:00:00.000Z secret\n'.repeat(20));
    HOST.port.unlink(logs);
    symlinkSync(secret, logs);
    const { log } = await until(page.url, `/events/${key}`, 'head', (head) => head.log.length > 0);
    expect(log.join('\n')).not.toContain('secret');
  });

  it('no address reaches anything else', async () => {
    const { page, key, output } = await withReport();
    writeFileSync(join(output, '..', 'outside.html'), 'outside');
    const part = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2E%2E',
      '..%2f',
      '%2f',
      '..%5c',
      '\\',
      '..\\',
      '%00',
      'outside.html',
      'run_manifest.json',
      'index.html%00.csv',
      'report',
      'tables',
      '//',
      '~',
      'C:',
      output,
      '％2e',
      '....//',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('/', ''),
        async (parts, between) => {
          const target = encodeLine(`/report/${key}/${parts.join(between)}`);
          const { status: found, body } = await get(page.url, target);
          expect([400, 404]).toContain(found);
          expect(body).not.toMatch(/outside|manifest_version/);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** What a request line cannot hold is sent as bytes of UTF-8 in percents. */
function encodeLine(target: string): string {
  return target.replaceAll(/[^\u0021-\u007e]/g, (char) => encodeURIComponent(char));
}
