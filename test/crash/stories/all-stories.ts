import { exportRun } from '../../../src/operations/export.ts';
import { report } from '../../../src/operations/report.ts';
import { summarize } from '../../../src/operations/summarize.ts';
import type { FilePort } from '../../../src/files/port.ts';
import { writeFully } from '../../../src/files/write-fully.ts';
import { done, merge, outputOf, repair, run, type Event, type Story } from './story.ts';

/** Small blocks: a cell has several, the last one short. */
function walk(permutations: number, width: readonly number[], more = ''): string {
  return `model: walk\ngrid: { width: [${width.join(', ')}] }\npermutations: ${permutations}\nbatch_rows: 8\n${more}`;
}

function brittle(permutations: number): string {
  return walk(permutations, [1, 4]).replace('walk', 'brittle');
}

/** A record batch has a thousand rows at least. */
function arrow(permutations: number, width: readonly number[], more = ''): string {
  return `${walk(permutations, width, more).replace('batch_rows: 8', 'batch_rows: 1000')}format: arrow\n`;
}

/** Chunks of Arrow files are whole batches anyway. */
const WHOLE_BATCHES = { chunk: 1000 } as const;

const SUITE = `model: serve
steps:
  step1: { parameters: { gpus: 1 }, grid: { volume: [10, 100] } }
  step2: { parameters: { volume: 100 }, grid: { gpus: [8, 4, 2] } }
  step3: { parameters: { volume: 100, gpus: { from: step2, best: capacity, otherwise: 32 } }, grid: { bins: [1, 8] } }
permutations: 2
results: { key: [volume, gpus, bins], keep: last }
`;

/** Stops at 200 of 400 for the narrow walk, runs to the end for the wide one. */
const PRECISION = 'precision: { metric: end, mean: true, half_width: 0.12, min: 50 }\n';

/** Every metrics file of an output, changed. */
function toFiles(
  output: string,
  what: string,
  change: (port: FilePort, fd: number, size: number, i: number) => void,
): Event {
  return {
    name: what,
    happen: (port) => {
      const cells = `${output}/per_cell`;
      for (const [i, cell] of [...port.readdir(cells)].sort().entries()) {
        const name = port.readdir(`${cells}/${cell}`).find((each) => /^metrics_compact\.(csv|arrow)$/.test(each))!;
        const path = `${cells}/${cell}/${name}`;
        const fd = port.open(path, 'r+');
        change(port, fd, port.stat(path)!.size, i);
        port.close(fd);
      }
    },
  };
}

function damage(output: string): Event {
  return toFiles(output, 'some rows are damaged, others torn off', (port, fd, size, i) => {
    if (i % 2 === 0) writeFully(port, fd, Buffer.from('!!!'), Math.floor(size / 2));
    else port.ftruncate(fd, size - 7);
  });
}

function tear(output: string): Event {
  return toFiles(output, 'a crash tore the last rows', (port, fd, size) => {
    port.ftruncate(fd, Math.floor(size * 0.6));
  });
}

const SHARD = (index: number, output: string) => ({ shard: { index, of: 2 }, output });

export const STORIES: readonly Story[] = [
  { name: 'CSV', studies: { one: walk(30, [1, 4]) }, acts: [run('one')] },
  { name: 'Arrow', studies: { one: arrow(2300, [1, 4]) }, acts: [run('one', WHOLE_BATCHES)] },
  {
    name: 'extended and with more cells',
    studies: { few: walk(20, [1, 4]), one: walk(30, [1, 4, 9]) },
    acts: [run('few', { output: outputOf('one') }), run('one')],
  },
  {
    name: 'Arrow, extended: the last batch was short',
    studies: { one: arrow(2300, [1, 4]) },
    acts: [run('one', { ...WHOLE_BATCHES, permutations: 1400 }), run('one', WHOLE_BATCHES)],
  },
  {
    name: 'several outputs, CSV and Arrow, with a cell in common',
    studies: {
      one: walk(30, [1, 4]),
      two: walk(44, [4]).replace('batch_rows: 8', 'batch_rows: 5'),
      three: arrow(1200, [4, 7]),
    },
    acts: [run(['one', 'two', 'three'], { chunk: 20 })],
  },
  {
    name: 'steps, one of them decided by another',
    studies: { one: SUITE },
    acts: [run('one', { steps: ['step1'] }), run('one')],
  },
  {
    name: 'cells that stop when they are precise enough, in two outputs',
    studies: { one: walk(400, [1, 4], PRECISION), two: walk(120, [4]) },
    acts: [run(['one', 'two'], { chunk: 40 })],
  },
  {
    name: 'a precision that lets cells stop earlier',
    studies: { one: walk(400, [1, 4], PRECISION), less: walk(400, [1, 4], PRECISION.replace('0.12', '0.3')) },
    acts: [run('one', { chunk: 40 }), run('less', { chunk: 40, output: outputOf('one'), truncate: true })],
  },
  {
    name: 'truncated',
    studies: { one: walk(30, [1, 4]) },
    acts: [run('one'), run('one', { permutations: 13, truncate: true })],
  },
  {
    name: 'shards, merged',
    studies: { one: walk(50, [1, 4]) },
    acts: [
      run('one', SHARD(1, '/runs/a')),
      run('one', SHARD(2, '/runs/b')),
      merge(['/runs/a', '/runs/b'], '/runs/one'),
    ],
  },
  {
    name: 'Arrow shards, merged into a run in CSV that has some rows',
    studies: { one: walk(2300, [1]).replace('batch_rows: 8', 'batch_rows: 1000') },
    acts: [
      run('one', { permutations: 700, chunk: 1000 }),
      run('one', { ...SHARD(1, '/runs/a'), format: 'arrow', chunk: 1000 }),
      run('one', { ...SHARD(2, '/runs/b'), format: 'arrow', chunk: 1000 }),
      merge(['/runs/a', '/runs/b'], '/runs/one'),
    ],
  },
  {
    name: 'damaged, and repaired',
    studies: { one: walk(30, [1, 4]) },
    acts: [run('one'), damage(outputOf('one')), repair(outputOf('one')), run('one')],
  },
  {
    name: 'Arrow, damaged, and repaired',
    studies: { one: arrow(2300, [1, 4]) },
    acts: [run('one', WHOLE_BATCHES), damage(outputOf('one')), repair(outputOf('one')), run('one', WHOLE_BATCHES)],
  },
  {
    name: 'permutations that fail, and are tried again',
    studies: { one: brittle(30) },
    acts: [run('one', { on_error: 'continue' }), run('one', { on_error: 'continue', retry_failed: true })],
  },
  {
    name: 'shards with permutations that fail, merged',
    studies: { one: brittle(50) },
    acts: [
      run('one', { ...SHARD(1, '/runs/a'), on_error: 'continue' }),
      run('one', { ...SHARD(2, '/runs/b'), on_error: 'continue' }),
      merge(['/runs/a', '/runs/b'], '/runs/one'),
    ],
  },
  {
    name: 'rows taken from another run, after a crash there',
    studies: { one: walk(30, [1, 4]), two: walk(40, [4, 9]) },
    acts: [run('one'), tear(outputOf('one')), run('two', { reuse: ['/runs'] })],
  },
  {
    name: 'summarized, reported and exported',
    studies: { one: walk(30, [1, 4]) },
    acts: [
      run('one'),
      done('summarize', ({ host }) => summarize(outputOf('one'), {}, host)),
      done('report', ({ host }) => report(outputOf('one'), {}, host)),
      done('export', ({ host }) => exportRun(outputOf('one'), { to: 'csv' }, host)),
    ],
  },
];
