import { hasCode } from './disk-error.ts';

/** Whether a process of this machine has this number now. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH'); // EPERM: another user's
  }
}
