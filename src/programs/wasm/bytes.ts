/** What is read is not there, or no number of WebAssembly. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  /** Byte offset in the module. */
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Reads a WebAssembly binary from `at` up to `end` (core specification, section 5.2: values). */
export class Bytes {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get more(): boolean {
    return this.at < this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new Malformed('the module ends in the middle', this.at);
    return this.bytes[this.at++]!;
  }

  skip(count: number): void {
    if (this.at + count > this.end) throw new Malformed('the module ends in the middle', this.at);
    this.at += count;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    const from = this.at;
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && value < 2 ** 32) return value;
      if (byte < 0x80) break;
    }
    throw new Malformed('a number of more than 32 bits', from);
  }

  /** Over a LEB128 number of at most `most` bytes, whatever its sign. */
  skipLeb(most: number): void {
    const from = this.at;
    for (let n = 0; n < most; n++) if (this.byte() < 0x80) return;
    throw new Malformed('a number that does not end', from);
  }

  name(): string {
    const length = this.u32();
    const from = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(from, this.at));
  }

  /** The next `length` bytes, to be read on their own. */
  part(length: number): Bytes {
    const from = this.at;
    this.skip(length);
    return new Bytes(this.bytes, from, this.at);
  }
}

/** `value` as unsigned LEB128. */
export function leb(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}
