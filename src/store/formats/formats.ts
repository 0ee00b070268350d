import { join } from 'node:path';

import type { Format } from '../../encoding/metrics-schema.ts';
import { arrowFormat } from './arrow.ts';
import { csvFormat } from './csv.ts';
import type { StoreFormat } from './format.ts';

const BY_NAME: Readonly<Record<Format, StoreFormat>> = { csv: csvFormat, arrow: arrowFormat };

export function formatOf({ format }: { readonly format: Format }): StoreFormat {
  return BY_NAME[format];
}

/** Of the cell in `folder`. */
export function metricsPath(folder: string, format: Format): string {
  return join(folder, BY_NAME[format].file_name);
}
