import { EngineError } from '../errors.ts';
import type { ChunkResult } from '../execute/messages.ts';
import { cannotRunHere } from '../execute/program-files.ts';
import { errorRecord, type ErrorRecord } from '../model/error-record.ts';

/**
 * What a chunk gives, or why it gives nothing anywhere; undefined where it was cancelled. What is this worker's own trouble (a thread that died) is thrown: another
 * one may do better. A program that this machine cannot run is returned: it would be so with every chunk.
 */
export async function answerOf(
  work: Promise<ChunkResult>,
  cancelled: AbortSignal,
): Promise<ChunkResult | { readonly failed: ErrorRecord } | EngineError | undefined> {
  try {
    return await work;
  } catch (error) {
    if (cancelled.aborted) return undefined;
    if (cannotRunHere(error)) return error;
    const everywhere = error instanceof EngineError && (error.code === 'MODEL' || error.code === 'DATA');
    if (!everywhere) throw error;
    return { failed: errorRecord(error) };
  }
}
