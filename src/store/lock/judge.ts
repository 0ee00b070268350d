import { lookAtKernelLock } from './kernel-lock.ts';
import type { Holder, LockRecord } from './holder.ts';
import type { ProcessFacts } from './process-facts.ts';

/**
 * What can be known of a lock's holder. `dead`: certainly gone. `alive`: certainly running; `known` where it is certain, too, that
 * `pid` is its number. `unknown`: nothing is certain, and `why` says why.
 */
export type Judgement =
  | { readonly state: 'dead' }
  | { readonly state: 'alive'; readonly known: boolean }
  | { readonly state: 'unknown'; readonly why: string };

const DEAD: Judgement = { state: 'dead' };

/** Never by age: a clock may jump, and a busy or stopped process is silent. `file`: the lock file; `beside`: `<lock>.<nonce>`. */
export async function judgeHolder(
  { holder, blank }: LockRecord,
  file: string,
  beside: string,
  me: ProcessFacts,
): Promise<Judgement> {
  if (blank) return DEAD;
  if (holder === undefined) return { state: 'unknown', why: 'the lock file does not say who holds it' };
  const judged = judgeByNumber(holder, me);
  if (judged.state === 'alive' || holder.by === 'file') return judged;
  const kernel = await lookAtKernelLock(holder.by, file, beside, me.platform);
  if (kernel === 'held') return { state: 'alive', known: false };
  return kernel === 'free' && sameKernel(holder, me) ? DEAD : judged;
}

/** A kernel's locks say nothing of processes elsewhere; those of Windows are kept where the file is, for whoever opens it. */
function sameKernel(holder: Holder, me: ProcessFacts): boolean {
  if (holder.platform !== me.platform && holder.platform !== '') return false;
  if (holder.boot !== '' && me.boot !== '') return holder.boot === me.boot;
  return me.platform === 'win32' || holder.host === me.host;
}

/** Without asking the kernel's locks. */
export function judgeByNumber(holder: Holder, me: ProcessFacts): Judgement {
  const elsewhere = livesElsewhere(holder, me);
  if (elsewhere !== undefined) return elsewhere;
  if (!me.exists(holder.pid)) return DEAD;
  const started = me.startOf(holder.pid);
  if (holder.started === '' || started === '') {
    const why = `a process ${holder.pid} is running, but this system does not tell since when: it may be a different one`;
    return { state: 'unknown', why };
  }
  return started === holder.started ? { state: 'alive', known: true } : DEAD;
}

/** Undefined: its number is one of the numbers here. */
function livesElsewhere(holder: Holder, me: ProcessFacts): Judgement | undefined {
  if (holder.boot !== '' && holder.boot === me.boot) {
    // One kernel, whatever its hosts and containers are called.
    const other = holder.pid_space !== '' && me.pid_space !== '' && holder.pid_space !== me.pid_space;
    return other ? { state: 'unknown', why: 'it runs in another container of this machine' } : undefined;
  }
  const otherMachine = holder.machine !== '' && me.machine !== '' && holder.machine !== me.machine;
  if (holder.host !== me.host || otherMachine) {
    return { state: 'unknown', why: 'it runs on another machine, which cannot be asked from here' };
  }
  if (holder.platform !== '' && holder.platform !== me.platform) {
    return { state: 'unknown', why: 'it runs in another system of this machine' };
  }
  return holder.boot !== '' && me.boot !== '' ? DEAD : undefined; // this machine was started again since
}
