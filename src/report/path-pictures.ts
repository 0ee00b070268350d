import { settingWords } from './answer/words.ts';
import { formatCount } from '../wording/format-number.ts';
import { axesOf } from './marks/axes.ts';
import type { ReportData } from './marks/report-data.ts';
import { fanPlot, fanRange } from './svg/fan-plot.ts';
import type { Picture } from './surface-pictures.ts';

/** A group of pictures for each course that the model tells; the cells side by side, on one scale. */
export function pathPictures(data: ReportData): { readonly name: string; readonly pictures: readonly Picture[] }[] {
  const axes = axesOf(data.cells);
  const names = data.paths[0]?.courses.map(({ name }) => name) ?? [];
  return names.map((name) => {
    const all = data.paths.flatMap(({ cell, along, n, courses }) =>
      courses.filter((course) => course.name === name).map((course) => ({ cell, along, n, course })),
    );
    const range = fanRange(all.map(({ course }) => course));
    const pictures = all.map(({ cell, along, n, course }) => ({
      svg: fanPlot(course, along, range),
      caption: `${settingWords(cell, axes)}. Line: the median of ${formatCount(n)} permutations; bands: 50 % and 90 % of them at each place${course.unperturbed === undefined ? '' : '; dashed: the unperturbed case'}.`,
      legend: '',
      wide: false,
    }));
    return { name, pictures: pictures.filter(({ svg }) => svg !== '') };
  });
}
