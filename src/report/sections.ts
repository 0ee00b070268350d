import {
  cellsTable,
  drawnMetrics,
  drawnViews,
  extremesTable,
  facts,
  failuresTable,
  hashes,
  incompleteTable,
  metricNote,
  unreachedTable,
} from './contents.ts';
import { leadMetric } from './answer/key-metrics.ts';
import { failedBoundsTable } from './failed-bounds.ts';
import { labelOf } from './answer/words.ts';
import { findings } from './findings.ts';
import { glanceTable } from './glance.ts';
import { limits } from './limits.ts';
import { escapeHtml } from './marks/escape.ts';
import { withUnit } from './marks/estimate.ts';
import type { LineChartData } from './marks/lines.ts';
import { frontTable, plateauTable } from './choices.ts';
import { pathPictures } from './path-pictures.ts';
import { pooledTable } from './pooled-rates.ts';
import { rankingTable } from './ranking.ts';
import type { ReportData } from './marks/report-data.ts';
import {
  BEST_FILE,
  CELLS_FILE,
  FAILURES_FILE,
  INCOMPLETE_FILE,
  PATHS_FILE,
  POOLED_FILE,
  PRECISION_FILE,
  viewFile,
} from './report-files.ts';
import type { ReportTable } from './report-table.ts';
import { breakEvenTable, effectTable, isFlat } from './sensitivity.ts';
import { linePictures, surfacePictures, type Picture } from './surface-pictures.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  /** In the contents. */
  readonly short: string;
  readonly html: string;
}

/** The same skeleton for every model; what a run has nothing to say of is left out. */
export function sectionsOf(data: ReportData): Section[] {
  const some = data.cells.length > 0;
  const all: (Section | false)[] = [
    some && { id: 'surface', title: 'The surface', short: 'Surface', html: surface(data) },
    some && { id: 'distributions', title: 'Distributions', short: 'Distributions', html: distributions(data) },
    { id: 'paths', title: 'Paths', short: 'Paths', html: paths(data) },
    { id: 'comparisons', title: 'Comparisons', short: 'Comparisons', html: comparisons(data) },
    { id: 'sensitivity', title: 'Sensitivity', short: 'Sensitivity', html: sensitivity(data) },
    some && { id: 'details', title: 'Details', short: 'Details', html: details(data) },
    { id: 'run', title: 'What was run', short: 'What was run', html: run(data) },
    { id: 'integrity', title: 'Integrity', short: 'Integrity', html: integrity(data) },
    { id: 'limits', title: 'What these numbers do and do not say', short: 'Limits', html: limitList(data) },
  ];
  return all.filter((section): section is Section => section !== false && section.html !== '');
}

/** The page's program puts its maps in `#explore`, and hides what is only for readers without it. */
function surface(data: ReportData): string {
  const lead = leadMetric(data);
  if (lead === undefined) return '';
  const fixed = pictures(surfacePictures(data, lead));
  return `<div id="explore"></div><div class="static">${fixed}</div>`;
}

function distributions(data: ReportData): string {
  const glance = glanceTable(data.cells, data.metrics);
  const lead = leadMetric(data);
  const fixed = glance ?? (lead === undefined ? undefined : extremesTable(data, lead));
  return `<div id="cell"></div>${fixed === undefined ? '' : table(fixed)}`;
}

function paths(data: ReportData): string {
  const groups = pathPictures(data).map(
    ({ name, pictures: drawn }) => `<h3>${escapeHtml(name)}</h3>${pictures(drawn)}`,
  );
  return groups.length === 0 ? '' : `${groups.join('')}${fileNote(PATHS_FILE)}`;
}

function comparisons(data: ReportData): string {
  const plateaus = plateauTable(data);
  const front = frontTable(data);
  return [
    subsection('Best cells', BEST_FILE, rankingTable(data)),
    plateaus === undefined ? '' : `<h3>Plateaus and peaks</h3>${table(plateaus)}`,
    front === undefined ? '' : `<h3>What no other cell beats</h3>${table(front)}`,
    subsection('Rates', POOLED_FILE, pooledTable(data)),
  ].join('');
}

function sensitivity(data: ReportData): string {
  const effects = effectTable(data);
  const break_even = breakEvenTable(data);
  const views = drawnViews(data).map((view, k) => ({ view, file: viewFile(k, view.title) }));
  const moving = views.filter(({ view }) => !isFlat(view));
  const flat = views.filter(({ view }) => isFlat(view));
  return [
    effects === undefined ? '' : table(effects),
    break_even === undefined ? '' : `<h3>Where it turns</h3>${table(break_even)}`,
    ...moving.map(({ view, file }) => figureGroup(data, view, file)),
    flat.length === 0
      ? ''
      : `<p class="note">No line moves by more than its errors, so not drawn: ${flat.map(({ view, file }) => `<a href="${escapeHtml(file)}">${escapeHtml(view.title)}</a>`).join(', ')}.</p>`,
  ].join('');
}

function details(data: ReportData): string {
  const lead = leadMetric(data);
  const blocks = drawnMetrics(data).map((metric) => {
    const name = withUnit(metric, data.metrics[metric]);
    const note = metricNote(data, metric);
    return `<details${metric === lead ? ' open' : ''}><summary><h3>${escapeHtml(labelOf(metric, data.metrics[metric]))}</h3> <code>${escapeHtml(name)}</code></summary>${note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`}${table(extremesTable(data, metric))}</details>`;
  });
  const left = Object.keys(data.metrics).length - blocks.length;
  return [
    `<h3 id="h-cells">Cells</h3><div id="cells"></div><div class="static">${table(cellsTable(data))}</div>${fileNote(CELLS_FILE)}`,
    ...blocks,
    left > 0 ? `<p class="note">${left} more metrics are in <a href="${CELLS_FILE}">${CELLS_FILE}</a>.</p>` : '',
  ].join('\n');
}

function run(data: ReportData): string {
  return `${factTable(facts(data))}<details><summary>The study as it was run</summary><pre tabindex="0">${escapeHtml(data.study_text)}</pre></details>`;
}

function integrity(data: ReportData): string {
  const bounds = failedBoundsTable(data);
  const items = findings(data).map(({ level, text }) => `<li class="${level}">${escapeHtml(text)}</li>`);
  return [
    `<ul class="findings">${items.join('')}</ul>`,
    subsection('Incomplete cells', INCOMPLETE_FILE, incompleteTable(data)),
    subsection('Cells that are not precise enough', PRECISION_FILE, unreachedTable(data)),
    subsection('Failures', FAILURES_FILE, failuresTable(data)),
    bounds === undefined ? '' : `<h3>What the failed permutations could change</h3>${table(bounds)}`,
    `<details><summary>Hashes, seed and versions</summary>${factTable(hashes(data))}</details>`,
  ].join('');
}

function limitList(data: ReportData): string {
  return `<ul>${limits(data)
    .map((text) => `<li>${escapeHtml(text)}</li>`)
    .join('')}</ul>`;
}

function factTable(list: readonly (readonly [string, string])[]): string {
  const rows = list.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table class="facts">${rows.join('')}</table>`;
}

function figureGroup(data: ReportData, view: LineChartData, file: string): string {
  return `<h3>${escapeHtml(view.title)}</h3>${pictures(linePictures(data, view))}${fileNote(file)}`;
}

function fileNote(file: string): string {
  return `<p class="note">All numbers: <a href="${escapeHtml(file)}">${escapeHtml(file)}</a></p>`;
}

export function pictures(drawn: readonly Picture[]): string {
  const figures = drawn.map(
    ({ svg, caption, legend, wide }) =>
      `<figure${wide ? ' class="wide"' : ''}>${wide ? `<div class="scroll" tabindex="0" role="group" aria-label="picture of the surface">${svg}</div>` : svg}${legend}${caption === '' ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`}</figure>`,
  );
  return figures.length === 0 ? '' : `<div class="figures">${figures.join('')}</div>`;
}

function subsection(title: string, file: string, content: ReportTable | undefined): string {
  return content === undefined ? '' : `<h3>${title}</h3>${table(content)}${fileNote(file)}`;
}

function table({ header, rows, note }: ReportTable): string {
  const head = header.map((name) => (name === '' ? '<td></td>' : `<th scope="col">${escapeHtml(name)}</th>`)).join('');
  const body = rows.map((row) => `<tr>${row.map((field) => `<td>${escapeHtml(field)}</td>`).join('')}</tr>`).join('\n');
  return `${note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`}<div class="scroll" tabindex="0" role="group" aria-label="table of ${escapeHtml(
    header
      .filter((name) => name !== '')
      .slice(0, 3)
      .join(', '),
  )}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
