import { expect, it } from 'vitest';
import { writeSmallFile } from '../../../src/files/small-file.ts';
import { refuseForeignFolder } from '../../../src/run/output/foreign-folder.ts';
import { SimulatedDisk } from '../../crash/simulated-disk.ts';

async function folderOf(...paths: string[]) {
  const { port } = new SimulatedDisk();
  port.mkdir('/out');
  for (const path of paths) {
    port.mkdir(`/out/${path}`.replace(/\/[^/]*$/, ''));
    if (!path.endsWith('/')) await writeSmallFile(port, `/out/${path}`, 'mine');
  }
  return port;
}

it.each([
  ['an empty one', []],
  ['one that systems and version control have been in', ['.DS_Store', 'Thumbs.db', '.gitignore']],
  ['a run that was killed before its manifest was written', ['.lock', 'run_manifest.json.tmp']],
  [
    'a run whose manifest is gone or was set aside',
    ['per_cell/cell_0123456789abcdef/metrics_compact.csv', 'results/final_results.csv', 'my notes.txt'],
  ],
])('takes %s', async (_, paths) => {
  const port = await folderOf(...paths);
  expect(() => {
    refuseForeignFolder(port, '/out');
  }).not.toThrow();
});

it('takes a folder that is not there yet', () => {
  expect(() => {
    refuseForeignFolder(new SimulatedDisk().port, '/out');
  }).not.toThrow();
});

it.each([
  ['notes', ['notes.txt'], 'notes.txt.'],
  ["somebody's results", ['results/final_results.csv', 'report/index.html'], 'report, results.'],
  [
    'a study folder',
    ['study.yaml', 'model.ts', 'trades.csv', 'README.md'],
    'README.md, model.ts, study.yaml and 1 more.',
  ],
  ['cells that are none', ['per_cell/prison.csv'], 'per_cell.'],
])('refuses %s, with the way out', async (_, paths, named) => {
  const port = await folderOf(...paths);
  expect(() => {
    refuseForeignFolder(port, '/out');
  }).toThrow(
    expect.objectContaining({
      code: 'IDENTITY',
      exit: 2,
      message: `/out is not a run of permafrost, and it holds other files: ${named} Nothing was changed. Name a new or empty folder (--output, or output: in the study), or move these files away.`,
    }) as Error,
  );
});
