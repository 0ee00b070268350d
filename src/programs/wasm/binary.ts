import { Bytes, leb, Malformed } from './bytes.ts';
import { instructionsOf, refusedInstruction, type Refused } from './opcodes.ts';

/** What a function takes and returns: `(i32, i32) -> (i32)`. */
export type Signature = string;

interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: Kind;
  /** Only of functions. */
  readonly signature?: Signature;
}

type Kind = 'function' | 'table' | 'memory' | 'global' | 'tag';

interface Memory {
  /** [pages of 64 KiB] */
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly shared: boolean;
  /** Addresses of 64 bits. */
  readonly wide: boolean;
}

/** What of a WebAssembly module decides whether it is a model. */
export interface Binary {
  readonly imports: readonly Import[];
  /** By name; of functions with what they take and return. */
  readonly exports: ReadonlyMap<string, { readonly kind: Kind; readonly signature?: Signature }>;
  /** Its own, not an imported one. */
  readonly memories: readonly Memory[];
  /** Where the section of the memories begins and ends in the module, its head included. */
  readonly memory_section: readonly [number, number] | undefined;
  /** The first instruction that no model may use. */
  readonly refused: Refused | undefined;
}

const KINDS: readonly Kind[] = ['function', 'table', 'memory', 'global', 'tag'];
const TYPES: Readonly<Record<number, string>> = {
  0x7f: 'i32',
  0x7e: 'i64',
  0x7d: 'f32',
  0x7c: 'f64',
  0x7b: 'v128',
  0x70: 'funcref',
  0x6f: 'externref',
};
const HEAD = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const PAGE_BYTES = 65536;

/** Whether it begins as every WebAssembly module of version 1 does. */
export function isWasm(bytes: Uint8Array): boolean {
  return HEAD.every((byte, i) => bytes[i] === byte);
}

/** Reads a module (core specification, section 5.5). Throws Malformed. */
export function readBinary(bytes: Uint8Array): Binary {
  const types: Signature[] = [];
  const imports: Import[] = [];
  const functions: (Signature | undefined)[] = [];
  const memories: Memory[] = [];
  const exported = new Map<string, { kind: Kind; index: number }>();
  let memory_section: readonly [number, number] | undefined;
  let refused: Refused | undefined;

  const whole = new Bytes(bytes, HEAD.length);
  while (whole.more) {
    const head = whole.at;
    const id = whole.byte();
    const section = whole.part(whole.u32());
    const times = (each: () => void): void => {
      for (let left = section.u32(); left > 0; left--) each();
    };
    if (id === 1) times(() => types.push(signature(section)));
    else if (id === 2) {
      times(() => {
        const one = imported(section, types);
        imports.push(one);
        if (one.kind === 'function') functions.push(one.signature);
      });
    } else if (id === 3) times(() => functions.push(types[section.u32()]));
    else if (id === 5) {
      memory_section = [head, section.end];
      times(() => memories.push(limits(section)));
    } else if (id === 7) {
      times(() => {
        const name = section.name();
        exported.set(name, { kind: kind(section), index: section.u32() });
      });
    } else if (id === 10) {
      times(() => {
        const body = instructionsOf(section.part(section.u32()));
        refused ??= refusedInstruction(body);
      });
    }
  }
  const exports = new Map(
    [...exported].map(([name, { kind: of, index }]) => {
      const signature_of = of === 'function' ? functions[index] : undefined;
      return [name, { kind: of, ...(signature_of !== undefined && { signature: signature_of }) }];
    }),
  );
  return { imports, exports, memories, memory_section, refused };
}

/**
 * The module with this maximum in place of its memory's own [pages]: the engine says how far it may grow, whatever its compiler wrote. For a module with
 * one memory.
 */
export function withMaximum(bytes: Uint8Array, { memories, memory_section }: Binary, maximum: number): Uint8Array {
  const [memory] = memories;
  if (memory === undefined || memory_section === undefined) throw new Error('a module without a memory of its own');
  const content = [1, 1, ...leb(memory.minimum), ...leb(maximum)];
  const [from, to] = memory_section;
  return Buffer.concat([
    bytes.subarray(0, from),
    Uint8Array.from([5, ...leb(content.length), ...content]),
    bytes.subarray(to),
  ]);
}

/** Pages that hold so many MiB. */
export function pagesOf(mib: number): number {
  return (mib * 1024 * 1024) / PAGE_BYTES;
}

function signature(section: Bytes): Signature {
  const form = section.byte();
  if (form !== 0x60) throw new Malformed(`a type 0x${form.toString(16)} of a later WebAssembly`, section.at - 1);
  const list = (): string => {
    const count = section.u32();
    const names = Array.from({ length: count }, () => {
      const type = section.byte();
      return TYPES[type] ?? `0x${type.toString(16)}`;
    });
    return `(${names.join(', ')})`;
  };
  const takes = list();
  return `${takes} -> ${list()}`;
}

function kind(section: Bytes): Kind {
  const byte = section.byte();
  const found = KINDS[byte];
  if (found === undefined) throw new Malformed(`an import or export of kind ${byte}`, section.at - 1);
  return found;
}

function imported(section: Bytes, types: readonly Signature[]): Import {
  const module = section.name();
  const name = section.name();
  const of = kind(section);
  if (of === 'function') {
    const type = types[section.u32()];
    return { module, name, kind: of, ...(type !== undefined && { signature: type }) };
  }
  if (of === 'table') {
    section.byte();
    limits(section);
  } else if (of === 'memory') limits(section);
  else if (of === 'global') section.skip(2);
  else {
    section.byte();
    section.u32();
  }
  return { module, name, kind: of };
}

function limits(section: Bytes): Memory {
  const flags = section.u32();
  if (flags > 7) throw new Malformed(`limits of kind ${flags}, of a later WebAssembly`, section.at - 1);
  const number = (): number => {
    if ((flags & 4) === 0) return section.u32();
    section.skipLeb(10);
    return 0;
  };
  const minimum = number();
  return {
    minimum,
    maximum: (flags & 1) === 0 ? undefined : number(),
    shared: (flags & 2) !== 0,
    wide: (flags & 4) !== 0,
  };
}
