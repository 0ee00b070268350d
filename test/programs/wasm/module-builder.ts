/** WebAssembly modules put together by hand: what a compiler would not make, and faults that no source has. */

/** Values of a signature by their bytes. */
export const I32 = 0x7f;
export const F64 = 0x7c;

export interface Built {
  /** Functions: what they take and return, their instructions (without the end), and the name that they are exported by. */
  readonly functions: readonly {
    readonly takes?: readonly number[];
    readonly gives?: readonly number[];
    readonly body: readonly number[];
    readonly name?: string;
  }[];
  readonly imports?: readonly {
    readonly module: string;
    readonly name: string;
    readonly takes?: readonly number[];
    readonly gives?: readonly number[];
  }[];
  /** [pages] and flags of the limits; `null`: none. */
  readonly memory?: { readonly limits: readonly number[] } | null;
  readonly memory_name?: string;
}

export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
}
/** i32.const, signed. */
export function i32(value: number): number[] {
  const bytes: number[] = [0x41];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
/** f64.const */
export function f64(value: number): number[] {
  return [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content];
const text = (name: string): number[] => [...leb(name.length), ...Buffer.from(name, 'latin1')];

export function build({ functions, imports = [], memory = { limits: [0, 2] }, memory_name = 'memory' }: Built): Buffer {
  const all = [...imports, ...functions];
  const types = all.map(({ takes = [], gives = [] }) => [
    0x60,
    ...vector(takes.map((t) => [t])),
    ...vector(gives.map((t) => [t])),
  ]);
  const exports = functions.flatMap(({ name }, i) =>
    name === undefined ? [] : [[...text(name), 0, ...leb(imports.length + i)]],
  );
  if (memory !== null && memory_name !== '') exports.push([...text(memory_name), 2, 0]);
  const bodies = functions.map(({ body }) => [...leb(body.length + 2), 0, ...body, 0x0b]);
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...(imports.length === 0
      ? []
      : section(2, vector(imports.map((one, i) => [...text(one.module), ...text(one.name), 0, ...leb(i)])))),
    ...section(3, vector(functions.map((_, i) => leb(imports.length + i)))),
    ...(memory === null ? [] : section(5, vector([memory.limits]))),
    ...section(7, vector(exports)),
    ...section(10, vector(bodies)),
  ]);
}

const SIMULATE = { name: 'simulate', takes: [I32, I32, I32, I32, I32], gives: [I32] };
export const BUFFER = { name: 'buffer', takes: [I32], gives: [I32], body: i32(1024) };

/**
 * Stores `value` (instructions of a double) as metric 0 of each permutation: for (; count > 0; columns += 8, first += 1) columns[0] = value.
 * `before`: instructions before that. Locals: 0 parameters, 1 seeds, 2 perm_index, 3 how many are left, 4 where the value goes.
 */
export function storeEach(value: readonly number[], before: readonly number[] = []): number[] {
  return [
    ...[0x03, 0x40, ...before], // loop
    ...[0x20, 4, ...value, 0x39, 3, 0], // columns[0] = value
    ...[0x20, 4, ...i32(8), 0x6a, 0x21, 4], // columns += 8
    ...[0x20, 2, ...i32(1), 0x6a, 0x21, 2], // perm_index += 1
    ...[0x20, 3, ...i32(1), 0x6b, 0x22, 3], // count -= 1
    ...[0x0d, 0, 0x0b], // again while it is not 0
  ];
}

/** `then` in permutation `perm` alone. */
export function onlyIn(perm: number, then: readonly number[]): number[] {
  return [0x20, 2, ...i32(perm), 0x46, 0x04, 0x40, ...then, 0x0b];
}

/** A module whose simulate does `body` and then returns `code`. */
export function simulating(body: readonly number[], code = 0, more: Partial<Built> = {}): Buffer {
  return build({ functions: [{ ...SIMULATE, body: [...body, ...i32(code)] }, BUFFER], ...more });
}
