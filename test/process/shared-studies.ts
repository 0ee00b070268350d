import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { newFolder, removeFolder } from '../temporary-folder.ts';

/** A tiny model with a width, and a count of its simulated permutations that no test needs: the engine counts them. */
const MODEL = `export default {
  name: 'walk', version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 }, drift: { type: 'number', default: 0 } },
  metrics: { end: {}, peak: { missing: true } },
  simulate: ({ parameters }, rng, row) => {
    let at = 0, peak = 0;
    for (let i = 0; i < 8; i += 1) { at += (rng() - 0.5) * parameters.width + parameters.drift; if (at > peak) peak = at; }
    row.end = at;
    row.peak = peak === 0 ? NaN : peak;
  },
};`;

export interface WalkStudy {
  readonly width: readonly number[];
  readonly permutations?: number;
  readonly more?: string;
}

/** Several studies of one model in a folder of their own. */
export class StudyFolder {
  readonly folder = newFolder();

  constructor(model = MODEL) {
    writeFileSync(join(this.folder, 'model.mjs'), model);
  }

  /** Writes `<name>.yaml`, whose output is `<name>`. Returns the file. */
  study(name: string, { width, permutations = 3000, more = '' }: WalkStudy): string {
    const file = join(this.folder, `${name}.yaml`);
    writeFileSync(
      file,
      `model: ./model.mjs\ngrid: { width: [${width.join(', ')}] }\npermutations: ${permutations}\noutput: ${name}\n${more}`,
    );
    return file;
  }

  output(name: string): string {
    return join(this.folder, name);
  }

  /** width -> cell_id, from the results of an output. */
  cellIds(name: string): Record<string, string> {
    const [header, ...rows] = readFileSync(join(this.output(name), 'results', 'final_results.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const width = header!.indexOf('width');
    return Object.fromEntries(rows.map((row): [string, string] => [row[width]!, row[0]!]));
  }

  metricsFile(name: string, width: number, format = 'csv'): string {
    const cell_id = this.cellIds(name)[String(width)]!;
    return join(this.output(name), 'per_cell', `cell_${cell_id}`, `metrics_compact.${format}`);
  }

  remove(): void {
    removeFolder(this.folder);
  }
}
