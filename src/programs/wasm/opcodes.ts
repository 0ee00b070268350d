import { Malformed, type Bytes } from './bytes.ts';

/** An instruction that a model may not use, or that this engine does not know. */
export interface Refused {
  /** As the specification writes it: `0xfd 0x105`. */
  readonly opcode: string;
  /** Byte offset in the module. */
  readonly at: number;
  readonly why: 'relaxed' | 'threads' | 'unknown';
}

/** What follows an opcode. */
type Immediate = (code: Bytes) => void;

const none: Immediate = () => undefined;
/** A number of at most 32 bits, whatever its sign. */
const index: Immediate = (code) => {
  code.skipLeb(5);
};
/** A number of at most 64 bits. */
const wide: Immediate = (code) => {
  code.skipLeb(10);
};
const twoIndices: Immediate = (code) => {
  code.skipLeb(5);
  code.skipLeb(5);
};
/** A block's type is a byte, or the number of a type (33 bits). */
const blockType: Immediate = index;
/** Alignment (bit 6: the number of a memory follows), and offset. */
const memory: Immediate = (code) => {
  const alignment = code.u32();
  if ((alignment & 0x40) !== 0) code.skipLeb(5);
  code.skipLeb(10);
};
const lane: Immediate = (code) => {
  code.skip(1);
};
const memoryLane: Immediate = (code) => {
  memory(code);
  code.skip(1);
};
const labels: Immediate = (code) => {
  const count = code.u32();
  for (let i = 0; i <= count; i++) code.skipLeb(5);
};
const types: Immediate = (code) => {
  const count = code.u32();
  for (let i = 0; i < count; i++) code.skipLeb(5);
};
const bytes =
  (count: number): Immediate =>
  (code) => {
    code.skip(count);
  };

/** first - last: what follows each. WebAssembly 2.0 (core specification, section 5.4), and tail calls. */
type Table = readonly (readonly [number, number, Immediate])[];

const PLAIN: Table = [
  [0x00, 0x01, none],
  [0x02, 0x04, blockType],
  [0x05, 0x05, none],
  [0x0b, 0x0b, none],
  [0x0c, 0x0d, index],
  [0x0e, 0x0e, labels],
  [0x0f, 0x0f, none],
  [0x10, 0x10, index],
  [0x11, 0x11, twoIndices],
  [0x12, 0x12, index],
  [0x13, 0x13, twoIndices],
  [0x1a, 0x1b, none],
  [0x1c, 0x1c, types],
  [0x20, 0x26, index],
  [0x28, 0x3e, memory],
  [0x3f, 0x40, index],
  [0x41, 0x41, index],
  [0x42, 0x42, wide],
  [0x43, 0x43, bytes(4)],
  [0x44, 0x44, bytes(8)],
  [0x45, 0xc4, none],
  [0xd0, 0xd0, index],
  [0xd1, 0xd1, none],
  [0xd2, 0xd2, index],
];

/** Behind 0xfc: saturating conversions, bulk memory, tables. */
const BULK: Table = [
  [0, 7, none],
  [8, 8, twoIndices],
  [9, 9, index],
  [10, 10, twoIndices],
  [11, 11, index],
  [12, 12, twoIndices],
  [13, 13, index],
  [14, 14, twoIndices],
  [15, 17, index],
];

/** Behind 0xfd: SIMD. What lies above 0xff is relaxed SIMD, whose results are the processor's choice. */
const SIMD: Table = [
  [0x00, 0x0b, memory],
  [0x0c, 0x0d, bytes(16)],
  [0x0e, 0x14, none],
  [0x15, 0x22, lane],
  [0x23, 0x53, none],
  [0x54, 0x5b, memoryLane],
  [0x5c, 0x5d, memory],
  [0x5e, 0xff, none],
];
const RELAXED = 0x100;
const THREADS = 0xfe;

function immediateIn(table: Table, opcode: number): Immediate | undefined {
  return table.find(([first, last]) => opcode >= first && opcode <= last)?.[2];
}

/** One lookup per byte of a module's code. */
const BY_BYTE = Array.from({ length: 256 }, (_, opcode) => immediateIn(PLAIN, opcode));

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

/**
 * The first instruction of a function's body, or of a constant expression, that is not of the list above; undefined where there is none. The list is the
 * engine's and not that of the Node that runs it, so that a module is a model everywhere or nowhere. Throws Malformed.
 */
export function refusedInstruction(code: Bytes): Refused | undefined {
  while (code.more) {
    const at = code.at;
    const first = code.byte();
    if (first === 0xfc || first === 0xfd) {
      const second = code.u32();
      const immediate = immediateIn(first === 0xfc ? BULK : SIMD, second);
      if (immediate === undefined) {
        const why = first === 0xfd && second >= RELAXED ? 'relaxed' : 'unknown';
        return { opcode: `${hex(first)} ${hex(second)}`, at, why };
      }
      immediate(code);
      continue;
    }
    const immediate = BY_BYTE[first];
    if (immediate === undefined) return { opcode: hex(first), at, why: first === THREADS ? 'threads' : 'unknown' };
    immediate(code);
  }
  return undefined;
}

/** A function's body without its locals. */
export function instructionsOf(body: Bytes): Bytes {
  const groups = body.u32();
  for (let i = 0; i < groups; i++) {
    body.skipLeb(5);
    const type = body.byte();
    // One byte each; references with a type of their own are of later versions.
    if (type < 0x6f) throw new Malformed(`a local of type ${hex(type)}`, body.at - 1);
  }
  return body;
}
