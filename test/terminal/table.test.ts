import { describe, expect, test } from 'vitest';
import { formatTable } from '../../src/terminal/table.ts';

const header = ['cell_id', 'n', 'mean'];
const rows = [
  ['c9f3a0bd4f0f85ad', '200,000', '1.3630 ± 0.0042'],
  ['x', '50', '-0.2 ± 0.1'],
];

describe('formatTable', () => {
  test('numbers stand to the right, text to the left, under a header and a rule', () => {
    expect(formatTable(header, rows)).toBe(
      [
        'cell_id                 n             mean',
        '----------------  -------  ---------------',
        'c9f3a0bd4f0f85ad  200,000  1.3630 ± 0.0042',
        'x                      50       -0.2 ± 0.1',
        '',
      ].join('\n'),
    );
  });

  test('no line is wider than the terminal: texts are cut first, with an ellipsis', () => {
    const long = rows.map(([id, n, mean], r) => [id!, 'stationary_bootstrap'.slice(r), n!, mean!]);
    const text = formatTable(['cell_id', 'mode', 'n', 'mean'], long, { width: 60 });
    expect(text).toContain('stationary_boot…');
    // An id is no use once it is cut.
    expect(text).toContain('c9f3a0bd4f0f85ad');
    expect(text).toContain('1.3630 ± 0.0042');
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(60);
  });

  test('then columns go from the right, and the table names them', () => {
    const text = formatTable(header, rows, { width: 30 });
    expect(text).not.toContain('1.3630');
    expect(text).toContain('(no room for mean)');
    expect(text.split('\n')[2]).toMatch(/^c9f3a0bd4f0f85ad +200,000 +…$/);
  });

  test('is plain text unless colours are asked for', () => {
    expect(formatTable(header, rows)).not.toContain('\u001b');
    const [title] = formatTable(header, rows, { color: true }).split('\n');
    expect(title).toMatch(/^.\[1mcell_id .*mean.\[22m$/);
  });

  test('control characters in a cell neither break lines nor colour the terminal', () => {
    expect(formatTable(['a'], [['x\ny\u001b[31mz']])).toBe('a\n---------\nx y [31mz\n');
  });

  test('an empty table is its header', () => {
    expect(formatTable(['a', 'b'], [])).toBe('a  b\n-  -\n');
  });

  test('alignment can be set', () => {
    expect(formatTable(['id', 'v'], [['1', 'xx']], { align: ['left', 'right'] })).toBe('id   v\n--  --\n1   xx\n');
  });
});
