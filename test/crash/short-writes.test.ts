import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import { RealStudy, discard, refusal, scratch, started } from './real-run.ts';
import type { Ended } from './real-run.ts';

/** Disks that take a part of a write and then no more: a file-size limit (EFBIG) and a small file system (ENOSPC), at every size. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
// One test runs the whole campaign, many processes one after the other.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 300_000 });

const noLimit = spawnSync('prlimit', ['--fsize=1000', 'true']).status !== 0;
/** A mount in a name space of its own: it is gone with its last process. */
const OWN_MOUNTS = ['unshare', '-m'] as const;
const noMount =
  spawnSync(OWN_MOUNTS[0], [OWN_MOUNTS[1], 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']).status !== 0;

/** The run filled its disk: it must have said so, keep what it acknowledged, and finish once there is room. */
async function judge(study: RealStudy, ended: Ended, output: string): Promise<string | undefined> {
  const { wrong, acknowledged } = refusal(ended);
  if (wrong !== undefined) return wrong;
  if (ended.exit === 3 && !/run again|run the same command again/.test(ended.stderr))
    return `no way out is said: ${ended.stderr}`;
  return (
    study.lost(output, acknowledged) ??
    (ended.exit === 0 ? await study.unlike(output) : undefined) ??
    ((await study.run(output)) === 0 ? undefined : 'the same command again does not finish it') ??
    (await study.unlike(output))
  );
}

describe.each(['csv', 'arrow'] as const)('%s', (format: Format) => {
  let study: RealStudy;
  beforeAll(async () => {
    study = await RealStudy.create(format, 'fresh');
  });
  afterAll(() => {
    study.remove();
  });

  test.skipIf(noLimit)('a file-size limit of any size costs nothing that was acknowledged', async () => {
    const largest = 340_000;
    const problems: string[] = [];
    let stopped = 0;
    for (let size = 0; size <= largest; size += FULL ? 6_007 : 120_011) {
      const output = study.output();
      const ended = await started(['prlimit', `--fsize=${size}`, ...study.command(output)]);
      if (ended.exit === 3) stopped++;
      const problem = await judge(study, ended, output);
      if (problem !== undefined) problems.push(`${size} bytes: ${problem}`);
      discard(output);
    }
    if (FULL) console.log(`${format}: ${stopped} runs stopped by a file-size limit`);
    expect(problems).toEqual([]);
    expect(stopped).toBeGreaterThan(1);
  });

  test.skipIf(noMount)('a disk of any size that is too small costs nothing that was acknowledged', async () => {
    const problems: string[] = [];
    let stopped = 0;
    for (let pages = 4; pages <= 220; pages += FULL ? 4 : 80) {
      const folder = scratch();
      const output = study.output(join(folder, 'disk'));
      const kept = join(folder, 'kept');
      const script =
        'mkdir -p "$1" && mount -t tmpfs -o size=$2k none "$1" || exit 99; kept=$3; output=$4; shift 4; "$@"; code=$?; cp -a "$output" "$kept"; exit $code';
      const ended = await started([
        ...OWN_MOUNTS,
        'sh',
        '-c',
        script,
        'sh',
        join(folder, 'disk'),
        String(pages * 4),
        kept,
        output,
        ...study.command(output),
      ]);
      if (ended.exit === 3) stopped++;
      if (existsSync(kept)) cpSync(kept, output, { recursive: true });
      const problem = await judge(study, ended, output);
      if (problem !== undefined) problems.push(`${pages * 4} KiB: ${problem}`);
      discard(folder);
    }
    if (FULL) console.log(`${format}: ${stopped} runs stopped by a full disk`);
    expect(problems).toEqual([]);
    expect(stopped).toBeGreaterThan(1);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('permafrost-real-');
  });
});
