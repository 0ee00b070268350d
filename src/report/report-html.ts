import {
  cellsTable,
  drawnMetrics,
  drawnViews,
  extremesTable,
  facts,
  failuresTable,
  incompleteTable,
  metricNote,
  unreachedTable,
} from './contents.ts';
import { escapeHtml } from './marks/escape.ts';
import { withUnit } from './marks/estimate.ts';
import { findings } from './findings.ts';
import { glanceTable } from './glance.ts';
import { limits } from './limits.ts';
import { pooledTable } from './pooled-rates.ts';
import { rankingTable } from './ranking.ts';
import {
  BEST_FILE,
  CELLS_FILE,
  FAILURES_FILE,
  INCOMPLETE_FILE,
  POOLED_FILE,
  PRECISION_FILE,
  viewFile,
} from './report-files.ts';
import type { ReportData, ReportFinding } from './report-data.ts';
import type { ReportTable } from './report-table.ts';
import { STYLE } from './style.ts';
import { linePictures, surfacePictures, type Picture } from './surface-pictures.ts';

/** The report as one HTML file that needs nothing else: no script, no network. */
export function reportHtml(data: ReportData): string {
  const title = escapeHtml(data.name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: permafrost report</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${findingList(data, ['bad', 'good'])}
${sections(data)}
</body>
</html>
`;
}

function sections(data: ReportData): string {
  const views = drawnViews(data);
  const metrics = drawnMetrics(data);
  const left = Object.keys(data.metrics).length - metrics.length;
  const some = data.cells.length > 0;
  return [
    glance(data),
    findingList(data, ['note']),
    section('Incomplete cells', INCOMPLETE_FILE, incompleteTable(data)),
    section('Cells that are not precise enough', PRECISION_FILE, unreachedTable(data)),
    section('Failures', FAILURES_FILE, failuresTable(data)),
    `<h2>What was run</h2>`,
    `<table class="facts">${facts(data)
      .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
      .join('')}</table>`,
    `<details><summary>The study as it was run</summary><pre>${escapeHtml(data.study_text)}</pre></details>`,
    section('Best cells', BEST_FILE, rankingTable(data)),
    ...(views.length === 0 ? [] : ['<h2>Views</h2>']),
    ...views.map((view, k) => figureGroup(view.title, viewFile(k, view.title), linePictures(data, view))),
    ...(some ? ['<h2>Metrics over the surface</h2>'] : []),
    ...metrics.map((metric) => metricSection(data, metric)),
    ...(some && left > 0
      ? [`<p class="note">${left} more metrics are in <a href="${CELLS_FILE}">${CELLS_FILE}</a>.</p>`]
      : []),
    section('Rates', POOLED_FILE, pooledTable(data)),
    ...(some ? [section('Cells', CELLS_FILE, cellsTable(data))] : []),
    '<h2>What these numbers do and do not say</h2>',
    `<ul>${limits(data)
      .map((text) => `<li>${escapeHtml(text)}</li>`)
      .join('')}</ul>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function findingList(data: ReportData, levels: readonly ReportFinding['level'][]): string {
  const items = findings(data)
    .filter(({ level }) => levels.includes(level))
    .map(({ level, text }) => `<li class="${level}">${escapeHtml(text)}</li>`);
  return items.length === 0 ? '' : `<ul class="findings">${items.join('')}</ul>`;
}

/** What a person asks first comes first. */
function glance({ cells, metrics }: ReportData): string {
  const found = glanceTable(cells, metrics);
  return found === undefined ? '' : `<h2>At a glance</h2>${table(found)}`;
}

function metricSection(data: ReportData, metric: string): string {
  const name = escapeHtml(withUnit(metric, data.metrics[metric]));
  const note = metricNote(data, metric);
  return [
    `<section><h3>${name}</h3>`,
    note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`,
    pictures(surfacePictures(data, metric)),
    table(extremesTable(data, metric)),
    '</section>',
  ].join('');
}

function figureGroup(title: string, file: string, drawn: readonly Picture[]): string {
  return `<section><h3>${escapeHtml(title)}</h3>${pictures(drawn)}<p class="note"><a href="${escapeHtml(file)}">${escapeHtml(file)}</a></p></section>`;
}

function pictures(drawn: readonly Picture[]): string {
  const figures = drawn.map(
    ({ svg, caption, legend, wide }) =>
      `<figure${wide ? ' class="wide"' : ''}>${svg}${legend}${caption === '' ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`}</figure>`,
  );
  return figures.length === 0 ? '' : `<div class="figures">${figures.join('')}</div>`;
}

function section(title: string, file: string, content: ReportTable | undefined): string {
  if (content === undefined) return '';
  return `<section><h2>${title}</h2>${table(content)}<p class="note"><a href="${file}">${file}</a></p></section>`;
}

function table({ header, rows, note }: ReportTable): string {
  const head = header.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((field) => `<td>${escapeHtml(field)}</td>`).join('')}</tr>`).join('\n');
  return `${note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`}<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
