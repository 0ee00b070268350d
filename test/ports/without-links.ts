import type { FilePort } from '../../src/files/port.ts';
import { refusal } from './refusal.ts';

/** A file system without hard links: exFAT says EISDIR on Windows and EPERM on Linux, some network and FUSE systems ENOTSUP or ENOSYS. */
export function withoutLinks(port: FilePort, code = 'EPERM'): FilePort {
  return {
    ...port,
    link: (_existing, path) => {
      throw refusal(code, 'link', path);
    },
  };
}
