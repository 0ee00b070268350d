import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { quarantineRecords } from '../../src/store/quarantine.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { openCell } from '../../src/store/open-cell.ts';
import type { CellScan } from '../../src/store/scan/cell-file.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { finish, rowsOf, range, schemaOf } from './fixture.ts';

const FOLDER = '/run/per_cell/cell_c1';
const PATH = `${FOLDER}/metrics_compact.csv`;
const SUMS = `${FOLDER}/metrics_compact.sums`;
const N = 30;
const place = { folder: FOLDER, schema: schemaOf('csv') };

async function wholeCell(): Promise<{ disk: SimulatedDisk; csv: string; sums: string }> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, place, N);
  return { disk, csv: disk.read(PATH)!.toString(), sums: disk.read(SUMS)!.toString() };
}

const whole = await wholeCell();
const lines = whole.csv.trimEnd().split('\n');
const header = lines[0]!;
const row = (index: number) => lines[index + 1]!;
const text = (...parts: readonly string[]) => `${parts.join('\n')}\n`;
const rows = (from: number, to: number) => range(from, to).map(row);

interface Damage {
  readonly csv: string | Buffer;
  /** Undefined: no sums file; default: as the undisturbed run left it. */
  readonly sums?: string | undefined;
  readonly scan: Partial<CellScan>;
  readonly kinds?: readonly string[];
}

/** Damaged, scanned, repaired, missing rows computed, completed: the bytes of the undisturbed run must come out. */
async function healed({ csv, sums, scan, kinds = [] }: Damage): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  disk.port.mkdir(FOLDER);
  disk.put(PATH, Buffer.from(csv));
  if (sums !== undefined) disk.put(SUMS, Buffer.from(sums));
  expect(scanCell(disk.port, place, N)).toMatchObject(scan);
  for (const block of readRows(disk.port, place, N)) {
    expect(block).toEqual(rowsOf([...block.perm_index]));
  }
  await finish(disk.port, place, N);
  expect(disk.read(PATH)!.toString()).toBe(whole.csv);
  expect(disk.read(SUMS)!.toString()).toBe(whole.sums);
  expect([...new Set(quarantineRecords(disk.port, FOLDER).map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  expect(scanCell(disk.port, place, N)).toMatchObject({ canonical: true, sealed: true, present: [{ from: 0, to: N }] });
  return disk;
}

async function heals(damage: Damage): Promise<void> {
  await healed(damage);
}

describe.each([
  ['with its sums', whole.sums],
  ['without sums', undefined],
])('a CSV metrics file %s heals to the bytes of an undisturbed run', (_, sums) => {
  test('untouched', () => heals({ csv: whole.csv, sums, scan: { canonical: true, n_findings: 0 } }));
  test('identical duplicate rows are dropped and counted', () =>
    heals({
      csv: text(header, ...rows(0, 20), ...rows(10, N)),
      sums,
      scan: { n_rows_raw: 40, n_duplicates: 10, n_conflicts: 0, n_rows_damaged: 0 },
    }));
  test('the whole file twice', () =>
    heals({ csv: whole.csv + lines.slice(1).join('\n') + '\n', sums, scan: { n_rows_raw: 60, n_duplicates: 30 } }));
  test('a gap in the middle', () =>
    heals({
      csv: text(header, ...rows(0, 10), ...rows(13, N)),
      sums,
      scan: {
        canonical: true,
        present: [
          { from: 0, to: 10 },
          { from: 13, to: N },
        ],
      },
    }));
  test('rows out of order', () =>
    heals({
      csv: text(header, ...rows(16, N), ...rows(0, 16)),
      sums,
      scan: { canonical: false, n_findings: 0, present: [{ from: 0, to: N }] },
    }));
  test('rows past the target', () =>
    heals({
      csv: text(header, ...rows(0, N), '30,1,2,3', '4000000000,1,2,3'),
      sums,
      scan: { n_rows_past_target: 2, n_rows_raw: N, n_rows_damaged: 0 },
    }));
  test('a torn last row', () =>
    heals({
      csv: text(header, ...rows(0, 20)) + row(20).slice(0, -2),
      sums,
      scan: { canonical: true, n_findings: 1, n_rows_damaged: 0, present: [{ from: 0, to: 20 }] },
    }));
  test('a missing final newline', () =>
    heals({
      csv: whole.csv.slice(0, -1),
      sums,
      scan: { canonical: true, n_rows_damaged: 0, present: [{ from: 0, to: N - 1 }] },
    }));
  test('NUL bytes at the end', () =>
    heals({
      csv: whole.csv + '\0'.repeat(200_000),
      sums,
      scan: { canonical: true, n_rows_damaged: 0, present: [{ from: 0, to: N }] },
    }));
  test('a torn row and NUL bytes at the end', () =>
    heals({
      csv: text(header, ...rows(0, 20)) + row(20).slice(0, 5) + '\0'.repeat(5000),
      sums,
      scan: { canonical: true, present: [{ from: 0, to: 20 }] },
    }));
  test('an empty file', () => heals({ csv: '', sums, scan: { canonical: true, present: [], n_findings: 0 } }));
  test('only NULs', () =>
    heals({ csv: '\0'.repeat(100), sums, scan: { canonical: true, present: [], n_rows_damaged: 0 } }));
  test('a torn header', () =>
    heals({ csv: header.slice(0, 9), sums, scan: { canonical: true, present: [], n_rows_damaged: 0 } }));
  test('a torn header and NULs', () =>
    heals({ csv: `${header.slice(0, 9)}\0\0\0`, sums, scan: { canonical: true, present: [] } }));
  test('too few fields in a row', () =>
    heals({
      csv: text(header, ...rows(0, 10), '10,1,2', ...rows(11, N)),
      sums,
      scan: { n_rows_damaged: 1, canonical: false },
      kinds: ['damaged'],
    }));
  test('two rows glued', () =>
    heals({
      csv: text(header, ...rows(0, 10), row(10) + row(11), ...rows(12, N)),
      sums,
      scan: { n_rows_damaged: 1 },
      kinds: ['damaged'],
    }));
  test('the header again in the middle', () =>
    heals({
      csv: text(header, ...rows(0, 10), header, ...rows(10, N)),
      sums,
      scan: { n_rows_damaged: 1, present: [{ from: 0, to: N }] },
      kinds: ['damaged'],
    }));
  test('NULs in the middle', () =>
    heals({
      csv: text(header, ...rows(0, 10)) + '\0'.repeat(40) + text('', ...rows(12, N)),
      sums,
      scan: { n_rows_damaged: 1 },
      kinds: ['damaged'],
    }));
  test('a line over 64 KiB', () =>
    heals({
      csv: text(header, ...rows(0, 10), '9'.repeat(70_000), ...rows(10, N)),
      sums,
      scan: { n_rows_damaged: 1 },
      kinds: ['damaged'],
    }));
  test('a line over 2 MiB', () =>
    heals({
      csv: text(header, ...rows(0, 10), '9'.repeat(2_100_000), ...rows(10, N)),
      sums,
      scan: { n_rows_damaged: 1 },
      kinds: ['damaged'],
    }));
  test.each(['3.0', '-3', '03', '1e1', '+3', ' 3', '', '4294967296', '99999999999', 'NaN'])(
    'a perm_index like "%s"',
    (index) =>
      heals({
        csv: text(header, ...rows(0, 3), `${index},22,0.8541019603144377,0.1`, ...rows(4, N)),
        sums,
        scan: { n_rows_damaged: 1 },
        kinds: ['damaged'],
      }),
  );
  test.each(['22.0', '+22', '2.2e1', '022', '0x16', ' 22', '', '-0', 'nan', 'Inf', '22,'])(
    'another spelling of a number: "%s"',
    (value) =>
      heals({
        csv: text(header, ...rows(0, 3), `3,${value},0.8541019603144377,0.1`, ...rows(4, N)),
        sums,
        scan: { n_rows_damaged: 1 },
        kinds: ['damaged'],
      }),
  );
  test('CRLF line ends: saved by another program', () =>
    heals({
      csv: whole.csv.replaceAll('\n', '\r\n'),
      sums,
      scan: { canonical: false, n_rows_damaged: 0, present: [{ from: 0, to: N }] },
      kinds: ['foreign'],
    }));
  test('a byte order mark', () =>
    heals({
      csv: `\uFEFF${whole.csv}`,
      sums,
      scan: { n_rows_damaged: 0, present: [{ from: 0, to: N }] },
      kinds: ['foreign'],
    }));
  test('columns in another order and one more', () => {
    const other = lines.map((line) => {
      const [index, heads, longest, edge] = line.split(',');
      return [longest, index, 'note', edge, heads].join(',');
    });
    return heals({
      csv: text(...other),
      sums,
      scan: { n_rows_damaged: 0, present: [{ from: 0, to: N }] },
      kinds: ['foreign'],
    });
  });
  test('a binary file', async () => {
    const bytes = Buffer.from(range(0, 5000).map((i) => (i * 37 + (i >> 3)) & 255));
    const disk = await healed({
      csv: bytes,
      sums,
      scan: { present: [], findings: [expect.objectContaining({ kind: 'unreadable' })] },
      kinds: ['unreadable'],
    });
    expect(disk.read(`${FOLDER}/quarantine/original_0001.csv`)).toEqual(bytes);
  });
  test('a damaged header', () =>
    heals({
      csv: whole.csv.replace('perm_index', 'perm\0index'),
      sums,
      scan: { n_rows_damaged: 0, present: [{ from: 0, to: N }] },
      kinds: ['damaged'],
    }));
  test('a missing header', () =>
    heals({ csv: text(...rows(0, N)), sums, scan: { n_rows_damaged: 0, present: [{ from: 0, to: N }] } }));
});

describe('sums', () => {
  test.each([
    ['garbage', 'no sums at all\n\0\0'],
    ['torn', whole.sums.slice(0, -5)],
    ['without lines for some blocks', whole.sums.split('\n').slice(2).join('\n')],
    ['in another order', `${whole.sums.trimEnd().split('\n').reverse().join('\n')}\n`],
  ])('that are %s cost no row', (_, sums) =>
    heals({ csv: whole.csv, sums, scan: { canonical: true, sealed: false, present: [{ from: 0, to: N }] } }),
  );

  test('a digit changed in a row distrusts its block, and only that', () =>
    heals({
      csv: whole.csv.replace(row(10), row(10).replace('10,6,', '10,7,')),
      sums: whole.sums,
      scan: {
        n_rows_damaged: 8,
        present: [
          { from: 0, to: 8 },
          { from: 16, to: N },
        ],
      },
      kinds: ['damaged'],
    }));

  test('that lie cost only work', async () => {
    const other = { ...place, schema: { ...place.schema } };
    const disk = new SimulatedDisk();
    disk.port.mkdir(FOLDER);
    const changed = whole.csv.replace(row(10), row(10).replace('10,6,', '10,7,'));
    disk.put(PATH, Buffer.from(changed));
    // A right sums file of wrong rows: made by completing the changed file.
    const file = await openCell(disk.port, other, scanCell(disk.port, other, N), () => undefined);
    await file.complete();
    file.close();
    await heals({ csv: whole.csv, sums: disk.read(SUMS)!.toString(), scan: { n_rows_damaged: 8 }, kinds: ['damaged'] });
  });

  test('of before the target was raised still protect their rows', () =>
    heals({
      csv: whole.csv.replace(row(25), row(25).replace(/^25,./, '25,7')),
      sums: whole.sums.split('\n').slice(0, 3).join('\n') + '\n' + shortSum(28),
      scan: {
        n_rows_damaged: 4,
        present: [
          { from: 0, to: 24 },
          { from: 28, to: N },
        ],
      },
      kinds: ['damaged'],
    }));
});

const shorter = await (async () => {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, place, 28);
  return disk.read(SUMS)!.toString();
})();

function shortSum(target: number): string {
  expect(target).toBe(28);
  return `${shorter.trimEnd().split('\n').at(-1)!}\n`;
}

describe('conflicts', () => {
  const conflicting = row(10).replace('10,6,', '10,7,');
  test('a row stored twice with different values is kept once, set aside, and stays on record', async () => {
    const disk = await healed({
      csv: text(header, ...rows(0, 20), conflicting, ...rows(20, N)),
      scan: { n_conflicts: 1, n_rows_raw: N + 1, n_duplicates: 1 },
      kinds: ['conflict'],
    });
    expect(scanCell(disk.port, place, N).n_conflicts).toBe(1);
    const [record] = quarantineRecords(disk.port, FOLDER);
    expect(record).toMatchObject({ kind: 'conflict', perm_index: 10 });
    expect(disk.read(`${FOLDER}/quarantine/${record!.file}`)!.toString()).toBe(`${conflicting}\n`);
    disk.remove(`${FOLDER}/quarantine/index_0001.jsonl`);
    expect(scanCell(disk.port, place, N).n_conflicts).toBe(0);
  });
  test('the row whose block fails its checksum goes, even if it is the first', () =>
    heals({
      csv: text(header, ...rows(0, 10), conflicting, ...rows(10, N)),
      sums: whole.sums,
      scan: { n_conflicts: 0, n_rows_damaged: 1, present: [{ from: 0, to: N }] },
      kinds: ['damaged'],
    }));
});

test('of two differing rows in a block that lost rows its sum trusts neither', () =>
  heals({
    csv: whole.csv.replace('\n0,0,0,0', '\n1,0,0,0'),
    sums: whole.sums,
    scan: { n_conflicts: 0, n_rows_damaged: 2, present: [{ from: 2, to: N }] },
    kinds: ['damaged'],
  }));

describe('what is refused', () => {
  const scanOf = (csv: string) => {
    const disk = new SimulatedDisk();
    disk.port.mkdir(FOLDER);
    disk.put(PATH, Buffer.from(csv));
    return () => scanCell(disk.port, place, N);
  };
  test('columns of another model', () => {
    expect(scanOf('perm_index,wins,losses\n0,1,2\n')).toThrow(expect.objectContaining({ code: 'IDENTITY', exit: 2 }));
    expect(scanOf('perm_index,wins,losses\n')).toThrow(/perm_index,wins,losses.*perm_index,heads/);
  });
  test('a folder in place of the file', () => {
    const disk = new SimulatedDisk();
    disk.port.mkdir(PATH);
    expect(() => scanCell(disk.port, place, N)).toThrow(EngineError);
    expect(() => scanCell(disk.port, place, N)).toThrow(expect.objectContaining({ code: 'DISK' }));
  });
  test('a read error is no missing file', async () => {
    const { disk } = await wholeCell();
    for (let at = 0; at < 12; at++) {
      disk.operations = 0;
      disk.fault = { at, code: 'EACCES', forGood: true };
      try {
        expect(scanCell(disk.port, place, N).present).toEqual([{ from: 0, to: N }]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'DISK' });
      }
    }
  });
});
