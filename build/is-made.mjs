import { readFileSync } from 'node:fs';

/** Whether a file of the build begins with the line that says what it is made from: then it need not be made again. */
export function isMade(target, made_from) {
  try {
    return readFileSync(target, 'utf8').startsWith(`${made_from}\n`);
  } catch {
    return false; // not made yet
  }
}
