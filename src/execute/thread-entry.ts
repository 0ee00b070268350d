import type { Transferable } from 'node:worker_threads';

import { errorRecord } from '../model/error-record.ts';
import { piscina } from './piscina.ts';
import type { Answer, TaskFunctions, TaskTable, ThreadMessage } from './thread-message.ts';

/** What of a result is handed over instead of copied. */
export type Transfers<Kinds extends TaskTable<Kinds>> = {
  readonly [Name in keyof Kinds]?: (result: Kinds[Name]['result']) => readonly Transferable[];
};

/** The function that a thread's module exports as default: does what comes, and answers. */
export function threadEntry<Kinds extends TaskTable<Kinds>>(
  functions: TaskFunctions<Kinds>,
  transfers: Transfers<Kinds> = {},
): (message: ThreadMessage<Kinds>) => Promise<unknown> {
  return async ({ name, task, skip }) => {
    if (skip) return { skipped: true } satisfies Answer<never>;
    try {
      const result = await functions[name](task);
      const answer: Answer<Kinds[keyof Kinds]['result']> = { result };
      const transfer = transfers[name]?.(result);
      return transfer === undefined ? answer : handedOver(answer, transfer);
    } catch (error) {
      return { failed: errorRecord(error) } satisfies Answer<never>;
    }
  };
}

function handedOver(answer: unknown, transfer: readonly Transferable[]): unknown {
  const { Piscina } = piscina();
  const movable = { [Piscina.transferableSymbol]: transfer, [Piscina.valueSymbol]: answer };
  // Piscina's types know single transferable objects only; this is its documented form for others.
  return Piscina.move(movable as never);
}
