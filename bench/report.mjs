/**
 * What every file of this folder prints: the answer to its one question, as lines of {what, value, unit[, reach]}, as text or
 * (--json) as one object. `reach`: what the project set out to reach at least.
 */
import process from 'node:process';

export const short = process.argv.includes('--short') || process.argv.includes('--quick');

export function report(question, rows) {
  const known = rows.filter(({ value }) => Number.isFinite(value));
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ question, rows: known })}\n`);
  else {
    process.stdout.write(`${question}\n`);
    for (const { what, value, unit } of known) process.stdout.write(`  ${what}: ${figure(value)} ${unit}\n`);
  }
}

/** Three digits, thousands separated. */
export function figure(value) {
  if (Math.abs(value) >= 1000) return Number(value.toPrecision(4)).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
