import type { ErrorRecord } from '../model/error-record.ts';

/** What threads can be asked to do: by name, the task and its result. */
export type TaskTable<Kinds> = {
  readonly [Name in keyof Kinds]: { readonly task: unknown; readonly result: unknown };
};

/** How each of it is done. */
export type TaskFunctions<Kinds extends TaskTable<Kinds>> = {
  readonly [Name in keyof Kinds]: (task: Kinds[Name]['task']) => Kinds[Name]['result'] | Promise<Kinds[Name]['result']>;
};

/** Sent to a thread. */
export interface ThreadMessage<Kinds extends TaskTable<Kinds>, Name extends keyof Kinds = keyof Kinds> {
  readonly name: Name;
  readonly task: Kinds[Name]['task'];
  /** Nobody waits for it any longer: it is skipped. */
  skip: boolean;
}

/** Sent back. An error is never thrown out of a thread: so what Piscina rejects with is the thread's death. */
export type Answer<Result> =
  { readonly result: Result } | { readonly failed: ErrorRecord } | { readonly skipped: true };
