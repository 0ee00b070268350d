import { csvField } from '../../encoding/csv-field.ts';
import { parameterText } from '../marks/axes.ts';
import { escapeHtml, escapeMarkdown } from '../marks/escape.ts';
import type { ReportTable } from '../report-table.ts';
import { STYLE } from '../style.ts';
import { differencesTable, matchSentences, quantityName, quantityTable, runText } from './compare-tables.ts';
import type { Comparison } from './comparison.ts';

/** Differences of a quantity in a page; the CSV has all. */
const MOST_ROWS = 100;

interface Part {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly tables: readonly ReportTable[];
}

/** What both forms of the page say. */
function partsOf(comparison: Comparison): Part[] {
  const { first, second, identity, record, quantities } = comparison;
  const identical = 'Nothing that decides a row.';
  return [
    {
      title: 'The runs',
      sentences: [`First: ${runText(first)}.`, `Second: ${runText(second)}.`, ...matchSentences(comparison)],
      tables: [],
    },
    {
      title: 'What differs',
      sentences: identity.length === 0 ? [identical] : [],
      tables: identity.length === 0 ? [] : [differencesTable(identity)],
    },
    ...(record.length === 0
      ? []
      : [{ title: 'What differs and decides no row', sentences: [], tables: [differencesTable(record)] }]),
    ...quantities.map((each) => ({
      title: `Difference of the ${quantityName(each.quantity)}`,
      sentences: each.cells.length === 0 ? ['It is defined in no pair of cells.'] : [],
      tables: each.cells.length === 0 ? [] : [quantityTable(comparison, each, MOST_ROWS)],
    })),
  ];
}

export function compareMarkdown(comparison: Comparison): string {
  const blocks = partsOf(comparison).flatMap(({ title, sentences, tables }) => [
    `## ${escapeMarkdown(title)}`,
    sentences.map((text) => `- ${escapeMarkdown(text)}`).join('\n'),
    ...tables.map(markdownTable),
  ]);
  return `${[`# ${escapeMarkdown(titleOf(comparison))}`, ...blocks].filter((block) => block !== '').join('\n\n')}\n`;
}

function markdownTable({ header, rows, note }: ReportTable): string {
  const line = (fields: readonly string[]): string => `| ${fields.map(escapeMarkdown).join(' | ')} |`;
  const table = [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
  return note === '' ? table : `${escapeMarkdown(note)}\n\n${table}`;
}

/** One HTML file that needs nothing else: no script, no network. */
export function compareHtml(comparison: Comparison): string {
  const title = escapeHtml(titleOf(comparison));
  const body = partsOf(comparison).flatMap(({ title: part, sentences, tables }) => [
    `<h2>${escapeHtml(part)}</h2>`,
    sentences.length === 0 ? '' : `<ul>${sentences.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`,
    ...tables.map(htmlTable),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

function htmlTable({ header, rows, note }: ReportTable): string {
  const head = header.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((field) => `<td>${escapeHtml(field)}</td>`).join('')}</tr>`).join('\n');
  const said = note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`;
  // A table that scrolls must be within reach of the keyboard.
  return `${said}<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function titleOf({ first, second }: Comparison): string {
  return first.name === second.name ? `${first.name}: two runs` : `${first.name} and ${second.name}`;
}

/** Every difference with all its digits. */
export function compareCsv({ quantities, pairs, matched_by }: Comparison): string {
  const header = [
    ...['first_cell', 'second_cell', ...matched_by, 'metric', 'statistic', 'first', 'first_se', 'second', 'second_se'],
    ...['difference', 'se', 'lower', 'upper', 'simultaneous_lower', 'simultaneous_upper', 'side', 'paired'],
    ...['same_experiment', 'diagnostics'],
  ];
  const rows = quantities.flatMap(({ quantity: { metric, statistic }, cells }) =>
    cells.map((cell) => {
      const { first, second, parameters, same_experiment } = pairs[cell.pair]!;
      const place = matched_by.map((name) => (parameters[name] === undefined ? '' : parameterText(parameters[name])));
      const values = [cell.first.value, cell.first.se, cell.second.value, cell.second.se, cell.difference, cell.se];
      const intervals = [...cell.ci, ...cell.simultaneous];
      return [
        ...[first, second, ...place, metric, statistic, ...[...values, ...intervals, cell.side].map(String)],
        ...[String(cell.paired), String(same_experiment), cell.diagnostics.join(' ')],
      ];
    }),
  );
  return [header, ...rows].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}
