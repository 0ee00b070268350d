/** How far a cell is. `shared`: this run's share of it is done, the rest is another's. */
export const CELL_STATUSES = ['waiting', 'running', 'complete', 'failed', 'stopped', 'shared'] as const;
/** How far a cell is. */
export type CellStatus = (typeof CELL_STATUSES)[number];

/** Status, row count and target of every cell, in a few bytes each. */
export class CellStates {
  private readonly statuses: Uint8Array;
  private readonly n_done: Float64Array;
  private readonly n_target: Float64Array;

  /** `target`: permutations per cell, before a cell is known to have fewer. */
  constructor(cells: number, target: number) {
    this.statuses = new Uint8Array(cells);
    this.n_done = new Float64Array(cells);
    this.n_target = new Float64Array(cells).fill(target);
  }

  set(index: number, status: CellStatus, n_done: number): void {
    this.statuses[index] = CELL_STATUSES.indexOf(status);
    this.n_done[index] = n_done;
  }

  status(index: number): CellStatus {
    return CELL_STATUSES[this.statuses[index]!]!;
  }

  done(index: number): number {
    return this.n_done[index]!;
  }

  target(index: number): number {
    return this.n_target[index]!;
  }

  setTarget(index: number, target: number): void {
    this.n_target[index] = target;
  }

  /** How many cells have this status. */
  count(status: CellStatus): number {
    const code = CELL_STATUSES.indexOf(status);
    return this.statuses.reduce((count, each) => count + (each === code ? 1 : 0), 0);
  }
}
