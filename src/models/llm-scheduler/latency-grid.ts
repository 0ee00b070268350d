import { EngineError } from '../../errors.ts';
import type { InputFile } from '../../model/model.ts';
import { fitLatency, type GridCell, type LatencyFit } from './latency-fit.ts';

const COLUMNS = ['batch_size', 'max_seq_len', 'mean_latency_sec'] as const;

/**
 * Fits the latency model to a grid: CSV with `batch_size`, `max_seq_len` [tokens], `mean_latency_sec` [s]; rows without
 * a mean are skipped. Throws EngineError DATA.
 */
export function parseLatencyGrid(file: InputFile): LatencyFit {
  const lines = new TextDecoder().decode(file.bytes).split(/\r?\n/);
  const header = lines[0]!.split(',').map((name) => name.trim());
  const places = COLUMNS.map((name) => header.indexOf(name));
  const missing = COLUMNS.filter((_, i) => places[i]! < 0);
  if (missing.length > 0) {
    throw new EngineError(
      'DATA',
      `${file.path}:1: no column ${missing.join(', ')}; the columns are ${header.join(', ')}`,
      {
        path: `${file.path}:1`,
        allowed: COLUMNS.join(', '),
      },
    );
  }
  const grid: GridCell[] = [];
  for (const [at, line] of lines.entries()) {
    const texts = places.map((place) => line.split(',')[place]?.trim() ?? '');
    if (at === 0 || texts[2] === '') continue;
    const [batch_size, max_seq_len, mean_latency_s] = texts.map((text, i) =>
      positive(text, file.path, at + 1, COLUMNS[i]!),
    );
    grid.push({ batch_size: batch_size!, max_seq_len: max_seq_len!, mean_latency_s: mean_latency_s! });
  }
  return fitOf(grid, file.path);
}

function positive(text: string, path: string, line: number, column: string): number {
  const value = text === '' ? NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new EngineError('DATA', `${path}:${line}: ${column}: must be a number above 0, found ${JSON.stringify(text)}`, {
    path: `${path}:${line}`,
    value: text,
    allowed: 'a number above 0',
  });
}

/** Three coefficients need two batch sizes and two lengths at least. */
function fitOf(grid: readonly GridCell[], path: string): LatencyFit {
  const sizes = new Set(grid.map((cell) => cell.batch_size)).size;
  const lengths = new Set(grid.map((cell) => cell.max_seq_len)).size;
  if (grid.length >= 3 && sizes >= 2 && lengths >= 2) return fitLatency(grid);
  throw new EngineError(
    'DATA',
    `${path}: ${grid.length} cells with ${sizes} batch sizes and ${lengths} lengths do not determine the latency model; give two of each at least`,
    { path },
  );
}
