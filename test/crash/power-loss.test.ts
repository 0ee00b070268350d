import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test, vi } from 'vitest';

import type { RunOptions } from '../../dist/index.js';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { seededUniform } from '../process/cli.ts';
import { RealStudy, discard, heard, scratch, told } from './real-run.ts';

/**
 * Real power loss: a file system in a file is shut down under a running study, so that it forgets all that was not synced; then it is
 * mounted again and the study goes on. Some cuts here, many with PERMAFROST_FULL=1. Needs root, loop devices and xfs_io (Debian: xfsprogs).
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const CUTS = Number(process.env['PERMAFROST_CUTS'] ?? (FULL ? 60 : 2));
// One test runs the whole campaign, many processes one after the other.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 300_000 });

/** Size of the image, its maker, and how a mount is asked for. XFS takes no less than 300 MB; the image is sparse. */
const FILE_SYSTEMS = {
  ext4: { mb: 64, make: ['mkfs.ext4', '-q', '-F'] },
  xfs: { mb: 300, make: ['mkfs.xfs', '-q', '-f'] },
} as const;
type FileSystem = keyof typeof FILE_SYSTEMS;

class Disk {
  readonly folder = scratch();
  readonly at = join(this.folder, 'mounted');
  #image = join(this.folder, 'image0');
  #cuts = 0;

  constructor(kind: FileSystem) {
    const { mb, make } = FILE_SYSTEMS[kind];
    writeFileSync(this.#image, '');
    truncateSync(this.#image, mb * 2 ** 20);
    const [program, ...flags] = make;
    execFileSync(program, [...flags, this.#image]);
    mkdirSync(this.at);
    this.#mount();
  }

  #mount(): void {
    execFileSync('mount', ['-o', 'loop', this.#image, this.at]);
  }

  /** From here on the file system takes nothing and has forgotten what was neither synced nor written back, its journal included. */
  cutPower(): void {
    execFileSync('xfs_io', ['-x', '-c', 'shutdown', this.at]);
  }

  /** What the disk holds after that, mounted anew. A copy: the dead file system lives on in any name space of mounts that was made meanwhile. */
  restart(): void {
    execFileSync('umount', [this.at]);
    const dead = this.#image;
    this.#image = join(this.folder, `image${++this.#cuts}`);
    execFileSync('cp', ['--sparse=always', dead, this.#image]);
    discard(dead);
    this.#mount();
  }

  remove(): void {
    spawnSync('umount', ['-l', this.at]);
    discard(this.folder);
  }
}

function whyNot(kind: FileSystem): string | undefined {
  let disk: Disk | undefined;
  try {
    disk = new Disk(kind);
    disk.cutPower();
    return undefined;
  } catch (error) {
    return `no ${kind} in a file can be mounted and shut down here (${error instanceof Error ? error.message.split('\n')[0] : ''})`;
  } finally {
    disk?.remove();
  }
}

interface Tally {
  /** Cuts after which something that had been acknowledged was gone. */
  readonly lost: string[];
  readonly problems: string[];
  acknowledged: number;
}

/** The power goes right after a random acknowledgment; then the study is run to its end. */
async function cut(study: RealStudy, disk: Disk, uniform: () => number, options: RunOptions, tally: Tally) {
  const output = study.output(disk.at);
  const words = 1 + Math.floor(uniform() * 5);
  const [program, ...args] = study.tellingCommand(output, { threads: 2, chunk: 500, ...options });
  const child = execa(program!, [...args, String(words)], { reject: false, stdin: 'ignore', buffer: true });
  await heard(child, words);
  disk.cutPower();
  child.kill('SIGKILL');
  const { stdout } = await child;
  disk.restart();
  const acknowledged = told(stdout);
  tally.acknowledged += [...acknowledged.values()].reduce((sum, rows) => sum + rows, 0);
  const lost = study.lost(output, acknowledged);
  if (lost !== undefined) tally.lost.push(lost);
  if ((await study.run(output)) !== 0) tally.problems.push('the same command again does not finish it');
  const unlike = await study.unlike(output);
  if (unlike !== undefined) tally.problems.push(unlike);
  discard(output);
}

async function cuts(format: Format, kind: FileSystem, n: number, options: RunOptions): Promise<Tally> {
  const study = await RealStudy.create(format, 'long');
  const disk = new Disk(kind);
  const tally: Tally = { lost: [], problems: [], acknowledged: 0 };
  const uniform = seededUniform(20261126);
  try {
    for (let i = 0; i < n; i++) await cut(study, disk, uniform, options, tally);
  } finally {
    disk.remove();
    study.remove();
  }
  return tally;
}

const kinds: readonly FileSystem[] = FULL ? ['ext4', 'xfs'] : ['ext4'];

describe.each(kinds)('%s', (kind) => {
  const why = whyNot(kind);

  test.skipIf(why !== undefined).each(['csv', 'arrow'] as const)(
    `when the power goes, nothing of a %s run that was acknowledged is lost${why === undefined ? '' : `: skipped, ${why}`}`,
    async (format) => {
      const { lost, problems, acknowledged } = await cuts(format, kind, CUTS, {});
      console.log(
        `${kind}, ${format}: ${CUTS} cuts, ${acknowledged} rows acknowledged before, ${lost.length} lost some`,
      );
      expect(lost).toEqual([]);
      expect(problems).toEqual([]);
      expect(acknowledged).toBeGreaterThan(0);
    },
  );

  test.skipIf(why !== undefined)(
    'the cut is real: with durability none, which promises nothing, rows are lost; the run is finished all the same',
    async () => {
      const { lost, problems } = await cuts('csv', kind, CUTS, { durability: 'none' });
      console.log(`${kind}, durability none: ${CUTS} cuts, ${lost.length} lost some`);
      expect(lost.length).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
  );
});
