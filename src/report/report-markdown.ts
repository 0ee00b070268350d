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
import { answersOf } from './answer/answers.ts';
import { questionOf } from './answer/question.ts';
import { frontTable, plateauTable } from './choices.ts';
import { escapeMarkdown } from './marks/escape.ts';
import { withUnit } from './marks/estimate.ts';
import { failedBoundsTable } from './failed-bounds.ts';
import { findings } from './findings.ts';
import { glanceTable } from './glance.ts';
import { limits } from './limits.ts';
import { pooledTable } from './pooled-rates.ts';
import { rankingTable } from './ranking.ts';
import { breakEvenTable, effectTable } from './sensitivity.ts';
import { viewFile } from './report-files.ts';
import type { ReportData, ReportFinding } from './marks/report-data.ts';
import type { ReportTable } from './report-table.ts';

/** The report without pictures. */
export function reportMarkdown(data: ReportData): string {
  const views = drawnViews(data);
  const found = findings(data);
  const blocks = [
    `# ${escapeMarkdown(data.name)}`,
    escapeMarkdown(questionOf(data)),
    found
      .filter(({ level, doubt }) => level === 'bad' && doubt !== true)
      .map(findingLine)
      .join('\n'),
    answersOf(data)
      .map(({ title, text }) => `- **${escapeMarkdown(title)}.** ${escapeMarkdown(text)}`)
      .join('\n'),
    ...section('At a glance', glanceTable(data.cells, data.metrics)),
    ...section('Best cells', rankingTable(data)),
    ...section('Plateaus and peaks', plateauTable(data)),
    ...section('What no other cell beats', frontTable(data)),
    ...section('Rates', pooledTable(data)),
    ...section('Sensitivity', effectTable(data)),
    ...section('Where it turns', breakEvenTable(data)),
    ...(views.length === 0 ? [] : ['## Views', 'Pictures are in [index.html](index.html), their numbers here:']),
    views.map(({ title }, k) => `- [${escapeMarkdown(title)}](${viewFile(k, title)})`).join('\n'),
    ...(data.cells.length === 0 ? [] : ['## Metrics']),
    ...drawnMetrics(data).flatMap((metric) => [
      `### ${escapeMarkdown(withUnit(metric, data.metrics[metric]))}`,
      escapeMarkdown(metricNote(data, metric)),
      table(extremesTable(data, metric)),
    ]),
    ...(data.cells.length === 0 ? [] : ['## Cells', table(cellsTable(data))]),
    '## What was run',
    table({ header: ['what', 'value'], rows: facts(data), note: '' }),
    '## Integrity',
    found.map(findingLine).join('\n'),
    ...section('Incomplete cells', incompleteTable(data)),
    ...section('Cells that are not precise enough', unreachedTable(data)),
    ...section('Failures', failuresTable(data)),
    ...section('What the failed permutations could change', failedBoundsTable(data)),
    '## Hashes, seed and versions',
    table({ header: ['what', 'value'], rows: hashes(data), note: '' }),
    '## What these numbers do and do not say',
    limits(data)
      .map((text) => `- ${escapeMarkdown(text)}`)
      .join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function findingLine({ level, text }: ReportFinding): string {
  return `- ${level === 'bad' ? '**Problem:** ' : ''}${escapeMarkdown(text)}`;
}

function section(title: string, content: ReportTable | undefined): string[] {
  return content === undefined ? [] : [`## ${title}`, table(content)];
}

function table({ header, rows, note }: ReportTable): string {
  const line = (fields: readonly string[]): string => `| ${fields.map(escapeMarkdown).join(' | ')} |`;
  const rule = `|${header.map(() => '---').join('|')}|`;
  return `${note === '' ? '' : `${escapeMarkdown(note)}\n\n`}${[line(header), rule, ...rows.map(line)].join('\n')}`;
}
