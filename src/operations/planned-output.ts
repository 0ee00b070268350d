import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import { segmentsOf } from '../plan/segments.ts';
import { ownOf, wantedOf, type Share } from '../plan/share.ts';
import type { CellSet, ScannedCell, ScannedExperiment } from '../run/loop/scan-cells.ts';
import { failedPermutations } from '../store/failures.ts';
import type { Derivation } from '../study/derived.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { countPermutations, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';

/** A cell as the run would work on it; of a shard its own permutations. */
export interface PlannedCell {
  readonly cell_id: string;
  readonly n_done: number;
  /** Permutations of the complete cell; where its rows do not decide that yet, the most that it may get. */
  readonly n_target: number;
  /** Failed before, and not tried again. */
  readonly n_failed: number;
  /** What is computed or copied: n_target - n_done - n_failed permutations. */
  readonly missing: readonly PermutationRange[];
}

/** One output as the plan looks at it. */
export interface PlannedOutput extends CellSet {
  readonly experiment: LoadedStudy;
  readonly share: Share | undefined;
  /** Permutations on record as failed are left out. */
  readonly leaves_failed: boolean;
  readonly planned: PlannedCell[];
  at_most: boolean;
  /** Permutations to be computed for the output, by cell; absent where none are. */
  readonly computed: Map<string, number>;
  /** Rows of the cells that will be complete: all are read back and summarised. */
  rows_finished: number;
  cells_shared: number;
  readonly waiting: readonly Derivation[];
}

/** Takes down what each output misses, and which permutations are computed for it. Returns the counts of the experiment, each permutation once. */
export function planExperiment(
  port: FilePort,
  { members, donors }: ScannedExperiment<PlannedOutput>,
): {
  readonly total: number;
  readonly failed: number;
  readonly missing: number;
} {
  const parts = members.map((member) => partOf(port, member));
  for (const [k, { output, cell, check }] of members.entries()) {
    const { own, left, wanted, whole_after, target } = parts[k]!;
    const n_target = countPermutations(own);
    const n_missing = countPermutations(wanted);
    const n_failed = countPermutations(left) - n_missing;
    const n_done = n_target - n_failed - n_missing;
    output.planned.push({ cell_id: cell.cell_id, n_done, n_target, n_failed, missing: wanted });
    if (whole_after && n_missing > 0) output.rows_finished += target;
    if (k > 0) output.cells_shared += 1;
    if (output.stopping !== undefined && output.share === undefined && check?.stop !== true) output.at_most = true;
  }
  const wanted = parts.map((part) => part.wanted);
  const segments = segmentsOf(
    wanted,
    donors.map(({ scan }) => scan.present),
  );
  const computed = segments.filter(({ held_by }) => held_by.length === 0);
  for (const segment of computed) {
    const { output, cell } = members[segment.wanted_by[0]!]!;
    const before = output.computed.get(cell.cell_id) ?? 0;
    output.computed.set(cell.cell_id, before + segment.to - segment.from);
  }
  const failed = subtractRanges(union(parts.map((part) => subtractRanges(part.left, part.wanted))), segments);
  return {
    total: countPermutations(union(parts.map((part) => part.own))),
    failed: countPermutations(failed),
    missing: countPermutations(computed),
  };
}

/** What a run has to do with a cell in one output. */
interface CellPart {
  readonly target: number;
  /** The run's permutations of the cell. */
  readonly own: readonly PermutationRange[];
  /** Those of them without a row. */
  readonly left: readonly PermutationRange[];
  /** Those of these that get one. */
  readonly wanted: readonly PermutationRange[];
  /** Every row of the cell is there then, another run's included. */
  readonly whole_after: boolean;
}

function partOf(port: FilePort, { output, cell, scan }: ScannedCell<PlannedOutput>): CellPart {
  if (scan instanceof EngineError) throw scan;
  const { target } = scan;
  const all = [{ from: 0, to: target }];
  const missing = subtractRanges(all, scan.present);
  const share = output.share?.(cell);
  const leave = output.leaves_failed && missing.length > 0;
  const failed = leave ? failedPermutations(port, cell.place.folder) : [];
  const wanted = wantedOf(missing, share, failed);
  const whole_after = countPermutations(wanted) === countPermutations(missing);
  return { target, own: ownOf(all, share), left: ownOf(missing, share), wanted, whole_after };
}

function union(lists: readonly (readonly PermutationRange[])[]): readonly PermutationRange[] {
  return lists.length === 1 ? lists[0]! : segmentsOf(lists);
}
