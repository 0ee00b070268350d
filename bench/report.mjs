/**
 * What every file of this folder prints: the answer to its one question, as lines of {what, value, unit}, as text or (--json) as one
 * object. A line that the project set out to reach has `reach` (at least) or `at_most`, and as `headline` its words for the first table.
 */
import process from 'node:process';

const given = (...names) => names.some((name) => process.argv.includes(name));

/** Everything is only tried: does it still work? The figures say nothing, and peers in other languages are left out. */
export const once = given('--once');
/** A look, in less time. */
export const short = !once && given('--short', '--quick');

/**
 * How much of something is done: in earnest, for a look (`--short`), and where it is only tried (`--once`).
 *
 * @template T
 * @param {T} whole
 * @param {T} look
 * @param {T} tried
 */
export function amount(whole, look, tried) {
  if (once) return tried;
  return short ? look : whole;
}

export function report(question, rows) {
  const known = rows.filter(({ value }) => Number.isFinite(value));
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ question, rows: known })}\n`);
  else {
    process.stdout.write(`${question}\n`);
    for (const row of known) {
      const aim = aimOf(row) === '' ? '' : ` (to reach: ${aimOf(row)})`;
      process.stdout.write(`  ${row.what}: ${figure(row.value)} ${row.unit}${aim}\n`);
    }
  }
}

export function aimOf({ reach, at_most }) {
  if (reach !== undefined) return `at least ${reach}`;
  return at_most === undefined ? '' : `at most ${at_most}`;
}

/** Three digits, thousands separated. */
export function figure(value) {
  if (Math.abs(value) >= 1000) return Number(value.toPrecision(4)).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
