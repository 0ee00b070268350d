import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';

import { createDisplay, progressInterval } from '../../src/terminal/progress-display.ts';
import { screenOf } from '../../src/terminal/screen.ts';

const PROGRESS = {
  cells_total: 9,
  cells_complete: 3,
  permutations_total: 90_000,
  permutations_done: 30_000,
  permutations_per_second: 10_000,
  eta_seconds: 6,
};

/** What is written to a stream with so many columns while a cell is computed. */
function shown(env: NodeJS.ProcessEnv): string {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    cursorTo: () => true,
    moveCursor: () => true,
  });
  const display = createDisplay(stream as unknown as NodeJS.WriteStream, screenOf(stream, env), () => PROGRESS);
  display.cellStarted('c9f3a0bd4f0f85ad', 0, 10_000);
  display.line('note: a sentence');
  display.stop();
  return String(stream.read() ?? '');
}

it('bars are drawn where lines can be rewritten; a dumb terminal gets plain lines without a code', () => {
  expect(shown({ TERM: 'xterm' })).toContain('\u001b[?25l');
  expect(shown({ TERM: 'dumb' })).toBe('note: a sentence\n');
  const often = progressInterval(screenOf({ isTTY: true }, { TERM: 'xterm' }));
  expect(progressInterval(screenOf({ isTTY: true }, { TERM: 'dumb' }))).toBeGreaterThan(often);
});
