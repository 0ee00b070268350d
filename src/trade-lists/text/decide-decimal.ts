import { takeApart, isMissing, valueUnder } from './number-text.ts';
import type { DecimalSign } from './options.ts';
import { type Place, placeText, shown, undecided } from './problems.ts';

/** Calls `visit` with each number cell; `place` gives its place, if needed. */
export type NumberCells = (visit: (text: string, place: () => Place) => void) => void;

/** How the decimal sign was found. */
export interface DecimalDecision {
  readonly sign: DecimalSign;
  readonly why: 'given' | 'as the program writes it' | 'only this one fits' | 'no number has one';
}

/**
 * The decimal sign of all number cells together. `1.234` may be a thousand and more or one and a bit: every cell is read both ways, and
 * where both fit all cells and give different values nothing is guessed. `known` is what the program that made the file writes; it decides
 * between two readings that fit, and gives way where it does not fit (a file saved again by a spreadsheet).
 */
export function decideDecimal(
  cells: NumberCells,
  given: DecimalSign | undefined,
  known: DecimalSign | undefined,
): DecimalDecision {
  if (given !== undefined) return { sign: given, why: 'given' };
  let point_misfits = 0;
  let comma_misfits = 0;
  const both: { text: string; place: Place }[] = [];
  cells((text, place) => {
    if (WITHOUT_SIGN.test(text) || isMissing(text)) return;
    const core = takeApart(text)?.core;
    if (core === undefined || !/[.,]/.test(core)) return;
    const as_point = valueUnder(core, '.');
    const as_comma = valueUnder(core, ',');
    if (Number.isNaN(as_point)) point_misfits++;
    if (Number.isNaN(as_comma)) comma_misfits++;
    const differ = as_point !== as_comma && !Number.isNaN(as_point) && !Number.isNaN(as_comma);
    if (differ && both.length === 0) both.push({ text, place: place() });
  });
  if (point_misfits === 0 && comma_misfits === 0) {
    if (both[0] === undefined) return { sign: known ?? '.', why: 'no number has one' };
    if (known !== undefined) return { sign: known, why: 'as the program writes it' };
    throw ambiguous(both[0]);
  }
  return { sign: comma_misfits < point_misfits ? ',' : '.', why: 'only this one fits' };
}

const WITHOUT_SIGN = /^-?\d+$/;

function ambiguous({ text, place: where }: { text: string; place: Place }): Error {
  const core = takeApart(text)!.core;
  return undecided(
    `${placeText(where)}: ${shown(text)} fits two readings, and so does every other number of the list:`,
    [
      { option: '--decimal .', meaning: String(valueUnder(core, '.')) },
      { option: '--decimal ,', meaning: String(valueUnder(core, ',')) },
    ],
    `${where.file}:${where.line}`,
    text,
  );
}
