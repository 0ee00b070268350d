import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC as readByFlechette } from '@uwdata/flechette';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportRun, EngineError } from '../../dist/index.js';
import { SmallStudy } from './small-study.ts';

/** Values that a careless writer loses: NaN, infinities, the largest, the smallest, digits to the end, values near 0. */
const MODEL = `const odd = [NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 0.1 + 0.2, -1e-7, 1e21, 0, 123456789012345680];
export default {
  name: 'odd', version: '1',
  parameters: { label: { type: 'string', default: 'a' }, on: { type: 'boolean', default: true }, size: { type: 'number', default: 1 },
    only: { type: 'number', default: 3, active_when: [{ on: true }] } },
  metrics: { odd: { missing: true, infinite: true }, even: {} },
  prepare: ({ parameters }) => parameters,
  simulate: (_parameters, rng, row) => { const u = rng(); row.odd = odd[Math.floor(u * odd.length)]; row.even = u; },
};`;
const LABEL = 'a "b", ü';

type Row = Record<string, unknown>;

let study: SmallStudy;
/** What every export must hold, read from the metrics files themselves. */
let expected: Row[];

beforeAll(async () => {
  study = new SmallStudy();
  writeFileSync(join(study.folder, 'odd.mjs'), MODEL);
  writeFileSync(
    study.file,
    `model: ./odd.mjs
parameters: { label: '${LABEL}' }
grid: { on: [true, false], size: [0.1, 2] }
permutations: 2500
batch_rows: 1000
output: out
`,
  );
  expect((await study.run()).exit).toBe(0);
  expected = [0, 1, 2, 3].flatMap((index) => {
    const folder = study.cellFolder(index);
    const { params } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as { params: Row };
    const lines = readFileSync(join(folder, 'metrics_compact.csv'), 'utf8').trimEnd().split('\n').slice(1);
    return lines.map((line): Row => {
      const [perm_index, odd, even] = line.split(',').map(Number);
      const { label, on, size, only = null } = params;
      return { cell_id: folder.split('cell_').at(-1), label, on, size, only, perm_index, odd, even };
    });
  });
  expect(expected).toHaveLength(10_000);
  expect(expected.some(({ odd }) => Number.isNaN(odd))).toBe(true);
  expect(expected.some(({ only }) => only === null)).toBe(true);
});
afterAll(() => {
  study.remove();
});

function plain(row: Row): Row {
  return { ...row, perm_index: Number(row['perm_index']) };
}

it('parquet is read back by hyparquet: every value, NaN and infinities included', async () => {
  const { files, rows, cells } = await exportRun(study.output, { to: 'parquet' });
  expect({ rows, cells }).toEqual({ rows: 10_000, cells: 4 });
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(files[0]!) });
  expect(read.map(plain)).toEqual(expected);
});

it('csv is read back by the csv module of Python, digit for digit', async ({ skip }) => {
  if (spawnSync('python3', ['--version']).status !== 0) skip('python3 is not installed');
  const { files } = await exportRun(study.output, { to: 'csv', path: join(study.folder, 'rows.csv') });
  const program = `import csv, json, struct, sys
rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))
for row in rows:
    for name in ('odd', 'even'): row[name] = struct.pack('>d', float(row[name])).hex()
print(json.dumps(rows))`;
  const { stdout } = spawnSync('python3', ['-c', program, files[0]!], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const bits = (value: unknown): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(Number(value));
    return bytes.toString('hex');
  };
  const read = JSON.parse(stdout) as Row[];
  expect(read).toEqual(
    expected.map((row) => ({
      cell_id: row['cell_id'],
      label: LABEL,
      on: String(row['on']),
      size: String(row['size']),
      only: row['only'] === null ? '' : (row['only'] as number).toString(),
      perm_index: String(row['perm_index']),
      odd: bits(row['odd']),
      even: bits(row['even']),
    })),
  );
});

describe('arrow', () => {
  const exported = async (): Promise<Buffer> => {
    const { files } = await exportRun(study.output, { to: 'arrow' });
    return readFileSync(files[0]!);
  };

  it('is a file that apache-arrow reads', async () => {
    const table = tableFromIPC(await exported());
    expect(table.toArray().map((row) => plain((row as { toJSON(): Row }).toJSON()))).toEqual(expected);
  });

  it('is framed as the format says: magic, aligned messages, end marker, footer, magic', async () => {
    const bytes = await exported();
    expect(bytes.toString('latin1', 0, 8)).toBe('ARROW1\0\0');
    expect(bytes.toString('latin1', bytes.length - 6)).toBe('ARROW1');
    const footer = bytes.length - 10 - bytes.readInt32LE(bytes.length - 10);
    let at = 8;
    let messages = 0;
    while (bytes.readInt32LE(at + 4) !== 0) {
      expect(bytes.readInt32LE(at)).toBe(-1);
      const metadata = at + 8;
      const length = bytes.readInt32LE(at + 4);
      const table = metadata + bytes.readInt32LE(metadata);
      const vtable = table - bytes.readInt32LE(table);
      const entry = bytes.readUInt16LE(vtable) > 10 ? bytes.readUInt16LE(vtable + 10) : 0;
      const body = entry === 0 ? 0 : Number(bytes.readBigInt64LE(table + entry));
      at = metadata + length + body;
      expect(at % 8).toBe(0);
      messages += 1;
    }
    // The schema, and a batch for every cell.
    expect(messages).toBe(5);
    expect(at + 8).toBe(footer);
  });

  it('is read by flechette, which shares no code with the writer', async () => {
    const read = readByFlechette(await exported()).toArray() as Row[];
    expect(read.map((row) => plain({ ...row }))).toEqual(expected);
  });
});

it.each(['csv', 'arrow', 'parquet'] as const)('one %s file per cell holds what the table holds of it', async (to) => {
  const into = join(study.folder, `cells-${to}`);
  const { files, rows } = await exportRun(study.output, { to, per_cell: true, path: into });
  expect(rows).toBe(10_000);
  expect(files).toHaveLength(4);
  expect(readdirSync(into)).toHaveLength(4);
  if (to !== 'csv') return;
  const [table] = (await exportRun(study.output, { to })).files;
  const parts = files.map((file) => readFileSync(file, 'utf8'));
  const header = parts[0]!.slice(0, parts[0]!.indexOf('\n') + 1);
  expect(readFileSync(table!, 'utf8')).toBe(header + parts.map((part) => part.slice(header.length)).join(''));
});

it('the parameters are known without the study, from what the run wrote beside its rows', async () => {
  const copy = study.copy();
  const [before] = (await exportRun(study.output, { to: 'csv' })).files;
  writeFileSync(copy.file, 'model: gone\n');
  const [after] = (await exportRun(copy.output, { to: 'csv' })).files;
  expect(readFileSync(after!, 'utf8')).toBe(readFileSync(before!, 'utf8'));
  copy.remove();
});

it('never writes over a file of the run itself', async () => {
  const path = join(study.cellFolder(0), 'metrics_compact.csv');
  const before = readFileSync(path);
  await expect(exportRun(study.output, { to: 'csv', path })).rejects.toThrow(EngineError);
  await expect(exportRun(study.output, { to: 'csv', per_cell: true, path: study.output })).rejects.toThrow(
    /own folder/,
  );
  expect(readFileSync(path)).toEqual(before);
});
