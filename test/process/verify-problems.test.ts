import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { verify } from '../../dist/index.js';
import { SmallStudy } from './small-study.ts';

const ROWS = 1500;
const whole = { csv: new SmallStudy(), arrow: new SmallStudy() };

beforeAll(async () => {
  for (const format of ['csv', 'arrow'] as const) {
    whole[format].write({ permutations: ROWS, more: `format: ${format}\n` });
    expect((await whole[format].run()).exit).toBe(0);
  }
});
afterAll(() => {
  whole.csv.remove();
  whole.arrow.remove();
});

/** A copy of the whole run; `file`: its first cell's. */
function copyOf(format: 'csv' | 'arrow'): { readonly study: SmallStudy; readonly file: (name?: string) => string } {
  const study = whole[format].copyForTest();
  study.write({ permutations: ROWS, more: `format: ${format}\n` });
  return { study, file: (name = `metrics_compact.${format}`) => join(study.cellFolder(0), name) };
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
}

function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'latin1')]));
}

interface Case {
  readonly what: string;
  readonly format: 'csv' | 'arrow';
  readonly spoil: (file: (name?: string) => string, study: SmallStudy) => void;
  /** Code and text of the problems, in any order. */
  readonly found: readonly (readonly [string, RegExp])[];
}

/** As one that was made so. */
function signed(summary: object): string {
  return JSON.stringify({ ...summary, digest: createHash('sha256').update(JSON.stringify(summary)).digest('hex') });
}

const OTHER_ROWS = ['SUMMARY', /it was made from rows other than those in the file/] as const;
const summary =
  (change: (summary: Record<string, number>) => void): Case['spoil'] =>
  (file) => {
    edit(file('summary.json'), (text) => {
      const values = JSON.parse(text) as Record<string, number>;
      Reflect.deleteProperty(values, 'digest');
      change(values);
      return signed(values);
    });
  };

const CASES: readonly Case[] = [
  {
    what: 'a digit that changed',
    format: 'csv',
    spoil: (file) => {
      // In a whole number: every spelling of it is one that the engine writes.
      edit(file(), (text) =>
        text.replace(/(\n700,.*,\d*)(\d)(?=[,\n])/, (_, before, digit) => `${before}${9 - Number(digit)}`),
      );
    },
    found: [
      ['INCOMPLETE', /500 of 1500 rows; missing 0-999/],
      ['DAMAGED', /1,000 damaged rows: .*checksum/],
      ['ORDER', /./],
      ['SUMMARY', /covers 1500 rows, but the file holds 500/],
      OTHER_ROWS,
    ],
  },
  {
    what: 'a bit that changed',
    format: 'arrow',
    spoil: (file) => {
      const bytes = readFileSync(file());
      bytes[bytes.length - 1000]! ^= 4;
      writeFileSync(file(), bytes);
    },
    found: [
      ['INCOMPLETE', /1000 of 1500 rows; missing 1000-1499/],
      ['DAMAGED', /1 damaged row: .*fails its checksum/],
      ['ORDER', /./],
      ['SUMMARY', /covers 1500 rows, but the file holds 1000/],
      OTHER_ROWS,
    ],
  },
  {
    what: 'rows past the target',
    format: 'csv',
    spoil: (file) => {
      edit(
        file(),
        (text) => `${text}1500${text.slice(text.lastIndexOf(',1') < 0 ? 0 : text.lastIndexOf('\n1499,') + 5)}`,
      );
    },
    found: [['PAST_TARGET', /1 row at or past the target 1500/], ['ORDER', /./], OTHER_ROWS],
  },
  {
    what: 'two rows in the wrong order',
    format: 'csv',
    spoil: (file) => {
      edit(file(), (text) => text.replace(/\n(10,.*)\n(11,.*)\n/, '\n$2\n$1\n'));
    },
    found: [['ORDER', /not in the order and form/], OTHER_ROWS],
  },
  {
    what: 'sums that are gone',
    format: 'csv',
    spoil: (file) => {
      rmSync(file('metrics_compact.sums'));
    },
    found: [['UNPROTECTED', /1,500 rows have no checksum/]],
  },
  {
    what: 'a metrics file that is gone',
    format: 'arrow',
    spoil: (file) => {
      rmSync(file());
    },
    found: [['INCOMPLETE', /0 of 1500 rows/], ['SUMMARY', /the file holds 0/], OTHER_ROWS],
  },
  {
    what: 'a folder in the place of a metrics file',
    format: 'csv',
    spoil: (file) => {
      rmSync(file());
      mkdirSync(file());
    },
    found: [['DISK', /a folder is in the place of the metrics file/]],
  },
  {
    what: "another cell's file",
    format: 'arrow',
    spoil: (file, study) => {
      writeFileSync(file(), readFileSync(join(study.cellFolder(1), 'metrics_compact.arrow')));
    },
    found: [['IDENTITY', /holds another experiment/]],
  },
  {
    what: 'the columns of another model',
    format: 'csv',
    spoil: (file) => {
      edit(file(), (text) => text.replace(/^perm_index,.*\n/, 'perm_index,heads,tails\n'));
      rmSync(file('metrics_compact.sums'));
    },
    found: [['IDENTITY', /columns of another model/]],
  },
  {
    what: 'a summary that is gone',
    format: 'csv',
    spoil: (file) => {
      rmSync(file('summary.json'));
    },
    found: [['SUMMARY', /missing or unreadable/]],
  },
  {
    what: 'a summary that is no JSON',
    format: 'csv',
    spoil: (file) => {
      appendFileSync(file('summary.json'), '}');
    },
    found: [['SUMMARY', /missing or unreadable/]],
  },
  {
    what: 'a summary with fewer rows than its target',
    format: 'csv',
    spoil: summary((values) => {
      values['n_perms_done'] = 1499;
      values['n_rows_deduped'] = 1499;
    }),
    found: [
      ['SUMMARY', /n_perms_done 1499 is not n_perms_target 1500/],
      ['SUMMARY', /n_duplicates_dropped 0 is not/],
      ['SUMMARY', /covers 1499 rows/],
    ],
  },
  {
    what: 'a summary whose deduplicated rows are not its permutations',
    format: 'csv',
    spoil: summary((values) => {
      values['n_rows_deduped'] = 1501;
    }),
    found: [
      ['SUMMARY', /n_rows_deduped 1501 is not n_perms_done 1500/],
      ['SUMMARY', /n_rows_raw 1500 is less than n_rows_deduped 1501/],
      ['SUMMARY', /n_duplicates_dropped 0 is not/],
    ],
  },
  {
    what: 'a summary that counts duplicates which it did not read',
    format: 'csv',
    spoil: summary((values) => {
      values['n_duplicates_dropped'] = 3;
    }),
    found: [['SUMMARY', /n_duplicates_dropped 3 is not n_rows_raw - n_rows_deduped/]],
  },
  {
    what: 'a summary of other rows',
    format: 'csv',
    spoil: summary((values) => {
      Object.assign(values, { rows_crc32: '00000000' });
    }),
    found: [OTHER_ROWS],
  },
  {
    what: 'a mean that was changed',
    format: 'csv',
    spoil: (file) => {
      edit(file('summary.json'), (text) => text.replace(/("mean": *-?)\d/, '$17'));
    },
    found: [['SUMMARY', /changed after it was written: it does not match its digest; the next run rewrites it/]],
  },
  {
    what: 'a summary without a digest',
    format: 'arrow',
    spoil: (file) => {
      edit(file('summary.json'), (text) => text.replace(/,\s*"digest": *"[0-9a-f]{64}"/, ''));
    },
    found: [['SUMMARY', /has no digest/]],
  },
];

describe('verify names, and changes nothing', () => {
  it.each(CASES)('$what ($format)', async ({ format, spoil, found }) => {
    const { study, file } = copyOf(format);
    spoil(file, study);
    const before = snapshot(study.output);
    const { ok, cells_ok, problems } = await verify(study.output);
    expect({ ok, cells_ok }).toEqual({ ok: false, cells_ok: 1 });
    const said = problems.map(({ code, message }) => `${code}: ${message}`);
    expect(problems.map(({ code }) => code).sort(), said.join('\n')).toEqual(found.map(([code]) => code).sort());
    for (const [code, message] of found)
      expect(
        said.some((line) => line.startsWith(`${code}: `) && message.test(line)),
        `${code} ${message} in ${said.join('\n')}`,
      ).toBe(true);
    expect(snapshot(study.output)).toEqual(before);
  });
});

it('rows that are well formed and wrong are found by computing them again, each by its number', async () => {
  const { study, file } = copyOf('csv');
  // Without sums nothing else can tell.
  rmSync(file('metrics_compact.sums'));
  edit(file(), (text) => text.replace(/\n(3|1200),[^,]*,/g, '\n$1,0.125,'));
  const { problems, mismatches, recomputed } = await verify(study.output, { recompute: { percent: 100 } });
  expect({ mismatches, recomputed }).toEqual({ mismatches: 2, recomputed: 2 * ROWS });
  const found = problems.filter(({ code }) => code === 'MISMATCH').map(({ message }) => message);
  expect(found).toEqual([
    expect.stringMatching(/^permutation 3: stored 3,0\.125,.*recomputed 3,/),
    expect.stringMatching(/^permutation 1200: stored 1200,0\.125,.*recomputed 1200,/),
  ]);
});
