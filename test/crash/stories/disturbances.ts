import { CODES } from '../campaign.ts';
import { POLICIES } from '../simulated-disk.ts';
import type { Disturbance, Telling } from './telling.ts';

/** A command of a story, one of its operations, and what happens there. */
export interface Case {
  readonly command: number;
  readonly at: number;
  readonly disturbance: Disturbance;
  readonly seed: number;
}

/** Of the policies and codes each operation has some, the next one the next ones. */
const KILLS_AT_EACH = 4;
const FAULTS_AT_EACH = 3;

/** Every operation of every command, killed and faulted in several ways. */
export function* everyCase({ scenes }: Telling): Generator<Case> {
  for (const [command, { operations }] of scenes.entries()) {
    for (let at = 0; at < operations; at += 1) {
      for (let i = 0; i < KILLS_AT_EACH; i += 1)
        yield { command, at, disturbance: kill(at * KILLS_AT_EACH + i), seed: at };
      for (let i = 0; i < FAULTS_AT_EACH; i += 1)
        yield { command, at, disturbance: fault(at * FAULTS_AT_EACH + i), seed: at };
    }
  }
}

/** So many of all cases, spread over them. */
export function someCases(telling: Telling, n: number): Case[] {
  const all = [...everyCase(telling)];
  return Array.from({ length: n }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / n)]!);
}

function kill(n: number): Disturbance {
  return { kind: 'kill', policy: POLICIES[n % POLICIES.length]! };
}

function fault(n: number): Disturbance {
  return {
    kind: 'fault',
    code: CODES[n % CODES.length]!,
    for_good: n % 2 === 1,
    // Half of them live on; the others die some operations later.
    further: n % 4 < 2 ? Infinity : 1 + (n % 23),
    policy: (['kill', 'nothing', 'random'] as const)[n % 3]!,
  };
}
