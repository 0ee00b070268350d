/** Of one thread's programs so much of stderr is shown [bytes]; it is read to the end all the same, so that no program ever waits. */
const SHOWN_BYTES = 256 * 1024;
/** A line is kept and shown up to here [characters]. */
const LONGEST_LINE = 500;
/** Lines that an error tells of. */
const KEPT_LINES = 5;

/** What a program writes to stderr: each line goes to the run's stderr, named, and the last ones are told with an error. */
export class ProgramLog {
  /** The cell that is computed. */
  cell = '';
  readonly #show: (line: string) => void;
  #decoder = new TextDecoder();
  #line = '';
  #tail: string[] = [];
  #left_bytes = SHOWN_BYTES;

  constructor(show: (line: string) => void = (line) => void process.stderr.write(line)) {
    this.#show = show;
  }

  /** The last lines, oldest first, of the process that writes now. */
  get tail(): readonly string[] {
    return this.#line.trim() === '' ? this.#tail : [...this.#tail, this.#line].slice(-KEPT_LINES);
  }

  get lastLine(): string | undefined {
    return this.tail.at(-1);
  }

  write(bytes: Uint8Array): void {
    const lines = this.#decoder.decode(bytes, { stream: true }).split('\n');
    lines[0] = this.#line + lines[0]!;
    this.#line = lines.pop()!.slice(0, LONGEST_LINE);
    for (const line of lines) this.#add(line.trimEnd().slice(0, LONGEST_LINE));
  }

  /** The lines of a process that is gone are not those of the next. */
  forget(): void {
    if (this.#line !== '') this.#add(this.#line);
    this.#line = '';
    this.#tail = [];
    this.#decoder = new TextDecoder();
  }

  #add(line: string): void {
    if (line.trim() !== '') {
      this.#tail.push(line);
      if (this.#tail.length > KEPT_LINES) this.#tail.shift();
    }
    if (this.#left_bytes <= 0) return;
    const text = `model (cell ${this.cell}): ${line}\n`;
    this.#left_bytes -= Buffer.byteLength(text);
    this.#show(text);
    if (this.#left_bytes <= 0)
      this.#show(`model: more than ${SHOWN_BYTES / 1024} KiB on stderr; what follows is not shown\n`);
  }
}
