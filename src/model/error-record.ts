import { EngineError, ERRORS, type ErrorCode } from '../errors.ts';
import { makeReadable, placeOf, shortStack } from './model-source.ts';

/** An error as plain data, whole: what crosses between threads, and between machines as JSON. An Error that is cloned loses its class, code and more. */
export interface ErrorRecord {
  /** Class of the error (`RangeError`); the type of the value where something else was thrown. */
  readonly name: string;
  readonly message: string;
  /** As the thread saw it: a user's bundled module is one line there. */
  readonly stack?: string;
  /** Of an operating error one of the closed list, of Node's own e.g. ENOENT. */
  readonly code?: string;
  /** Where an operating error says that it is. */
  readonly path?: string;
  readonly allowed?: string;
  readonly cause?: ErrorRecord;
}

/** Causes of causes are kept so deep: a circle ends. */
const DEEPEST_CAUSE = 8;

/** Class and message of whatever was thrown. */
export function thrownText(error: unknown): Pick<ErrorRecord, 'name' | 'message'> {
  // A model may throw anything, and set any property to anything.
  if (error instanceof Error) return { name: textOf(error.name), message: textOf(error.message) };
  return { name: typeof error, message: textOf(error) };
}

export function errorRecord(error: unknown, depth = 0): ErrorRecord {
  if (!(error instanceof Error)) return thrownText(error);
  const { stack, cause, code, path, allowed } = error as Partial<Record<keyof EngineError, unknown>>;
  return {
    ...thrownText(error),
    ...(typeof stack === 'string' && { stack: shortStack(stack) }),
    ...(typeof code === 'string' && { code }),
    ...(typeof path === 'string' && { path }),
    ...(typeof allowed === 'string' && { allowed }),
    ...(cause !== undefined && depth < DEEPEST_CAUSE && { cause: errorRecord(cause, depth + 1) }),
  };
}

/** The error again, its stack in lines of the user's own source. An operating one is an EngineError; any other one is an Error with the name that it had. */
export function errorOf(record: ErrorRecord): Error {
  const { name, message, stack, code, path, allowed } = record;
  const cause = record.cause === undefined ? undefined : errorOf(record.cause);
  const error =
    name === 'EngineError' && isErrorCode(code)
      ? new EngineError(code, message, {
          ...(path !== undefined && { path }),
          ...(allowed !== undefined && { allowed }),
          ...(cause !== undefined && { cause }),
        })
      : Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { name, ...(code && { code }) });
  return stack === undefined ? error : makeReadable(error, stack);
}

/** `RangeError: no data for p 0.2 (./model.ts:6)`: class, message, and the line of the user's own source where there is one. */
export function describeError(error: Error): string {
  const place = placeOf(error);
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place})`}`;
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}

/** Also of what cannot be made a text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
