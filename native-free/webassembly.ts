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

/** What a module exports, and its own memory. */
export interface Instance {
  readonly exports: object;
  readonly memory: ArrayBuffer;
}

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

/** Whether memory for `n` more instances can be had: V8 reserves some 10 GB of addresses for each, however small it is. */
export function memoriesFit(n: number): boolean {
  const held: object[] = [];
  while (held.length < n) {
    const memory = createMemory(1);
    if (memory === undefined) return false;
    held.push(memory);
  }
  return true;
}

/** Undefined where the system refuses the addresses (`ulimit -v`). */
function createMemory(pages: number): { readonly buffer: ArrayBuffer } | undefined {
  if (api === undefined) return undefined;
  try {
    return new api.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
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

  /**
   * An instance with its own memory of at least `bytes`, which never grows: views on it stay valid. Undefined where it does not run, or
   * there is no memory for it; from then on it does not run, so that nobody asks in vain again.
   */
  instantiate(bytes: number): Instance | undefined {
    const module = this.#module;
    if (api === undefined || module === undefined) return undefined;
    const memory = createMemory(Math.ceil(bytes / PAGE_BYTES));
    if (memory === undefined) {
      this.#compiled = { module: undefined };
      return undefined;
    }
    return { exports: new api.Instance(module, { env: { memory } }).exports, memory: memory.buffer };
  }

  /** As `instantiate`, where a kernel was chosen because it runs: an error where it does not. */
  mustInstantiate(bytes: number): Instance {
    const instance = this.instantiate(bytes);
    if (instance === undefined) throw new Error('there is no memory for a WebAssembly kernel: use --kernel typescript');
    return instance;
  }
}
