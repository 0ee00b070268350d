import { EXPORTS, IMPORTS } from './abi.ts';
import { isWasm, pagesOf, readBinary, type Binary } from './binary.ts';
import { Malformed } from './bytes.ts';
import type { Refused } from './opcodes.ts';
import { compile, has_webassembly, NO_WEBASSEMBLY } from './webassembly.ts';

/** What is wrong with a module, a sentence each; none for one that can be a model. Nothing of it is run. */
export function checkModule(bytes: Uint8Array, memory_mib: number): readonly string[] {
  if (!isWasm(bytes)) {
    const first = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    const begins = first === '' ? 'it is empty' : `it begins with the bytes ${first}`;
    return [`this is no WebAssembly module of version 1: ${begins}, not with 0061736d`];
  }
  const read = binaryOf(bytes);
  if (typeof read === 'string') return [read];
  const problems = [
    ...importProblems(read),
    ...exportProblems(read),
    ...memoryProblems(read, memory_mib),
    ...(read.refused === undefined ? [] : [instructionProblem(read.refused)]),
  ];
  if (problems.length > 0) return problems;
  if (!has_webassembly) return [NO_WEBASSEMBLY];
  try {
    compile(bytes);
    return [];
  } catch (error) {
    return [`this is no valid WebAssembly module: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function binaryOf(bytes: Uint8Array): Binary | string {
  try {
    return readBinary(bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return `this is no WebAssembly module that can be a model: ${error.message} (byte ${error.at})`;
  }
}

function importProblems({ imports }: Binary): string[] {
  const allowed = Object.keys(IMPORTS).map((name) => `permafrost.${name}`);
  return imports.flatMap(({ module, name, kind, signature }) => {
    const expected = module === 'permafrost' && Object.hasOwn(IMPORTS, name) ? IMPORTS[name] : undefined;
    if (expected === undefined)
      return `import ${module}.${name} (a ${kind}): a model may import nothing but ${allowed.join(', ')}${adviceOn(module, name)}`;
    if (kind !== 'function' || signature !== expected)
      return `import permafrost.${name}: found ${signature ?? `a ${kind}`}; allowed: ${expected}`;
    return [];
  });
}

/** What usually brings an import of this name. */
function adviceOn(module: string, name: string): string {
  if (module.startsWith('wasi'))
    return '. It belongs to a C library or a standard library: compile without (no printf, no clock, no files)';
  if (name === 'memory')
    return ". Link without --import-memory: the memory is the module's, and its maximum the engine's";
  if (name === 'abort') return '. Compile with asc --use abort=';
  if (module === 'env')
    return `. The linker found no ${name}() and left it to be imported: write it, or take pf_exp, pf_log, pf_pow of permafrost.h`;
  return '';
}

function exportProblems({ exports }: Binary): string[] {
  const problems: string[] = [];
  const memory = exports.get('memory');
  if (memory === undefined || memory.kind !== 'memory') problems.push(absent('memory', 'its memory', memory?.kind));
  for (const [name, { signature, optional = false }] of Object.entries(EXPORTS)) {
    const found = exports.get(name);
    if (found === undefined) {
      if (!optional) problems.push(absent(name, `a function ${signature}`, undefined));
    } else if (found.kind !== 'function') problems.push(absent(name, `a function ${signature}`, found.kind));
    else if (found.signature !== signature)
      problems.push(`export ${name}: found ${found.signature ?? 'an unknown type'}; allowed: ${signature}`);
  }
  return problems;
}

function absent(name: string, what: string, kind: string | undefined): string {
  return `export ${name}: ${kind === undefined ? 'missing' : `found a ${kind}`}; allowed: ${what}`;
}

function memoryProblems({ memories }: Binary, memory_mib: number): string[] {
  const [memory] = memories;
  if (memories.length !== 1 || memory === undefined)
    return [`memory: found ${memories.length} of its own; allowed: one`];
  if (memory.shared) return ['memory: found a shared one; allowed: one that is not shared. Compile without threads'];
  if (memory.wide) return ['memory: found one with addresses of 64 bits; allowed: 32 bits. Compile for wasm32'];
  const { minimum } = memory;
  if (minimum <= pagesOf(memory_mib)) return [];
  return [
    `memory: it begins with ${minimum} pages of 64 KiB, and may have ${memory_mib} MiB at most: make it smaller, or memory_mib larger`,
  ];
}

function instructionProblem({ opcode, at, why }: Refused): string {
  const instruction = `instruction ${opcode} at byte ${at}`;
  if (why === 'relaxed')
    return `${instruction} is relaxed SIMD: its result is the processor's choice, so rows would differ between machines. Compile without -mrelaxed-simd (plain SIMD is allowed)`;
  if (why === 'threads')
    return `${instruction} is of the threads proposal: a model has one thread. Compile without atomics`;
  return `${instruction} may not be in a model: those of WebAssembly 2.0 and tail calls may. Compile without the newer features`;
}
