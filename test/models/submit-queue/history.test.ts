import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { EngineError } from '../../../src/errors.ts';
import { csvRows } from '../../../src/models/submit-queue/csv-rows.ts';
import { changesOfHistory, type History } from '../../../src/models/submit-queue/history.ts';
import { historyNotes } from '../../../src/models/submit-queue/history-notes.ts';
import { inspectHistory, looksLikeHistory } from '../../../src/models/submit-queue/inspect.ts';
import type { Model, Parameters } from '../../../src/model/model.ts';
import submitQueue, { type SubmitQueueInputs } from '../../../src/models/submit-queue/model.ts';
import { readHistory } from '../../../src/models/submit-queue/read-history.ts';
import { shared_folder, sharedFile, WITHOUT_SHARED } from './shared-data.ts';

/** As the engine has it: any parameters, any row. */
const model: Model<SubmitQueueInputs> = submitQueue;

const HEADER = 'change_number,target,creation_time_millis,success,flake,timestamp,hour,is_bad';
const HOUR = 3_600_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (...lines: string[]): History => readHistory('h.csv', bytes(lines.join('\n')));
const effects = (history: History): [number[], number[]][] =>
  changesOfHistory(history, 0.5, Infinity).effects.map(({ tests, rates }) => [[...tests], [...rates]]);

function refusal(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a build history', () => {
  test('gives each change the worst of its rows per target: failed 0, flaky 0.5, else nothing', () => {
    const history = read(
      HEADER,
      '1,a,0,true,false,,,false',
      '1,b,0,true,true,,,false',
      '2,a,0,true,true,,,true',
      '2,a,0,false,true,,,true',
      '2,b,0,true,true,,,true',
      '2,b,0,true,false,,,true',
    );
    expect(history.targets).toEqual(['a', 'b']);
    expect(effects(history)).toEqual([
      [[1], [0.5]],
      [
        [0, 1],
        [0, 0.5],
      ],
    ]);
    expect([...history.is_bad]).toEqual([0, 1]);
    expect(history).toMatchObject({ rows: 6, repeated_rows: 2, failed_rows: 1, flaky_rows: 3 });
  });

  test('starts at its first hour, holds empty hours, and keeps file order within an hour', () => {
    const history = read(`9,a,${5 * HOUR + 1},1,0,,,0`, `7,a,${2 * HOUR},1,0,,,0`, `8,a,${5 * HOUR},1,0,,,0`);
    expect([...history.change_number]).toEqual([7, 9, 8]);
    expect([...history.hour]).toEqual([0, 3, 3]);
    expect(history.hours).toBe(4);
  });

  test('with a header goes by column names, in any order, and ignores other columns', () => {
    const columns = 'change_number,is_bad,extra,hour,timestamp,flake,success,creation_time_millis,target';
    const history = read(`\uFEFF${columns}`, '3,t,x,y,z,F, TRUE ,7200000,"a,""b"""\r', '');
    expect(history.targets).toEqual(['a,"b"']);
    expect([...history.is_bad]).toEqual([1]);
    expect(history.malformed_rows).toBe(0);
  });

  test('the first row of a change decides its time and label; conflicts are counted once per change', () => {
    const history = read('1,a,0,1,0,,,0', '1,b,1,1,0,,,1', '1,c,2,1,0,,,1');
    expect(history).toMatchObject({ conflicting_times: 1, conflicting_labels: 1 });
    expect([...history.creation_time_ms]).toEqual([0]);
    expect([...history.is_bad]).toEqual([0]);
  });

  test.each([
    ['x,a,0,1,0,,,0', 'change_number', '"x"'],
    [' 1,a,0,1,0,,,0', 'change_number', '" 1"'],
    ['1.5,a,0,1,0,,,0', 'change_number', '"1.5"'],
    ['1,a,-1,1,0,,,0', 'creation_time_millis', '"-1"'],
    ['1,a,NaN,1,0,,,0', 'creation_time_millis', '"NaN"'],
    [`1,a,${'9'.repeat(400)},1,0,,,0`, 'creation_time_millis', '"9999'],
    ['1,a,0,yes,0,,,0', 'success', '"yes"'],
    ['1,a,0,1,,,,0', 'flake', '""'],
    ['1,a,0,1,0,,,bad', 'is_bad', '"bad"'],
    ['1,a"b,0,1,0,,,0', 'target', 'quote'],
    ['1,"a"b,0,1,0,,,0', 'target', 'closing quote'],
    ['1,"a,0,1,0,,,0', 'target', 'never closed'],
    ['1,a,0,1,0,,0', '', '7 cells instead of 8'],
  ])('the row %j is malformed, and the message names line, column and value', (row, column, value) => {
    const history = read(HEADER, '', row, '2,b,0,1,0,,,0');
    expect(history).toMatchObject({ rows: 1, malformed_rows: 1, targets: ['b'] });
    expect(history.malformed[0]).toContain('h.csv, line 3');
    expect(history.malformed[0]).toContain(column);
    expect(history.malformed[0]).toContain(value);
  });

  test('malformed rows stop a study unless on_malformed is skip; ten are told, all are counted', () => {
    const history = read(...Array.from({ length: 12 }, (_, i) => `${i},a,0,yes,0,,,0`), '99,a,0,1,0,,,0');
    const refused = model.checkInputs!({ mode: 'csv', on_malformed: 'error' }, { history }, []);
    expect(refused).toHaveLength(11);
    expect(refused[0]).toContain('line 1, column success');
    expect(refused.at(-1)).toContain('12 malformed rows');
    expect(model.checkInputs!({ mode: 'csv', on_malformed: 'skip' }, { history }, [])).toEqual([]);
    expect(model.checkInputs!({ mode: 'random' }, { history }, [])).toEqual([]);
    expect(model.checkInputs!({ mode: 'csv' }, {}, [])[0]).toContain('inputs');
    const study = { streams: 'independent', metrics: [] } as const;
    expect(model.notes!({ history }, [{ mode: 'csv', on_malformed: 'skip' }], study)[0]).toEqual({
      code: 'MALFORMED_ROWS',
      message: expect.stringContaining('12 malformed rows dropped') as string,
    });
    expect(model.notes!({ history }, [{ mode: 'random' }], study)).toEqual([]);
  });

  test('a header without one of the columns, or with one twice, is refused by name', () => {
    expect(refusal(() => read('change_number,target', '1,a')).message).toContain('no column creation_time_millis');
    expect(refusal(() => read(`${HEADER},target`, '1,a,0,1,0,,,0,b')).message).toContain('target twice');
  });

  test('a file without a usable row has no records', () => {
    for (const lines of [[''], [HEADER], [HEADER, '', ''], ['1,a,0,yes,0,,,0']]) {
      const error = refusal(() => read(...lines));
      expect(error.message).toContain('no records');
      expect([error.code, error.exit]).toEqual(['DATA', 2]);
    }
    expect(refusal(() => read('1,a,0,yes,0,,,0')).message).toContain('column success');
  });

  test('a file that is no UTF-8 text is refused', () => {
    expect(refusal(() => readHistory('h.csv', Uint8Array.of(0x31, 0xff, 0xfe))).message).toContain('UTF-8');
  });

  test('a time in 1970 among times of today is kept, and the hours that no run reaches are told', () => {
    const history = read(`1,a,0,1,0,,,0`, `2,a,${20_000 * HOUR},1,0,,,0`);
    expect(history.hours).toBe(20_001);
    const notes = (cell: Parameters): string =>
      JSON.stringify(historyNotes(history, [{ mode: 'csv' }, { mode: 'csv', ...cell }]));
    expect(notes({})).toContain('1 change after the first 5292 hours');
    expect(notes({ measure_ticks: 100 })).toContain('1 change after the first 352 hours');
    expect(historyNotes(history, [{ mode: 'csv', measure_ticks: 20_000 }])).toEqual([]);
  });
});

describe('CSV rows', () => {
  test('are what RFC 4180 says, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é'), maxLength: 6 });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), (table, newline) => {
        const quoted = table.map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','));
        const read_back = [...csvRows(quoted.map((line) => line + newline).join(''))];
        expect(read_back.map(({ cells }) => [...cells])).toEqual(table);
        expect(read_back.every(({ problem }) => problem === undefined)).toBe(true);
      }),
    );
  });

  test('with broken quotes cost their own line only, and later lines keep their numbers', () => {
    const rows = [...csvRows('a,b\n"x,y\nc,"d\ne"\n\n  \nf,g')];
    expect(rows.map(({ line, problem }) => [line, problem !== undefined])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [7, false],
    ]);
  });
});

describe('inspection', () => {
  const csv = bytes(
    [HEADER, `1,a,0,false,false,,,false`, `2,a,${HOUR},true,true,,,true`, `3,b,${3 * HOUR},true,false,,,false`].join(
      '\n',
    ),
  );

  test('counts rows, span, targets and where label and effect disagree', () => {
    const { facts, problems, notes, text } = inspectHistory({ path: 'h.csv', bytes: csv });
    expect(facts).toMatchObject({
      rows: 3,
      changes: 3,
      targets: 2,
      first: '1970-01-01T00:00:00.000Z',
      hours: 4,
      hours_with_changes: 3,
      culprits: 1,
      soft: 1,
      innocent: 1,
      labelled_bad: 1,
      labelled_without_failure: 1,
      failing_without_label: 1,
      worst_targets: [{ target: 'a', failed: 1, flaky: 1 }],
    });
    expect(problems).toEqual([]);
    expect(notes).toContainEqual({
      code: 'LABEL_DISAGREES',
      message: expect.stringContaining('label and effect disagree') as string,
    });
    expect(text).toContain('a: fails for 1 changes');
  });

  test('knows a history by its header, or by a row of it', () => {
    expect(looksLikeHistory(HEADER)).toBe(true);
    expect(looksLikeHistory('1,//a:b,0,true,false,0,0,FALSE')).toBe(true);
    expect(looksLikeHistory('entry_time,exit_time,pnl')).toBe(false);
    expect(looksLikeHistory('1,2,3,4,5,6,7,8')).toBe(false);
  });

  test.skipIf(shared_folder === undefined)(
    `of the published history finds what is known of it (${WITHOUT_SHARED})`,
    () => {
      const { facts } = inspectHistory({
        path: 'build_history.csv',
        bytes: sharedFile('data', 'submit-queue', 'build_history.csv'),
      });
      expect(facts).toMatchObject({
        rows: 26453,
        changes: 500,
        targets: 80,
        hours: 336,
        malformed_rows: 0,
        labelled_bad: 15,
      });
      expect(facts.labelled_without_failure).toBe(0);
    },
  );
});
