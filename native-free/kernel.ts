/**
 * How a fast form is computed: `wasm` its WebAssembly kernel, `typescript` its twin, `auto` the first where it can be.
 * Never changes a bit of a result.
 */
export const KERNELS = ['auto', 'wasm', 'typescript'] as const;
/** Who computes a built-in model: what is best here, WebAssembly, or its TypeScript twin. */
export type Kernel = (typeof KERNELS)[number];

/** Whether the WebAssembly form is to be used; throws where it is asked for by name and cannot run on this machine. */
export function useWasm(kernel: Kernel, runs: () => boolean): boolean {
  if (kernel === 'typescript') return false;
  if (runs()) return true;
  if (kernel === 'wasm')
    throw new Error('kernel "wasm" was asked for, but this machine has no WebAssembly with SIMD: use "auto"');
  return false;
}
