import { largestFirst, type ComparedQuantity } from '../analysis/compare-cells.ts';
import {
  differencesTable,
  matchSentences,
  quantityName,
  resultFields,
  runText,
} from '../report/compare/compare-tables.ts';
import type { ComparedPair, Comparison, RunDifference } from '../report/compare/comparison.ts';
import { parameterText } from '../report/marks/axes.ts';
import { counted, formatCount } from '../wording/format-number.ts';
import { fitColumns, type TextColumn } from './fit-columns.ts';
import { formatTable, type Page } from './table.ts';

/** Cells shown, those with the largest differences. */
const SHOWN = 10;
/** Differences of the runs shown. */
const SHOWN_DIFFERENCES = 12;

/** Two runs side by side, for a person. */
export function compareText(comparison: Comparison, page: Page): string {
  const { first, second, identity, record, quantities } = comparison;
  return [
    [`first   ${runText(first)}`, `second  ${runText(second)}`].join('\n'),
    identity.length === 0 ? 'Nothing that decides a row differs.' : `What differs:\n${differencesText(identity, page)}`,
    ...(record.length === 0 ? [] : [`What differs and decides no row:\n${differencesText(record, page)}`]),
    matchSentences(comparison).join('\n'),
    ...quantities.map((each) => quantityText(comparison, each, page)),
  ].join('\n\n');
}

function differencesText(differences: readonly RunDifference[], page: Page): string {
  const { header, rows } = differencesTable(differences.slice(0, SHOWN_DIFFERENCES));
  const left = differences.length - SHOWN_DIFFERENCES;
  const more = left > 0 ? [`and ${formatCount(left)} more: --json and --into have all`] : [];
  const align = header.map(() => 'left' as const);
  return [formatTable(header, rows, { ...page, align }).trimEnd(), ...more].join('\n');
}

function quantityText({ pairs, matched_by }: Comparison, { quantity, cells }: ComparedQuantity, page: Page): string {
  const name = quantityName(quantity);
  if (cells.length === 0) return `The ${name} is defined in no pair of cells.`;
  const apart = cells.filter(({ side }) => side !== 0).length;
  const shown = largestFirst(cells).slice(0, SHOWN);
  const fields = shown.map(resultFields);
  const column = (title: string, c: number): TextColumn => ({ title, texts: fields.map((row) => row[c]!) });
  const results = [column('difference', 0), column('apart', 2), column('first', 3), column('second', 4)];
  const of = (text: (pair: ComparedPair) => string): readonly string[] => shown.map(({ pair }) => text(pairs[pair]!));
  const parameters = matched_by.map((title): TextColumn => {
    return { title, texts: of((pair) => parameterText(pair.parameters[title])) };
  });
  const id = { title: 'cell', texts: of((pair) => pair.first) };
  const fitted = fitColumns(results, parameters, id, page.width ?? Infinity);
  const below = fitted.parameters_in_columns
    ? undefined
    : { header: matched_by, rows: shown.map((_, r) => parameters.map(({ texts }) => texts[r]!)) };
  const header = fitted.columns.map(({ title }) => title);
  const rows = shown.map((_, r) => fitted.columns.map(({ texts }) => texts[r]!));
  const title = `${name}, second less first: ${formatCount(apart)} of ${counted(cells.length, 'pair')} told apart (at most 5 % that any is wrong)`;
  const more =
    cells.length > shown.length ? [`and ${counted(cells.length - shown.length, 'pair')} with smaller differences`] : [];
  return [
    `${title}:`,
    formatTable(header, rows, { ...page, ...(below !== undefined && { below }) }).trimEnd(),
    ...more,
  ].join('\n');
}
