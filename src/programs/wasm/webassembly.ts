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
function api(): WebAssemblyApi {
  const found = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
  if (found === undefined)
    throw new Error('this Node has no WebAssembly (--jitless?), and the model is a WebAssembly module');
  return found;
}

/** Throws CompileError, with the place, for a module that is not valid. */
export function compile(bytes: Uint8Array): WasmModule {
  const { Module } = api();
  return new Module(bytes);
}

/** With memory and variables of its own. Throws what the module's start function throws. */
export function instantiate(module: WasmModule, imports: object): WasmExports {
  const { Instance } = api();
  return new Instance(module, imports).exports as WasmExports;
}
