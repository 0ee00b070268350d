import type { FilePort } from '../files/port.ts';
import { readSmallFile } from '../files/small-file.ts';

/** More than any such file has. */
const MOST_BYTES = 1 << 28;

/** What a file says that nothing is decided from; undefined where it is missing, torn, garbage, or cannot be read. */
export function readAdvisory<Content>(
  port: FilePort,
  path: string,
  parse: (text: string) => Content | undefined,
): Content | undefined {
  try {
    const bytes = readSmallFile(port, path, MOST_BYTES);
    return bytes && parse(bytes.toString('utf8'));
  } catch {
    return undefined; // callers can do without
  }
}
