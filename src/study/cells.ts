import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { Parameters } from '../model/model.ts';
import { EngineError } from '../errors.ts';
import { foldedName } from './folded-name.ts';
import { Problems, quoted, show } from './problem.ts';
import { Resolver } from './resolver.ts';
import type { Study } from './study.ts';
import type { Block } from './surface.ts';

/** One point of the surface. */
export interface Cell {
  /** Place in the list of cells, from 0. */
  readonly index: number;
  readonly cell_id: string;
  /** The steps it belongs to; more than one where steps have a cell in common; empty outside steps. */
  readonly steps: readonly string[];
  /** All resolved active parameters but those in `input_defaults`: what `params` ids are made of. In the order of the model. */
  readonly parameters: Parameters;
  /** Active parameters whose default came from an input. */
  readonly input_defaults: Parameters;
  /** Position on each axis of its grid, single-valued axes included; empty for an explicit cell. */
  readonly positions: readonly number[];
}

/** Everything that `prepare` gets: the parameters and those defaulted from inputs. */
export function allParameters(cell: Pick<Cell, 'parameters' | 'input_defaults'>): Parameters {
  return { ...cell.parameters, ...cell.input_defaults };
}

/** The distinct cells of a study, expanded one at a time: four bytes are kept for each. */
export interface CellList extends Iterable<Cell> {
  readonly length: number;
  /** Grid points and explicit cells before folding. */
  readonly points: number;
  /** Points that are the same cell as an earlier one, up to inactive parameters. */
  readonly folded: number;
  at(index: number): Cell;
  idAt(index: number): string;
  /** Place of the cell with this id, -1 where there is none. Looks at every cell. */
  indexOf(cell_id: string): number;
}

/**
 * Expands the surface of a study: grid first, then explicit cells, then step by step. Cells equal up to inactive parameters are one,
 * under the id of the first. `inputDefaults` is what `Model.defaultsFrom` made of the inputs that were given. Throws a
 * StudyError with all problems of single cells: a parameter missing, the model's own `check`, two cells with one id.
 */
export function expandCells(study: Study, inputDefaults: Parameters = {}): CellList {
  return new Cells(study, inputDefaults);
}

/** How many problems of single cells are reported; more would only repeat them. */
const MAX_CELL_PROBLEMS = 20;

class Cells implements CellList {
  readonly points: number;
  private readonly study: Study;
  private readonly blocks: readonly Block[];
  private readonly resolvers: readonly Resolver[];
  /** Number of the first point of each block. */
  private readonly offsets: readonly number[];
  /** Number of the point of each cell, ascending. */
  private readonly kept: Uint32Array;
  /** Further steps of cells that are in several: cell -> steps. */
  private readonly shared = new Map<number, string[]>();

  constructor(study: Study, inputDefaults: Parameters) {
    this.study = study;
    this.blocks = study.surface.blocks;
    this.resolvers = this.blocks.map((block) => new Resolver(study.model, block, inputDefaults));
    const offsets: number[] = [];
    let total = 0;
    for (const { size } of this.resolvers) {
      offsets.push(total);
      total += size;
    }
    this.offsets = offsets;
    ({ points: this.points, kept: this.kept } = this.fold(total));
    this.check();
  }

  get length(): number {
    return this.kept.length;
  }

  get folded(): number {
    return this.points - this.kept.length;
  }

  at(index: number): Cell {
    const { block, resolver } = this.goTo(index);
    const { parameters, input_defaults } = resolver.resolved();
    const positions = block.explicit === undefined ? resolver.indices() : [];
    const steps = [...(block.step === undefined ? [] : [block.step]), ...(this.shared.get(index) ?? [])];
    return { index, cell_id: this.id(block, resolver), steps, parameters, input_defaults, positions };
  }

  idAt(index: number): string {
    const { block, resolver } = this.goTo(index);
    return this.id(block, resolver);
  }

  indexOf(cell_id: string): number {
    for (let i = 0; i < this.length; i++) if (this.idAt(i) === cell_id) return i;
    return -1;
  }

  *[Symbol.iterator](): Generator<Cell> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  private goTo(index: number): { readonly block: Block; readonly resolver: Resolver } {
    assert(Number.isInteger(index) && index >= 0 && index < this.kept.length, 'no such cell');
    return this.goToPoint(this.kept[index]!).here;
  }

  private goToPoint(point: number): { here: { block: Block; resolver: Resolver }; isPoint: boolean } {
    let low = 0;
    let high = this.offsets.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.offsets[middle]! <= point) low = middle;
      else high = middle - 1;
    }
    const resolver = this.resolvers[low]!;
    const isPoint = resolver.goTo(point - this.offsets[low]!);
    return { here: { block: this.blocks[low]!, resolver }, isPoint };
  }

  /**
   * Id of the point that the resolver stands at. With `cell_ids: params` the first 16 hex digits of SHA-256 over
   * `{"model":...,"parameters":{...}}`, keys in code-unit order, no spaces; the parameters are all active ones but those defaulted from an
   * input file. `{"model":"coin","parameters":{"flips":100,"p":0.5}}` gives c9f3a0bd4f0f85ad.
   */
  private id(block: Block, resolver: Resolver): string {
    const own = block.explicit?.id;
    if (own !== undefined) return own;
    if (this.study.cell_ids === 'params') return hash('sha256', resolver.text()).slice(0, 16);
    // A grid without axes has one cell, "0"; an explicit cell is named after its place in the study.
    const place =
      block.explicit === undefined ? resolver.indices().join('_') || '0' : `cells_${block.explicit.position}`;
    return block.step === undefined ? place : `${block.step}.${place}`;
  }

  /** Finds the distinct cells: by 64 bits of the hash of their text and, where these agree, by the text itself. */
  private fold(total: number): { points: number; kept: Uint32Array } {
    const seen = new SeenTexts(total, (cell) => this.goToPoint(kept[cell]!).here.resolver.text());
    const kept = new Uint32Array(total);
    let points = 0;
    let cells = 0;
    for (let b = 0, point = 0; b < this.blocks.length; b++) {
      const resolver = this.resolvers[b]!;
      for (let local = 0; local < resolver.size; local++, point++) {
        if (!resolver.goTo(local)) continue;
        points++;
        const earlier = seen.add(resolver.text(), cells);
        if (earlier === undefined) kept[cells++] = point;
        else this.share(earlier, this.goToPoint(kept[earlier]!).here.block.step, this.blocks[b]!.step);
      }
    }
    return { points, kept: kept.slice(0, cells) };
  }

  private share(cell: number, first: string | undefined, step: string | undefined): void {
    const others = this.shared.get(cell) ?? [];
    if (step === undefined || step === first || others.includes(step)) return;
    this.shared.set(cell, [...others, step]);
  }

  private check(): void {
    const { study } = this;
    const problems = new Problems(study.locate);
    const own = this.explicitIds(problems);
    const told = new Set<string>();
    const tell = (path: Block['path'], sentence: string, cell: string): void => {
      if (told.has(sentence) || problems.list.length >= MAX_CELL_PROBLEMS) return;
      told.add(sentence);
      problems.add(path, `${sentence}${cell}`);
    };
    for (let i = 0; i < this.length; i++) {
      const { block, resolver } = this.goTo(i);
      const missing = resolver.missing();
      if (missing !== undefined) tell(block.path, this.needs(missing), this.nameOf(i));
      if (study.model.check !== undefined) {
        for (const { parameter, message } of this.ask(i)) tell(block.path, `${parameter}: ${message}`, this.nameOf(i));
      }
      if (own.size > 0 && block.explicit?.id === undefined) {
        const other = own.get(foldedName(this.id(block, resolver)));
        if (other !== undefined) tell(this.pathOf(other), this.twice(other, i), '');
      }
    }
    problems.throwIfAny(study.file);
  }

  private needs(parameter: string): string {
    const { name, parameters } = this.study.model;
    const { description } = parameters[parameter]!;
    return `model ${name} needs ${parameter}${description === undefined ? '' : ` (${description})`}, which has no default`;
  }

  /** Ids that explicit cells carry, folded, each with its cell; two cells with the same one are a problem. */
  private explicitIds(problems: Problems): Map<string, number> {
    const own = new Map<string, number>();
    if (!this.blocks.some((block) => block.explicit?.id !== undefined)) return own;
    for (let i = 0; i < this.length; i++) {
      const id = this.goTo(i).block.explicit?.id;
      if (id === undefined) continue;
      const other = own.get(foldedName(id));
      if (other === undefined) own.set(foldedName(id), i);
      else problems.add([...this.pathOf(i), 'id'], this.twice(other, i), { value: id });
    }
    return own;
  }

  private twice(a: number, b: number): string {
    const [id, twin] = [this.idAt(a), this.idAt(b)];
    if (id !== twin)
      return `the ids ${quoted(id)} and ${quoted(twin)} differ only by case or Unicode form: on many systems the two cells would share a folder;${this.nameOf(a)} and${this.nameOf(b)}; change one`;
    return `two different cells have the id ${quoted(id)}:${this.nameOf(a)} and${this.nameOf(b)}; change one`;
  }

  private pathOf(cell: number): Block['path'] {
    return this.goTo(cell).block.path;
  }

  private ask(cell: number): readonly { readonly parameter: string; readonly message: string }[] {
    const { model } = this.study;
    try {
      return model.check!(allParameters(this.goTo(cell).resolver.resolved()));
    } catch (cause) {
      const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      throw new EngineError('MODEL', `model ${model.name}: check() failed with ${what};${this.nameOf(cell)}`, {
        cause,
      });
    }
  }

  /** " cell {p: 0.5, flips: 100}" for messages. */
  private nameOf(cell: number): string {
    return ` (cell ${show(allParameters(this.goTo(cell).resolver.resolved()))})`;
  }
}

/** A hash table of texts that keeps twelve bytes for each, made for once. */
class SeenTexts {
  private readonly high: Uint32Array;
  private readonly low: Uint32Array;
  /** Open addressing: cell + 1, 0 for free. */
  private readonly table: Uint32Array;
  private readonly textOf: (cell: number) => string;

  constructor(capacity: number, textOf: (cell: number) => string) {
    this.high = new Uint32Array(capacity);
    this.low = new Uint32Array(capacity);
    let size = 16;
    while (size < capacity * 2) size *= 2;
    this.table = new Uint32Array(size);
    this.textOf = textOf;
  }

  /** The cell that has this text already; else takes it down for `cell`, the next new number. */
  add(text: string, cell: number): number | undefined {
    const digest = hash('sha256', text);
    const [high, low] = [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16)];
    const mask = this.table.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const other = this.table[slot]! - 1;
      if (other < 0) {
        this.table[slot] = cell + 1;
        this.high[cell] = high;
        this.low[cell] = low;
        return undefined;
      }
      if (this.high[other] === high && this.low[other] === low && this.textOf(other) === text) return other;
    }
  }
}
