import { describe, expect, it } from 'vitest';

import { fold, widthOf } from '../../src/terminal/fold.ts';

const WORDS = 'pairs of cells share streams and each of them draws what another one draws as well';

describe('text is folded', () => {
  it('between words, its rest below the text behind a label, else indented', () => {
    expect(fold(`  seeds     53 ${WORDS}`, 40)).toBe(
      [
        '  seeds     53 pairs of cells share',
        '            streams and each of them',
        '            draws what another one draws',
        '            as well',
      ].join('\n'),
    );
    expect(fold(`  note ${WORDS}`, 60).split('\n')[1]).toMatch(/^ {4}\S/);
    for (const width of [20, 40, 60, 80])
      for (const line of fold(`${WORDS}\n${WORDS}`, width).split('\n'))
        expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('without losing a word, and not where it fits', () => {
    expect(fold(WORDS, 30).split(/\s+/)).toEqual(WORDS.split(' '));
    expect(fold('a  b\n  c', 20)).toBe('a  b\n  c');
  });

  it('but what is copied stays whole, however long', () => {
    const command = `permafrost run study.yaml --output ${'deep/'.repeat(30)} --shard 1/4`;
    for (const line of [command, `resume    ${command}`, `  see it alone: ${command}`])
      expect(fold(line, 60)).toBe(line);
    const path = `/data/${'deep/'.repeat(30)}run`;
    expect(fold(`the rows are in ${path} all of them`, 60).split('\n')).toContain(`  ${path}`);
  });

  it('and what explains a command stands beside it', () => {
    const help =
      '  permafrost verify runs/study          every row of every cell, checksums, summaries, and their sums';
    const [first, ...rest] = fold(help, 80).split('\n');
    expect(first).toMatch(/^ {2}permafrost verify runs\/study {10}every row/);
    expect(rest).toEqual([`${' '.repeat(40)}summaries, and their sums`]);
  });

  it('a number and its error stay together, and colours take no room', () => {
    for (let width = 20; width < 40; width += 1)
      expect(fold(`mean wait of the customers 15.23 ± 0.35 and more`, width)).toContain('15.23 ± 0.35');
    const bold = `\u001b[1m${'x'.repeat(30)}\u001b[22m`;
    expect(fold(bold, 30)).toBe(bold);
  });
});
