/** The little of the WebAssembly interface that is used here; Node's types do not declare it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: object };
}

/** A compiled module. Opaque; nothing of one instance is in it. */
export type WasmModule = object;

/** What every model exports, as check-module.ts made sure. */
export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly simulate: (parameters: number, seeds: number, first: number, count: number, columns: number) => number;
  readonly buffer: (bytes: number) => number;
  readonly prepare?: (parameters: number) => number;
  readonly permafrost_abi?: () => number;
  readonly _initialize?: () => void;
}

/** Absent under `node --jitless`. */
const found = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;

export const NO_WEBASSEMBLY = 'this Node has no WebAssembly, which the model is made of: start it without --jitless';
export const has_webassembly = found !== undefined;

function api(): WebAssemblyApi {
  if (found === undefined) throw new Error(NO_WEBASSEMBLY);
  return found;
}

/** Throws CompileError, with the place, for a module that is not valid. */
export function compile(bytes: Uint8Array): WasmModule {
  const { Module } = api();
  return new Module(bytes);
}

/** This machine has no memory for one instance more: nothing that the module does. */
export class NoMemory extends Error {
  override readonly name = 'NoMemory';
}

/** With memory and variables of its own. Throws what the module's start function throws, and NoMemory. */
export function instantiate(module: WasmModule, imports: object): WasmExports {
  const { Instance } = api();
  try {
    return new Instance(module, imports).exports as WasmExports;
  } catch (error) {
    if (!(error instanceof RangeError) || !/memory/i.test(error.message)) throw error;
    const message = `there is no memory for one more instance of the module (${error.message}): use fewer --threads, or a module that asks for less`;
    throw new NoMemory(message, { cause: error });
  }
}
