import type { Executor } from '../execute/executor.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/** Who reads files and summarises rows, always on the machine where the files are. */
export interface Readers {
  /** How many tasks keep all of them busy. */
  readonly parallel: number;
  /** Rejects with what the task threw: an EngineError of the disk or a cell's identity, or a bug. */
  read<Name extends ReaderName>(name: Name, task: ReaderTasks[Name]['task']): Promise<ReaderTasks[Name]['result']>;
  /** Ends them; what they still read is lost. */
  close(): Promise<void>;
}

/** Computes and reads on this machine. */
export interface Local extends Executor, Readers {}

/** What a function is given after its first argument. */
export type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never;
