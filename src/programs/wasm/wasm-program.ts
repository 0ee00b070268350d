import type { Model, Parameters, ParameterSpecs, ParameterValue } from '../../model/model.ts';
import type { GeneratorName } from '../../random/generator.ts';
import { layoutOf, MEMORY_MIB } from './abi.ts';
import { pagesOf, readBinary, withMaximum } from './binary.ts';
import { RunningProgram, type ProgramShape } from './running.ts';
import { compile, type WasmModule } from './webassembly.ts';

/** What sim.json says beyond what a model declares. */
export interface WasmDeclaration extends Omit<Model, 'prepare' | 'simulate' | 'simulateChunk'> {
  /** The most memory that the module may have [MiB]. */
  readonly memory_mib?: number;
  /** What the codes mean that simulate and prepare return: `{ "1": "the queue is full" }`. */
  readonly failures?: Readonly<Record<string, string>>;
}

/** A model that is a WebAssembly module, as plain data. */
export interface WasmProgram {
  readonly program: 'wasm';
  readonly declaration: WasmDeclaration;
  /** The module, base64. */
  readonly module: string;
}

/** Generators that the headers have: what a module draws from where its declaration says nothing. */
export const DEFAULT_GENERATORS: readonly GeneratorName[] = ['alea'];

/** The model of a program that was checked when it was loaded. The module is compiled when the first cell is prepared, once per thread. */
export function modelOfWasm(program: WasmProgram): Model {
  const declared = modelKeys(program.declaration);
  const shape = shapeOf(program);
  let compiled: WasmModule | undefined;
  const model: Model<unknown, RunningProgram> = {
    generators: DEFAULT_GENERATORS,
    draws_by_itself: true,
    ...declared,
    prepare: ({ parameters }) => {
      compiled ??= compiledModule(program);
      const running = new RunningProgram(compiled, shape, parameterBlock(declared.parameters, parameters));
      running.prepare();
      return running;
    },
    simulateChunk: (running, streams, columns) => {
      running.compute(streams, columns);
    },
  };
  return model;
}

/** What no other model has. */
const OF_MODULES = ['memory_mib', 'failures'];

function modelKeys(declaration: WasmDeclaration): Omit<WasmDeclaration, 'memory_mib' | 'failures'> {
  const kept = Object.entries(declaration).filter(([key]) => !OF_MODULES.includes(key));
  return Object.fromEntries(kept) as unknown as WasmDeclaration;
}

/** Starts the module once, with no cell: throws what is wrong with what can only be seen then. */
export function tryProgram(program: WasmProgram): void {
  new RunningProgram(compiledModule(program), shapeOf(program), new Float64Array(0)).tryOut();
}

function shapeOf({ declaration: { parameters, metrics, failures = {} } }: WasmProgram): ProgramShape {
  const n_metrics = Object.keys(metrics).length;
  return { n_metrics, layout: layoutOf(Object.keys(parameters).length, n_metrics), failures };
}

function compiledModule({ module, declaration: { memory_mib = MEMORY_MIB } }: WasmProgram): WasmModule {
  return compile(limited(Buffer.from(module, 'base64'), memory_mib));
}

/** The module, able to grow up to what was declared and no further. */
function limited(bytes: Uint8Array, memory_mib: number): Uint8Array {
  const binary = readBinary(bytes);
  const own = binary.memories[0]?.maximum ?? Infinity;
  return withMaximum(bytes, binary, Math.min(own, pagesOf(memory_mib)));
}

/** One double per parameter, in the order of the declaration: a number; 0 or 1; the place of a choice's value; NaN for none. */
export function parameterBlock(specs: ParameterSpecs, values: Parameters): Float64Array {
  return Float64Array.from(Object.entries(specs), ([name, spec]) => {
    const value: ParameterValue | undefined = values[name];
    if (value === undefined) return NaN;
    if (spec.type === 'choice') return spec.values.indexOf(String(value));
    return Number(value);
  });
}
