/** The idle GPUs, by number: a bit each. */
export class IdleGpus {
  private readonly words: Uint32Array;

  /** All of 0 .. count - 1 are idle. */
  constructor(count: number) {
    this.words = new Uint32Array(Math.ceil(count / 32));
    for (let gpu = 0; gpu < count; gpu++) this.add(gpu);
  }

  add(gpu: number): void {
    this.words[gpu >>> 5]! |= 1 << (gpu & 31);
  }

  remove(gpu: number): void {
    this.words[gpu >>> 5]! &= ~(1 << (gpu & 31));
  }

  /** The lowest idle GPU not below `from`; -1 if there is none. */
  from(from: number): number {
    let word = from >>> 5;
    if (word >= this.words.length) return -1;
    let bits = this.words[word]! & (-1 << (from & 31));
    while (bits === 0) {
      if (++word >= this.words.length) return -1;
      bits = this.words[word]!;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }
}
