import { hash } from 'node:crypto';

import type { ChunkTask } from '../execute/messages.ts';
import { canonicalJson } from '../study/canonical-json.ts';

/** What a chunk's result is the result of, 64 hex digits: whoever asks for the same bytes, in this run or a later one, asks under the same key. */
export function chunkKey(task: ChunkTask): string {
  return hash('sha256', canonicalJson({ ...task, permutation_timeout_ms: undefined }));
}
