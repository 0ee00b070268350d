import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import type { Parameters } from '../model/model.ts';
import type { StreamSource } from '../random/generator.ts';
import { streamSource } from '../random/seeding.ts';
import { describeSeed } from '../random/streams.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import { cellFolderOf } from '../store/scan/layout.ts';
import { allParameters, type Cell } from '../study/cells.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';

/** What computes a cell's rows. */
export interface CellSetup {
  /** All active parameters, those taken from inputs included. */
  readonly parameters: Parameters;
  readonly source: StreamSource;
  readonly schema: MetricsSchema;
}

/** A cell as the run works on it. */
export interface RunCell {
  /** Position in the study. */
  readonly index: number;
  readonly cell_id: string;
  /** Active parameters as the study and the defaults give them. */
  readonly parameters: Parameters;
  readonly setup: CellSetup;
  readonly place: CellPlace;
}

/** The cells of a run, made one at a time: memory does not grow with their number. */
export interface RunCells extends Iterable<RunCell> {
  readonly length: number;
  /** Where each cell stands in the study, and its id: what can be said of a cell without making it. */
  places(): Iterable<Pick<RunCell, 'index' | 'cell_id'>>;
  /** The cell at this place of the study, one of `places`. */
  at(index: number): RunCell;
  /** The cell with this id; undefined where the run has none. The first call looks at every cell. */
  find(cell_id: string): RunCell | undefined;
}

/** A cell as the run works on it. */
export function cellOf(experiment: LoadedStudy, cell: Cell, output: string): RunCell {
  const { study, hashOf } = experiment;
  const setup: CellSetup = {
    parameters: allParameters(cell),
    source: streamSource(cell.cell_id, study.seed, study.streams),
    schema: {
      format: study.format,
      model: study.model.name,
      cell_id: cell.cell_id,
      experiment: hashOf(cell),
      metrics: study.metrics,
      batch_rows: study.batch_rows,
    },
  };
  const folder = cellFolderOf(output, cell.cell_id);
  return {
    index: cell.index,
    cell_id: cell.cell_id,
    parameters: setup.parameters,
    setup,
    place: { folder, schema: setup.schema },
  };
}

/** The seed of a permutation, for people and for failures.csv. */
export function seedOf({ setup }: RunCell, perm_index: number): string {
  return describeSeed(setup.source, perm_index);
}
