import { describe, expect, it } from 'vitest';

import { screenOf } from '../../src/terminal/screen.ts';

const TTY = { isTTY: true, columns: 132 };

describe('a screen', () => {
  it('has the width of the terminal; a file or a pipe that of the usual one, unless COLUMNS says more', () => {
    expect(screenOf(TTY, {}).width).toBe(132);
    expect(screenOf({ isTTY: true, columns: 0 }, {}).width).toBe(80);
    expect(screenOf({}, {}).width).toBe(80);
    expect(screenOf({}, { COLUMNS: '200' }).width).toBe(200);
    expect(screenOf({}, { COLUMNS: 'wide' }).width).toBe(80);
    expect(screenOf(TTY, { COLUMNS: '60' }).width).toBe(132);
  });

  it('has colours on a terminal, unless NO_COLOR or TERM=dumb says no', () => {
    expect(screenOf(TTY, { TERM: 'xterm' }).color).toBe(true);
    expect(screenOf(TTY, { NO_COLOR: '1' }).color).toBe(false);
    expect(screenOf(TTY, { NO_COLOR: '' }).color).toBe(true);
    expect(screenOf(TTY, { TERM: 'dumb' }).color).toBe(false);
    expect(screenOf({}, {}).color).toBe(false);
    expect(screenOf({}, { FORCE_COLOR: '1' }).color).toBe(true);
    expect(screenOf(TTY, { FORCE_COLOR: '1', NO_COLOR: '1' }).color).toBe(false);
  });

  it('rewrites lines on a terminal that takes cursor codes', () => {
    expect(screenOf(TTY, { TERM: 'xterm' }).live).toBe(true);
    expect(screenOf(TTY, { NO_COLOR: '1' }).live).toBe(true);
    expect(screenOf(TTY, { TERM: 'dumb' }).live).toBe(false);
    expect(screenOf({}, { FORCE_COLOR: '1' }).live).toBe(false);
  });
});
