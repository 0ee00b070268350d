/** The little of the WebAssembly interface that is used here; Node's types do not declare it. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: object };
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer;
  };
}

/** A compiled module. Opaque. */
type WasmModule = object;

/** Absent under `node --jitless`, for one. */
const api = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;

const PAGE_BYTES = 65536;

/**
 * Compiles an embedded module (base64), or returns undefined where this machine cannot run it: no WebAssembly, or a
 * processor without the SIMD that it uses. Compiling takes a few milliseconds.
 */
export function compile(base64: string): WasmModule | undefined {
  if (api === undefined) return undefined;
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return api.validate(bytes) ? new api.Module(bytes) : undefined;
}

/** A module that is compiled when somebody first asks for it: once per thread. */
export class EmbeddedModule {
  readonly #base64: string;
  #compiled: { readonly module: WasmModule | undefined } | undefined;

  constructor(base64: string) {
    this.#base64 = base64;
  }

  get #module(): WasmModule | undefined {
    return (this.#compiled ??= { module: compile(this.#base64) }).module;
  }

  /** This machine can run it. */
  get runs(): boolean {
    return this.#module !== undefined;
  }

  /** An instance with its own memory of at least `bytes`, which never grows: views on it stay valid. Only where it `runs`. */
  instantiate(bytes: number): { readonly exports: object; readonly memory: ArrayBuffer } {
    const module = this.#module;
    if (api === undefined || module === undefined) throw new Error('this machine cannot run the module: ask first');
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new api.Memory({ initial: pages, maximum: pages });
    return { exports: new api.Instance(module, { env: { memory } }).exports, memory: memory.buffer };
  }
}
