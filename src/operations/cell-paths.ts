import { EngineError } from '../errors.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { setupOf } from '../execute/model-setup.ts';
import { Simulator } from '../execute/simulator.ts';
import type { Course } from '../model/model.ts';
import { cellOf } from '../plan/run-cell.ts';
import type { FilePort } from '../files/port.ts';
import { leadMetric } from '../report/answer/key-metrics.ts';
import { middleOf } from '../report/answer/middle.ts';
import { fanCourses } from '../report/gather/fan-courses.ts';
import { estimateOf } from '../report/marks/estimate.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import type { CellCourses, ReportData } from '../report/marks/report-data.ts';
import { refuseOwnCode, storedStudy } from '../stored/stored-experiment.ts';
import { placeOfCell } from '../study/find-cell.ts';
import { filesOf, type StudyPlace } from './given-study.ts';

/** Whose courses a report draws. */
export interface PathsAsked extends StudyPlace {
  /** Cell ids, or parameter values that no other cell has. Default: the best, the middle and the worst complete cell. */
  readonly cells?: readonly string[] | undefined;
  /** Permutations that are computed again, from the first on. Default: 200, or all there are. */
  readonly permutations?: number | undefined;
}

const DEFAULT_PERMUTATIONS = 200;

/** Computes permutations of chosen cells again, for the courses that no row holds. Throws USAGE where the model tells none. */
export async function cellPaths(
  port: FilePort,
  output: string,
  data: Omit<ReportData, 'paths'>,
  { cells: named, permutations = DEFAULT_PERMUTATIONS, ...place }: PathsAsked,
): Promise<CellCourses[]> {
  await refuseOwnCode(port, output, filesOf(place));
  const { experiment } = await storedStudy(port, output, filesOf(place));
  const { cells, study } = experiment;
  if (study.model.path === undefined)
    throw new EngineError(
      'USAGE',
      `--paths: the model ${study.model.name} tells no course in time (a model does by path()).`,
      {
        path: '--paths',
        value: study.model.name,
      },
    );
  if (study.streams.antithetic === true)
    throw new EngineError(
      'USAGE',
      '--paths: permutations of this run are antithetic pairs, whose rows are means of two courses: neither of them is the course of its row.',
      { path: '--paths' },
    );
  const simulator = await Simulator.create(setupOf(experiment, chooseKernel('auto', 0).kernel));
  const places = (named ?? typical(data).map(({ cell_id }) => cell_id)).map((name) =>
    placeOfCell(study, cells, name, output),
  );
  const found: CellCourses[] = [];
  for (const index of new Set(places)) {
    const at = cells.at(index);
    const reported = data.cells.find(({ cell_id }) => cell_id === at.cell_id);
    if (reported === undefined)
      throw new EngineError(
        'USAGE',
        `--paths ${at.cell_id}: this cell is not complete; run the study to its end first.`,
        {
          path: '--paths',
          value: at.cell_id,
        },
      );
    const { setup } = cellOf(experiment, at, output);
    const courses: Course[] = [];
    for (let perm_index = 0; perm_index < Math.min(permutations, reported.n); perm_index++) {
      const course = await simulator.path(setup, perm_index);
      if (course !== undefined) courses.push(course);
    }
    found.push({
      cell: reported,
      along: courses[0]?.along ?? '',
      n: courses.length,
      courses: fanCourses(courses, await simulator.unperturbedPath(setup)),
    });
  }
  return found;
}

/** The highest, the middle and the lowest cell by what the report is about. */
function typical(data: Omit<ReportData, 'paths'>): ReportedCell[] {
  const metric = leadMetric(data);
  if (metric === undefined) return data.cells.slice(0, 1);
  const valueOf = (cell: ReportedCell): number => estimateOf(cell.statistics[metric]!, middleOf(data, metric)).value;
  const ordered = data.cells.filter((cell) => !Number.isNaN(valueOf(cell))).sort((a, b) => valueOf(b) - valueOf(a));
  const places = [0, Math.floor((ordered.length - 1) / 2), ordered.length - 1];
  return [...new Set(places)].flatMap((k) => ordered[k] ?? []);
}
