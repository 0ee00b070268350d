import { hasCode } from './disk-error.ts';

/** What `link` says where a file system has no hard links (exFAT, SMB, some FUSE), or the system forbids them. */
const NO_LINKS = [
  'EPERM',
  'EACCES',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'EMLINK',
  'EXDEV',
  'UNKNOWN',
];

export function linksAreMissing(error: unknown): boolean {
  return NO_LINKS.some((code) => hasCode(error, code));
}
