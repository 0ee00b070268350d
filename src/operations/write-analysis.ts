import { hash } from 'node:crypto';
import { join } from 'node:path';

import type { Analysis, AnalysisQuestions } from '../analysis/analyse.ts';
import type { AnalysedCell } from '../analysis/quantity.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { writeNewFile } from '../files/new-file.ts';
import type { FilePort } from '../files/port.ts';
import type { Readers } from '../readers/readers.ts';
import type { StoredCell } from '../readers/stored-cells.ts';
import { layoutOf } from '../store/scan/layout.ts';
import type { RunManifest } from '../stored/manifest.ts';
import { summariesOf } from '../stored/summaries.ts';
import { analysisFiles } from '../tables/analysis-csv.ts';
import { analysisJson } from '../tables/analysis-json.ts';
import { analyseCells } from './analyse-cells.ts';

/** More cells than this are not analysed together: all of their statistics are in memory for it. */
const MOST_CELLS = 5000;

export interface WrittenAnalysis {
  readonly analysis: Analysis;
  readonly files: readonly string[];
}

/** What of a cell's file was just seen: where its rows end, if it is canonical. */
export type SeenFiles = ReadonlyMap<string, number>;

/**
 * aggregated/analysis/: what the complete cells say together. Undefined, and nothing is written, where there is none or more than MOST_CELLS.
 */
export async function writeAnalysis(
  port: FilePort,
  readers: Readers,
  output: string,
  manifest: RunManifest,
  stored: readonly StoredCell[],
  seen: SeenFiles,
  { exact, ...questions }: AnalysisQuestions & { readonly exact?: boolean | undefined },
): Promise<WrittenAnalysis | undefined> {
  if (stored.length > MOST_CELLS) return undefined;
  const cells: AnalysedCell[] = [];
  const rows: string[] = [];
  for await (const { cell, summary } of summariesOf(port, stored)) {
    const { params, n_perms_done, statistics, rows_crc32 } = summary;
    cells.push({ cell_id: cell.cell_id, parameters: params, n: n_perms_done, statistics });
    rows.push(`${cell.cell_id}\n${rows_crc32}\n`);
  }
  if (cells.length === 0) return undefined;
  const places = new Map(stored.map(({ cell_id, place }) => [cell_id, place]));
  const analysis = await analyseCells(
    readers,
    cells,
    manifest,
    ({ cell_id, n }) => ({ place: places.get(cell_id)!, target: n, end: seen.get(cell_id) }),
    questions,
  );
  const folder = layoutOf(output).analysis;
  await makeOwnFolder(port, layoutOf(output).aggregated);
  await makeOwnFolder(port, folder);
  const texts: [name: string, text: string][] = [
    ['analysis.json', analysisJson(analysis, hash('sha256', rows.join('')))],
    ...analysisFiles(analysis, { exact: exact === true }),
  ];
  for (const [name, text] of texts) await writeNewFile(port, join(folder, name), text);
  return { analysis, files: texts.map(([name]) => join(folder, name)) };
}
