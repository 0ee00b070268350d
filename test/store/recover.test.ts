import { describe, expect, test } from 'vitest';
import { formatOf } from '../../src/store/formats/formats.ts';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import type { CellPlace } from '../../src/store/scan/cell-file.ts';
import { metricsPath } from '../../src/store/formats/formats.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { RECOVERY } from '../../src/store/scan/recover.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { finish, range, rowsOf, schemaOf } from './fixture.ts';

/** The recovery table is walked completely: every line of it, in both formats, with a file in which just that stands. */
type Standing = keyof typeof RECOVERY;

const FOLDER = '/run/per_cell/cell_c1';
const N = 16;

async function wholeFile(
  format: Format,
  change: Partial<CellPlace['schema']> = {},
  target = N,
): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run/per_cell');
  await finish(disk.port, { folder: FOLDER, schema: { ...schemaOf(format), ...change } }, target);
  disk.put(`${FOLDER}/summary.json`, Buffer.from('{}'));
  return disk;
}

function edit(disk: SimulatedDisk, format: Format, how: (bytes: Buffer) => Buffer): void {
  const path = metricsPath(FOLDER, format);
  disk.put(path, how(disk.read(path)!));
}

const encoded = (format: Format, indices: readonly number[], value?: number) => {
  const rows = rowsOf(indices);
  if (value !== undefined) rows.columns[0]!.fill(value);
  return Buffer.from(formatOf({ format: format }).encode(schemaOf(format), rows));
};
/** Behind the last row: the end marker of an Arrow file goes. */
const append = (disk: SimulatedDisk, format: Format, bytes: Buffer) => {
  edit(disk, format, (file) => Buffer.concat([file.subarray(0, format === 'arrow' ? -8 : undefined), bytes]));
};

type Example = (format: Format) => Promise<SimulatedDisk> | undefined;

const EXAMPLES: Readonly<Record<Standing, Example>> = {
  good: (format) => wholeFile(format),
  duplicate: async (format) => {
    const disk = await wholeFile(format);
    append(disk, format, encoded(format, [3, 4]));
    return disk;
  },
  conflict: async (format) => {
    const disk = await wholeFile(format);
    append(disk, format, encoded(format, [3], 77));
    return disk;
  },
  past_target: (format) => wholeFile(format, {}, N + 5),
  distrusted: async (format) => {
    const disk = await wholeFile(format);
    edit(disk, format, (file) => {
      const at = format === 'csv' ? file.indexOf('\n3,22') + 3 : file.length - 20;
      file[at]! ^= 1;
      return file;
    });
    return disk;
  },
  torn: async (format) => {
    const disk = await wholeFile(format);
    edit(disk, format, (file) => file.subarray(0, -10));
    return disk;
  },
  damaged: async (format) => {
    const disk = await wholeFile(format);
    edit(disk, format, (file) => {
      const at = format === 'csv' ? file.indexOf('\n3,') : file.indexOf('crc32', 700) + 60;
      file.fill(0x21, at + 1, at + 3);
      return file;
    });
    return disk;
  },
  out_of_order: async (format) => {
    const disk = await wholeFile(format);
    edit(disk, format, (file) => {
      const rows = encoded(format, range(0, N)).length + (format === 'arrow' ? 8 : 0);
      const header = file.subarray(0, file.length - rows);
      return Buffer.concat([header, encoded(format, range(8, N)), encoded(format, range(0, 8))]);
    });
    return disk;
  },
  foreign: (format) => {
    if (format === 'arrow') return undefined; // no program saves an Arrow file in another form under our checksums
    return wholeFile(format).then((disk) => {
      edit(disk, format, (file) => Buffer.from(file.toString().replaceAll('\n', '\r\n')));
      return disk;
    });
  },
  other_columns: (format) => wholeFile(format, { metrics: ['a', 'b', 'c'], experiment: 'cd'.repeat(32) }),
  other_experiment: (format) => {
    if (format === 'csv') return undefined; // a CSV file does not say; the manifest does, and its sums do not verify
    return wholeFile(format, { experiment: 'cd'.repeat(32) });
  },
  unreadable: async (format) => {
    const disk = await wholeFile(format);
    edit(disk, format, () => Buffer.from('\x7fELF and so on\nnothing of ours\n'.repeat(9)));
    return disk;
  },
  read_error: async (format) => {
    const disk = await wholeFile(format);
    disk.operations = 0;
    disk.fault = { at: 1, code: 'EIO', forGood: true };
    return disk;
  },
  not_a_file: async (format) => {
    const disk = await wholeFile(format);
    disk.remove(metricsPath(FOLDER, format));
    disk.port.mkdir(metricsPath(FOLDER, format));
    return disk;
  },
};

const COUNTS = ['n_conflicts', 'n_rows_past_target', 'n_rows_damaged'] as const;
const cases = (['csv', 'arrow'] as const).flatMap((format) =>
  (Object.keys(RECOVERY) as Standing[]).map((standing) => ({ format, standing, name: `${format}: ${standing}` })),
);

describe('the recovery table', () => {
  test.each(cases)('$name', async ({ format, standing }) => {
    const decision = RECOVERY[standing];
    const place = { folder: FOLDER, schema: schemaOf(format) };
    const path = metricsPath(FOLDER, format);
    const disk = await EXAMPLES[standing](format);
    if (disk === undefined) return;
    const before = disk.read(path);
    if (decision.row === 'refuse' || decision.row === 'stop') {
      const code = decision.row === 'refuse' ? 'IDENTITY' : 'DISK';
      expect(() => scanCell(disk.port, place, N)).toThrow(expect.objectContaining({ code }));
      expect(disk.read(path)).toEqual(before);
      expect(disk.read(`${FOLDER}/summary.json`)).toBeDefined();
      return;
    }
    const scan = scanCell(disk.port, place, N);
    for (const count of COUNTS) {
      if (standing !== 'unreadable') expect(scan[count] > 0, count).toBe(count === decision.counted);
    }
    expect(scan.n_duplicates > 0).toBe(standing === 'duplicate' || standing === 'conflict');
    expect(scan.canonical).toBe(!decision.rewrite);
    disk.log.length = 0;
    (await openCell(disk.port, place, scan, () => undefined)).close();
    expect(disk.log.includes(`rename ${path}`)).toBe(decision.rewrite);
    if (decision.rewrite) expect(disk.read(`${FOLDER}/summary.json`)).toBeUndefined();
    const quarantine =
      disk.port.stat(`${FOLDER}/quarantine`) === undefined ? [] : disk.port.readdir(`${FOLDER}/quarantine`);
    expect(quarantine.some((name) => name.startsWith('set_aside'))).toBe(decision.row === 'set aside');
    expect(quarantine.some((name) => name.startsWith('original'))).toBe(decision.original);
    if (decision.original) expect(disk.read(`${FOLDER}/quarantine/original_0001.${format}`)).toEqual(before);
    const left = scanCell(disk.port, place, N);
    expect(left).toMatchObject({ canonical: true, n_duplicates: 0, n_rows_damaged: 0, n_rows_past_target: 0 });
    await finish(disk.port, place, N);
    expect(disk.read(path)).toEqual((await wholeFile(format)).read(path));
  });
});
