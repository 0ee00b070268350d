import { csvWasmRuns } from '../encoding/csv-rows.ts';

import { EngineError } from '../errors.ts';
import type { Kernel } from '../models/model.ts';

/** What computes the fast forms on this machine: changes no bit of a result. */
export interface KernelChoice {
  readonly kernel: 'wasm' | 'typescript';
  /** A line for people where WebAssembly was wanted and is missing. */
  readonly warning?: string;
}

/** Every module of native-free/ needs the same of the machine, so one answers for all. EngineError USAGE where `wasm` was asked for by name. */
export function chooseKernel(wanted: Kernel, wasmRuns: () => boolean = csvWasmRuns): KernelChoice {
  if (wanted === 'typescript') return { kernel: 'typescript' };
  if (wasmRuns()) return { kernel: 'wasm' };
  const missing = 'there is no WebAssembly with SIMD on this machine (node --jitless, or a processor without it)';
  if (wanted === 'wasm') {
    throw new EngineError('USAGE', `--kernel wasm cannot run: ${missing}. Use --kernel auto: the same rows, slower.`, {
      path: '--kernel',
      value: 'wasm',
      allowed: 'auto | typescript',
    });
  }
  return { kernel: 'typescript', warning: `${missing}: the TypeScript kernels compute, the same rows, slower` };
}
