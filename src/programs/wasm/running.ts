import { GENERATORS, type Rng, type Streams } from '../../random/generator.ts';
import { exp, log, pow } from '../../random/math.ts';
import { seedOf } from '../../random/seeding.ts';
import { ABI, GUARD_BYTES, SEED_WORDS, type Layout } from './abi.ts';
import { BrokenAgreement, FailureCode, Trap } from './faults.ts';
import { instantiate, NoMemory, type WasmExports, type WasmModule } from './webassembly.ts';

/** Bytes that no compiler and no simulation writes by chance. */
const GUARD = Uint32Array.of(0x9f1c0d5e, 0x3b6af217, 0xe45c8890, 0x71d2b3ac);

/** Permutations in the first call of an instance; twice as many in each that follows. V8 computes a function with its better code from the next call on. */
const FIRST_CALL = 8;

/** What a module needs to know of its declaration. */
export interface ProgramShape {
  readonly n_metrics: number;
  readonly layout: Layout;
  /** What a code that simulate returns means. */
  readonly failures: Readonly<Record<string, string>>;
}

/** An instance with its memory, and where in it the engine's room is. */
interface Instance {
  readonly exports: WasmExports;
  /** Address of the room. */
  readonly room: number;
  next_count: number;
}

/**
 * One cell's instance of a module. After a trap the next permutation gets a new one: in an instance that stopped in the middle anything may be wrong, its
 * stack's address above all.
 */
export class RunningProgram {
  private readonly module: WasmModule;
  private readonly shape: ProgramShape;
  private readonly parameters: Float64Array;
  private instance: Instance | undefined;
  /** Streams of the chunk under way, for a module that draws from the engine's generator. */
  private streams: Streams | undefined;
  private offset = 0;
  private count = 0;
  private rng: Rng | undefined;

  constructor(module: WasmModule, shape: ProgramShape, parameters: Float64Array) {
    this.module = module;
    this.shape = shape;
    this.parameters = parameters;
  }

  /** Starts an instance. Throws FailureCode where the module's prepare says that this cell cannot be. */
  prepare(): void {
    this.instance = this.prepared();
  }

  /** Starts an instance for no cell, and throws what is wrong with it. */
  tryOut(): void {
    this.started();
  }

  /** Fills `columns[m][i]` for permutation `streams.first + i`. */
  compute(streams: Streams, columns: readonly Float64Array[]): void {
    this.streams = streams;
    let done = 0;
    while (done < streams.count) {
      const instance = (this.instance ??= this.prepared());
      const count = Math.min(streams.count - done, instance.next_count);
      this.computeSome(instance, streams, done, count, columns);
      done += count;
      instance.next_count = Math.min(instance.next_count * 2, this.shape.layout.most);
    }
  }

  private computeSome(
    instance: Instance,
    streams: Streams,
    offset: number,
    count: number,
    columns: readonly Float64Array[],
  ): void {
    const { room, exports } = instance;
    const { layout, n_metrics, failures } = this.shape;
    const first = streams.first + offset;
    const before = exports.memory.buffer;
    this.writeParameters(instance);
    writeSeeds(new Uint32Array(before, room + layout.seeds, count * SEED_WORDS), streams, first);
    const behind = room + layout.columns + count * n_metrics * 8;
    new Float64Array(before, room + layout.columns, count * n_metrics).fill(NaN);
    new Uint32Array(before, room + layout.guard, GUARD.length).set(GUARD);
    new Uint32Array(before, behind, GUARD.length).set(GUARD);
    this.offset = offset;
    this.count = count;
    this.rng = undefined;
    const code = this.called(() =>
      exports.simulate(room + layout.parameters, room + layout.seeds, first | 0, count, room + layout.columns),
    );
    if (code !== 0) throw new FailureCode('simulate', code, failures[String(code)]);
    // Where the memory grew, the old buffer is empty.
    const { buffer } = exports.memory;
    if (![room + layout.guard, behind].every((at) => isGuard(buffer, at))) {
      this.instance = undefined;
      throw new BrokenAgreement(
        `simulate writes outside of its columns: they are ${n_metrics} metrics of ${count} doubles each, columns[m * count + i]`,
      );
    }
    for (let m = 0; m < n_metrics; m += 1)
      columns[m]!.set(new Float64Array(buffer, room + layout.columns + m * count * 8, count), offset);
  }

  private writeParameters({ exports, room }: Instance): void {
    new Float64Array(exports.memory.buffer, room + this.shape.layout.parameters, this.parameters.length).set(
      this.parameters,
    );
  }

  private prepared(): Instance {
    const instance = this.started();
    const { prepare } = instance.exports;
    if (prepare === undefined) return instance;
    this.writeParameters(instance);
    const code = this.called(() => prepare(instance.room + this.shape.layout.parameters));
    if (code !== 0) throw new FailureCode('prepare', code, this.shape.failures[String(code)]);
    return instance;
  }

  private started(): Instance {
    const exports = this.called(() => {
      const made = instantiate(this.module, { permafrost: this.imports() });
      made._initialize?.();
      return made;
    });
    const abi = this.called(() => exports.permafrost_abi?.() ?? ABI);
    if (abi !== ABI)
      throw new BrokenAgreement(
        `permafrost_abi returns ${abi}; allowed: ${ABI}. The module was made for another version of permafrost`,
      );
    const { bytes } = this.shape.layout;
    const room = this.called(() => exports.buffer(bytes)) >>> 0;
    const has = exports.memory.buffer.byteLength;
    if (room === 0)
      throw new BrokenAgreement(
        `buffer(${bytes}) returns 0: the module has no room for ${bytes} bytes of parameters, seeds and columns`,
      );
    if (room % 8 !== 0 || room + bytes > has)
      throw new BrokenAgreement(
        `buffer(${bytes}) returns ${room}; allowed: an address that is a multiple of 8, with ${bytes} bytes behind it in the memory of ${has} bytes`,
      );
    return { exports, room, next_count: Math.min(FIRST_CALL, this.shape.layout.most) };
  }

  /** The engine's generator and its math. */
  private imports(): object {
    const start = (i: number): void => {
      if (this.streams === undefined || i < 0 || i >= this.count)
        throw new BrokenAgreement(`permafrost.start(${i}): there are permutations 0 to ${this.count - 1} in this call`);
      this.rng = this.streams.rng(this.offset + i);
    };
    const uint32 = (): number => {
      if (this.rng === undefined) throw new BrokenAgreement('permafrost.uint32() before permafrost.start(i)');
      return this.rng.uint32() | 0;
    };
    return { exp, log, pow, start, uint32 };
  }

  private called<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      this.instance = undefined;
      if (error instanceof BrokenAgreement || error instanceof NoMemory) throw error;
      throw new Trap(`the module traps: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

function writeSeeds(words: Uint32Array, { source }: Streams, first: number): void {
  const generator = GENERATORS.indexOf(source.generator);
  for (let at = 0, perm = first; at < words.length; at += SEED_WORDS, perm += 1) {
    if (source.scheme === 'philox') {
      words[at] = source.key[0];
      words[at + 1] = source.key[1];
      words[at + 2] = perm;
    } else {
      words[at] = seedOf(source.base_seed, perm);
      words[at + 1] = 0;
      words[at + 2] = 0;
    }
    words[at + 3] = generator;
  }
}

function isGuard(buffer: ArrayBuffer, at: number): boolean {
  const found = new Uint32Array(buffer, at, GUARD_BYTES / 4);
  return GUARD.every((word, i) => found[i] === word);
}
