import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { openStudy } from '../../src/study/loaded-study.ts';
import { cellOf } from '../../src/plan/run-cell.ts';
import { layoutOf } from '../../src/store/scan/layout.ts';
import { Chance, FULL, HANG_MS, inputs } from './random.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** Study files out of a grammar and then spoilt: a study, or an EngineError; no cell's folder ever lies outside the output. */
// Hundreds of inputs each; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 120_000 });

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const NASTY = [
  '\n',
  ':',
  ' ',
  '[',
  ']',
  '{',
  '}',
  '#',
  '&a',
  '*a',
  '<<: *a',
  '!!js/function',
  '- ',
  '|',
  '>',
  '"',
  "'",
  '\0',
  '\t',
  '\uFEFF',
  '? ',
  'NaN',
  '.inf',
  '-.inf',
  '1e999',
  '0x7fffffff',
  '-1',
  '1e9',
  '0.1',
  'null',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '/etc/passwd',
  'C:\\x',
  'CON',
  '..',
  '.',
  '%2e%2e',
  'a/b',
  '\u202e',
  '💥',
  'A'.repeat(3000),
  '[0, 0.1, 0.2, 0.3]',
  '{ from: 0, to: 1e9, step: 1e-9 }',
  '{ from: 1, to: 0, step: 1 }',
  '{ from: 0, to: 1, step: 0 }',
];
const KEYS = [
  'name',
  'model',
  'inputs',
  'parameters',
  'grid',
  'cells',
  'permutations',
  'seed',
  'streams',
  'cell_ids',
  'format',
  'batch_rows',
  'precision',
  'thresholds',
  'steps',
  'results',
  'output',
  'p_skip',
  'slip_dollars',
  'shuffle_mode',
  'block_len',
  'p_skp',
  'id',
];

function value(chance: Chance, depth: number): string {
  const kind = chance.below(depth > 2 ? 4 : 7);
  switch (kind) {
    case 0:
      return chance.of(['0', '1', '0.5', '-3', '1e3', '200', '2000', 'true', 'null', '~', '1_000', '0o17']);
    case 1:
      return chance.of([
        'trades',
        'none',
        'permute',
        'csv',
        'arrow',
        'independent',
        'shared',
        'index',
        'params',
        'philox',
        'x',
      ]);
    case 2:
      return JSON.stringify(chance.of(NASTY));
    case 3:
      return `{ from: ${value(chance, 9)}, to: ${value(chance, 9)}, step: ${value(chance, 9)} }`;
    case 4:
    case 5:
      return `[${Array.from({ length: chance.below(4) }, () => value(chance, depth + 1)).join(', ')}]`;
    default:
      return `{ ${Array.from({ length: chance.below(4) }, () => `${chance.of(KEYS)}: ${value(chance, depth + 1)}`).join(', ')} }`;
  }
}

/** A study that could be right, with some lines that could not. */
function studyText(chance: Chance): string {
  const lines = [
    'model: trades',
    'inputs: { trades: trades.csv }',
    'parameters: { initial_equity: 1000 }',
    'permutations: 100',
    `grid: { p_skip: ${chance.yes(0.7) ? '[0, 0.1]' : value(chance, 0)} }`,
  ];
  for (let n = chance.below(4); n > 0; n--) lines.push(`${chance.of(KEYS)}: ${value(chance, 0)}`);
  if (chance.yes(0.2)) lines.push(`cells: [{ id: ${JSON.stringify(chance.of(NASTY))}, p_skip: 0.3 }]`);
  const text = [...new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line])).values()].join('\n');
  return chance.yes(0.4) ? chance.spoilt(Buffer.from(text), NASTY).toString('utf8') : text;
}

test('any study file ends as a study whose cells lie in its output, or as an error', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'in'));
  const trades = `${readFileSync(`${EXAMPLES}sp500/trades.csv`, 'utf8').split('\n').slice(0, 8).join('\n')}\n`;
  writeFileSync(join(folder, 'in', 'trades.csv'), trades);
  const count = inputs(1500, 35_000);
  let refused = 0;
  let slowest_ms = 0;
  for (let n = 0; n < count; n++) {
    const chance = new Chance(n + 1);
    const text = studyText(chance);
    const file = join(folder, 'in', chance.yes(0.1) ? 'study.json' : 'study.yaml');
    writeFileSync(file, text);
    const started = performance.now();
    try {
      const experiment = await openStudy(file, { output: join(folder, 'out') });
      const { per_cell } = layoutOf(experiment.study.output);
      for (const cell of experiment.cells) {
        const { place } = cellOf(experiment, cell, experiment.study.output);
        expect(place.folder.startsWith(`${per_cell}/cell_`), text).toBe(true);
        expect(place.folder.slice(per_cell.length + 1)).not.toContain('/');
        if (cell.index > 20) break;
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw new Error(`input ${n}:\n${text}`, { cause: error });
      expect(error.exit, error.message).toBe(2);
      refused++;
    }
    const took_ms = performance.now() - started;
    if (took_ms > 2000) console.log(`input ${n} took ${Math.round(took_ms)} ms:\n${text}`);
    slowest_ms = Math.max(slowest_ms, took_ms);
  }
  if (FULL) console.log(`study files: ${count} inputs, ${refused} refused, slowest ${Math.round(slowest_ms)} ms`);
  expect(readdirSync(folder)).toEqual(['in']);
  expect(readdirSync(join(folder, 'in')).sort()).toEqual(['study.json', 'study.yaml', 'trades.csv']);
  expect(readFileSync(join(folder, 'in', 'trades.csv'), 'utf8')).toBe(trades);
  expect(refused).toBeGreaterThan(count / 10);
  expect(slowest_ms).toBeLessThan(HANG_MS);
  removeFolder(folder);
});
