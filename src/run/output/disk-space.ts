import { EngineError } from '../../errors.ts';
import type { FilePort } from '../../files/port.ts';
import type { StopReason } from '../stop.ts';
import { counted } from '../../wording/format-number.ts';

/** What the missing rows will take, from the rows computed so far; warns once where the disk cannot hold them. */
export class DiskForecast {
  private readonly port: FilePort;
  private readonly output: string;
  private readonly missing: () => number;
  private readonly warn: (text: string) => void;
  private rows = 0;
  private bytes = 0;

  constructor(port: FilePort, output: string, missing: () => number, warn: (text: string) => void) {
    this.port = port;
    this.output = output;
    this.missing = missing;
    this.warn = warn;
  }

  /** A chunk came: the first one decides whether to warn, before it is written. */
  observe(rows: number, bytes: number): void {
    const first = this.rows === 0 && rows > 0;
    this.rows += rows;
    this.bytes += bytes;
    if (!first) return;
    const free = this.free();
    const needed = this.needed()!;
    if (free !== undefined && needed > free) {
      this.warn(
        `disk may be too small: the remaining rows need about ${megabytes(needed)}, ${this.output} has ${megabytes(free)} free. The run stops cleanly when the disk is full; run the same command again to resume (--disk-wait does so by itself).`,
      );
    }
  }

  /** [bytes]; undefined where the system does not say. */
  free(): number | undefined {
    return this.port.freeBytes(this.output);
  }

  /** [bytes]; undefined before the first rows. */
  needed(): number | undefined {
    return this.rows === 0 ? undefined : (this.bytes / this.rows) * this.missing();
  }
}

/** Adds to the error of a full disk what is needed, what is free and how many rows are safe. Other reasons stay as they are. */
export function withSpace(
  reason: StopReason | undefined,
  rows_safe: number,
  forecast: DiskForecast,
): StopReason | undefined {
  if (reason?.kind !== 'error' || !isDiskFull(reason.error)) return reason;
  const needed = forecast.needed();
  const free = forecast.free();
  const parts = [
    ...(needed === undefined ? [] : [`the missing rows need about ${megabytes(needed)}`]),
    ...(free === undefined ? [] : [`${megabytes(free)} is free now`]),
    `${counted(rows_safe, 'row is', 'rows are')} on disk and safe`,
  ];
  const { code, message, path } = reason.error;
  const error = new EngineError(code, `${message}. ${sentence(parts.join(', '))}.`, {
    path,
    cause: reason.error,
  });
  return { kind: 'error', error };
}

export function isDiskFull(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'DISK_FULL';
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
