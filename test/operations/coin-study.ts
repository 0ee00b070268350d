import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import type { FilePort } from '../../src/files/port.ts';
import { inlineHost, type Host } from '../../src/readers/host.ts';
import { thisMachine } from '../../src/readers/this-machine.ts';
import type { StudyObject } from '../../src/study/study-object.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const MODEL = `export default {
  name: 'coin', version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5, unit: 'share' },
    flips: { type: 'integer', min: 1, default: 3 },
  },
  metrics: { heads: {}, first: { description: 'the first draw' } },
  simulate: ({ parameters: { p, flips } }, rng, row) => {
    row.first = rng();
    row.heads = row.first < p ? 1 : 0;
    for (let i = 1; i < flips; i += 1) if (rng() < p) row.heads += 1;
  },
};`;

/** The disk and the locks of this machine; the calling thread alone computes and reads, so that a run takes milliseconds. */
export const HOST: Host = inlineHost(thisMachine.port, thisMachine.locks);

/** A folder with a model, `coin.mjs`, and `study.yaml`; it goes when the test ends. */
export class CoinStudy {
  readonly folder = newFolder();
  readonly file = join(this.folder, 'study.yaml');
  /** As the study file has it. */
  readonly study = {
    name: 'study',
    model: './coin.mjs',
    grid: { p: [0.4, 0.6], flips: [2, 5] },
    permutations: 250,
    batch_rows: 50,
    output: 'out',
  } as const satisfies StudyObject;
  readonly output = join(this.folder, 'out');

  constructor() {
    writeFileSync(join(this.folder, 'coin.mjs'), MODEL);
    // YAML is a superset of JSON.
    writeFileSync(this.file, JSON.stringify(this.study));
    onTestFinished(() => {
      removeFolder(this.folder);
    });
  }
}

/** The same, which aborts the signal when so many chunks were written to metrics files. */
export function abortedAt(chunks: number): { readonly host: Host; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const metrics_files = new Set<number>();
  let written = 0;
  const port: FilePort = {
    ...HOST.port,
    open: (path, flags) => {
      const fd = HOST.port.open(path, flags);
      if (/metrics_compact\.(csv|arrow)$/.test(path)) metrics_files.add(fd);
      else metrics_files.delete(fd);
      return fd;
    },
    pwrite: (fd, bytes, position) => {
      if (metrics_files.has(fd) && (written += 1) === chunks) controller.abort('enough');
      return HOST.port.pwrite(fd, bytes, position);
    },
  };
  return { host: inlineHost(port, HOST.locks), signal: controller.signal };
}

/** What a run leaves that is the same whatever happened on the way: rows, their sums, and statistics. */
export function finishedFiles(output: string): Record<string, string> {
  const names = readdirSync(output, { recursive: true, encoding: 'utf8' }).sort();
  const finished = names.filter((name) => /metrics_compact\.csv|grid_summary\.csv|results.*\.csv/.test(name));
  return Object.fromEntries(finished.map((name) => [name, readFileSync(join(output, name), 'latin1')]));
}
