import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { run, verify } from '../../dist/index.js';
import { CLI, permafrost } from '../process/cli.ts';
import { StudyFolder } from '../process/shared-studies.ts';
import { disturbed, noStrace } from './strace.ts';

/** Two studies that share the cell of width 4: every chunk of it is appended to both outputs, one after the other. */
const PLAIN = { width: [4], permutations: 3000 };
/** Stops at 3200 of 5000. */
const PRECISE = {
  width: [4],
  permutations: 5000,
  more: 'precision: { metric: end, mean: true, half_width: 0.12, min: 400 }\n',
};
const SECOND = { plain: PLAIN, precise: PRECISE };

interface Studies {
  readonly folder: StudyFolder;
  readonly files: readonly string[];
  /** The shared cell in the second output. */
  readonly metrics: string;
}

function studies(second: keyof typeof SECOND): Studies {
  const folder = new StudyFolder();
  const files = [folder.study('one', { width: [1, 4], permutations: 3000 }), folder.study('two', SECOND[second])];
  return { folder, files, metrics: join(folder.output('two'), 'per_cell', `cell_${cell_id}`, 'metrics_compact.csv') };
}

function rowFiles(folder: StudyFolder): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ['one', 'two'])
    for (const path of readdirSync(folder.output(name), { recursive: true, encoding: 'utf8' }).sort())
      if (/metrics_compact\.(csv|sums)$|results\/.*\.csv$/.test(path))
        found[`${name}/${path}`] = readFileSync(join(folder.output(name), path), 'latin1');
  return found;
}

let cell_id: string;
const undisturbed: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  for (const second of ['plain', 'precise'] as const) {
    const folder = new StudyFolder();
    const files = [folder.study('one', { width: [1, 4], permutations: 3000 }), folder.study('two', SECOND[second])];
    await run(files, { threads: 1 });
    undisturbed[second] = rowFiles(folder);
    cell_id = folder.cellIds('two')['4']!;
    folder.remove();
  }
});

const missing = noStrace();

describe.skipIf(missing !== undefined)(
  `between the two appends of a chunk${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const command = ({ files }: Studies): string[] => [
      process.execPath,
      CLI,
      'run',
      ...files,
      ...['--threads', '1', '--chunk', '100', '--kernel', 'typescript'],
    ];

    // The first write is the header.
    it.each([
      ['plain', 1],
      ['plain', 2],
      ['plain', 17],
      ['precise', 2],
      ['precise', 6],
      ['precise', 31],
    ] as const)('kill -9 (second output %s, write %i): the next run brings both level', async (second, k) => {
      const made = studies(second);
      onTestFinished(() => {
        made.folder.remove();
      });
      const injection = { call: 'pwrite64', k, what: 'SIGKILL', forGood: false } as const;
      const ended = await disturbed(command(made), [made.metrics], injection);
      expect(ended.reached).toBe(true);
      const rows = (name: string): number => {
        const path = join(made.folder.output(name), 'per_cell', `cell_${cell_id}`, 'metrics_compact.csv');
        return existsSync(path) ? readFileSync(path, 'latin1').split('\n').length : 0;
      };
      // One has the chunk that two misses.
      expect(rows('one')).toBeGreaterThan(rows('two'));

      const again = await permafrost(['run', ...made.files, '--json']);
      expect(again.exit, again.stderr).toBe(0);
      expect(rowFiles(made.folder)).toEqual(undisturbed[second]);
      for (const name of ['one', 'two']) expect((await verify(made.folder.output(name))).problems).toEqual([]);
    });

    it.each(['plain', 'precise'] as const)(
      'a disk that is full for the second output (%s) stops it alone with exit 3, and the next run brings it level',
      async (second) => {
        const made = studies(second);
        onTestFinished(() => {
          made.folder.remove();
        });
        const injection = { call: 'pwrite64', k: 5, what: 'ENOSPC', forGood: true } as const;
        const ended = await disturbed(command(made), [made.metrics], injection);
        expect(ended.reached).toBe(true);
        expect(ended.exit, ended.stderr).toBe(3);
        expect(ended.stderr).toContain('The other outputs continue');
        expect((await verify(made.folder.output('one'))).problems).toEqual([]);
        expect((await verify(made.folder.output('two'))).problems.map(({ code }) => code)).toEqual(['INCOMPLETE']);

        const again = await permafrost(['run', ...made.files, '--json']);
        expect(again.exit, again.stderr).toBe(0);
        const { outputs } = again.json() as { outputs: { permutations_computed: number }[] };
        // What the first output holds is copied.
        expect(outputs.map(({ permutations_computed }) => permutations_computed)).toEqual([
          0,
          second === 'plain' ? 0 : 200,
        ]);
        expect(rowFiles(made.folder)).toEqual(undisturbed[second]);
      },
    );
  },
);
