import { memoriesFit } from '#native-free/webassembly';

import { csvWasmRuns } from '../encoding/csv-rows.ts';
import { EngineError } from '../errors.ts';
import type { Kernel } from '../model/model.ts';

/** What computes the fast forms on this machine: changes no bit of a result. */
export interface KernelChoice {
  readonly kernel: 'wasm' | 'typescript';
  /** A line for people where WebAssembly was wanted and is missing. */
  readonly warning?: string;
}

/** Memories that a thread needs: one for each module of native-free/, and one while a larger cell's takes the place of another. */
const MEMORIES_PER_THREAD = 7;

/** Every module of native-free/ needs the same of the machine, so one answers for all. EngineError USAGE where `wasm` was asked for by name. */
export function chooseKernel(
  wanted: Kernel,
  threads: number,
  wasmRuns: () => boolean = csvWasmRuns,
  fit: (memories: number) => boolean = memoriesFit,
): KernelChoice {
  if (wanted === 'typescript') return { kernel: 'typescript' };
  const missing = wasmMissing((threads + 1) * MEMORIES_PER_THREAD, wasmRuns, fit);
  if (missing === undefined) return { kernel: 'wasm' };
  if (wanted === 'wasm') {
    throw new EngineError('USAGE', `--kernel wasm cannot run: ${missing}. Use --kernel auto: the same rows, slower.`, {
      path: '--kernel',
      value: 'wasm',
      allowed: 'auto | typescript',
    });
  }
  return { kernel: 'typescript', warning: `${missing}: the TypeScript kernels are used (same rows, slower)` };
}

function wasmMissing(
  memories: number,
  wasmRuns: () => boolean,
  fit: (memories: number) => boolean,
): string | undefined {
  if (!wasmRuns())
    return 'there is no WebAssembly with SIMD on this machine (node --jitless, or a processor without it)';
  if (fit(memories)) return undefined;
  return `this process is not allowed the addresses for ${memories} WebAssembly memories (some 10 GB each; see ulimit -v)`;
}
