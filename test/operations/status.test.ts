import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { STATUS_EXIT, statusJson, statusText } from '../../src/commands/status-text.ts';
import type { FilePort } from '../../src/files/port.ts';
import { run } from '../../src/operations/run.ts';
import { status } from '../../src/operations/status.ts';
import type { Host } from '../../src/readers/host.ts';
import { KeptLocks } from '../../src/store/locks.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { CoinStudy, HOST } from './coin-study.ts';

const stateOf = async (output: string): Promise<string> => (await status(output, {}, HOST)).state;

describe('what a run is doing', () => {
  it('complete, and its last words say so', async () => {
    const { file, output } = new CoinStudy();
    await run(file, {}, HOST);
    const found = await status(output, {}, HOST);
    expect(found).toMatchObject({ state: 'complete', complete: true, why: undefined, holder: undefined });
    const written = JSON.parse(readFileSync(join(output, 'aggregated/heartbeat.json'), 'utf8')) as object;
    expect(written).toMatchObject({ state: 'complete', cells_complete: 4, sims_done_total_estimate: 1000 });
  });

  it('part done, where some cells were asked for; complete, when the others are there', async () => {
    const { file, output } = new CoinStudy();
    await run(file, { cells: ['p=0.4'] }, HOST);
    expect(await stateOf(output)).toBe('part_done');
    await run(file, { cells: ['p=0.6'] }, HOST);
    expect(await stateOf(output)).toBe('complete');
  });

  it.each([
    ['SIGTERM', 'stopped by SIGTERM', 143],
    ['SIGHUP', 'stopped by SIGHUP', 129],
    ['SIGBREAK', 'stopped by SIGBREAK', 149],
    ['SIGINT', 'stopped by SIGINT', 130],
    [new Error('enough'), 'stopped by the program that ran it', 130],
  ])('stopped by %s', async (reason, message, exit) => {
    const { file, output } = new CoinStudy();
    const result = await run(file, { signal: AbortSignal.abort(reason) }, HOST);
    expect(result.exit).toBe(exit);
    const found = await status(output, {}, HOST);
    expect(found).toMatchObject({ state: 'stopped', why: { message } });
    expect(STATUS_EXIT[found.state]).toBe(3);
    expect(statusText(found)).toContain('the same run command resumes');
  });

  it('failed, where permutations did', async () => {
    const { folder, file, output } = new CoinStudy();
    const model = join(folder, 'coin.mjs');
    writeFileSync(
      model,
      readFileSync(model, 'utf8').replace('row.heads = row', "throw new Error('no'); row.heads = row"),
    );
    expect((await run(file, {}, HOST)).exit).toBe(1);
    expect(await status(output, {}, HOST)).toMatchObject({ state: 'failed', why: { code: 'SIMULATION' } });
  });

  it('running, while its process holds the lock; and nobody else may write', async () => {
    const { file, output } = new CoinStudy();
    await run(file, {}, HOST);
    const lock = await acquireLock(output);
    const found = await status(output, {}, HOST);
    expect(found).toMatchObject({ state: 'running', holder: { pid: process.pid, host: hostname() } });
    lock.release();
    expect(await stateOf(output)).toBe('complete');
  });

  it('dead, as soon as its process is gone: without a rate and a time left, counted from the files', async () => {
    const { file, output } = new CoinStudy();
    await run(file, { signal: AbortSignal.abort('SIGTERM') }, HOST);
    const heartbeat = join(output, 'aggregated/heartbeat.json');
    const beat = JSON.parse(readFileSync(heartbeat, 'utf8')) as object;
    writeFileSync(heartbeat, JSON.stringify({ ...beat, state: 'running', sims_per_second: 4242, eta_seconds: 77 }));
    const gone = { pid: 4_194_304 + 7, host: hostname(), since: '2026-01-01T00:00:00Z', started: '1', by: 'file' };
    writeFileSync(join(output, '.lock'), JSON.stringify(gone));
    const found = await status(output, {}, HOST);
    expect(found).toMatchObject({ state: 'dead', scanned: true, holder: { pid: gone.pid } });
    expect(statusText(found)).not.toMatch(/4,242|1 min 17 s|left/);
    expect(statusText(found)).toContain(`process ${gone.pid} on ${gone.host}`);
    expect(statusJson(found)).toMatchObject({ state: 'dead', heartbeat: { sims_per_second: null, eta_seconds: null } });
  });
});

it('a run that waits for a full disk says so, and keeps its lock', async () => {
  const { file, output } = new CoinStudy();
  let full = true;
  const port: FilePort = {
    ...HOST.port,
    pwrite: (fd, bytes, position) => {
      // The rows of a second chunk do not fit.
      if (full && position > 1000) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return HOST.port.pwrite(fd, bytes, position);
    },
    freeBytes: () => (full ? 0 : 1 << 30),
  };
  const clock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(ms / 50) };
  const host: Host = { ...HOST, port, clock, open: (threads, setups) => HOST.open(threads, setups) };
  const seen: string[] = [];
  const running = run(file, { disk_wait_minutes: 1 }, host);
  for (let k = 0; k < 200 && seen.at(-1) !== 'waiting_for_disk'; k += 1) {
    await systemClock.sleep(5);
    if (HOST.port.stat(join(output, 'run_manifest.json')) !== undefined) seen.push(await stateOf(output));
  }
  expect(seen.at(-1)).toBe('waiting_for_disk');
  await expect(acquireLock(output)).rejects.toMatchObject({ code: 'LOCKED' });
  full = false;
  expect((await running).exit).toBe(0);
  expect(await stateOf(output)).toBe('complete');
});

it('a lock that is kept is taken anew where somebody removed it', async () => {
  const { output } = new CoinStudy();
  HOST.port.mkdir(output);
  const locks = new KeptLocks(HOST.locks);
  (await locks.acquire(output)).release();
  await expect(acquireLock(output)).rejects.toMatchObject({ code: 'LOCKED' });
  HOST.port.unlink(join(output, '.lock'));
  await locks.acquire(output);
  await expect(acquireLock(output)).rejects.toMatchObject({ code: 'LOCKED' });
  locks.releaseAll();
  (await acquireLock(output)).release();
});
