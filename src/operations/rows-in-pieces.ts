import type { Rows } from '../encoding/metrics-schema.ts';

/** The same rows in pieces of `size` rows, the last one perhaps of fewer. A piece is the caller's: its arrays are not used again. */
export function* rowsInPieces(blocks: Iterable<Rows>, n_metrics: number, size: number): Generator<Rows> {
  let piece = emptyPiece(n_metrics, size);
  let filled = 0;
  for (const { perm_index, columns } of blocks) {
    for (let from = 0; from < perm_index.length;) {
      const to = Math.min(perm_index.length, from + size - filled);
      piece.perm_index.set(perm_index.subarray(from, to), filled);
      for (const [m, column] of columns.entries()) piece.columns[m]!.set(column.subarray(from, to), filled);
      filled += to - from;
      from = to;
      if (filled < size) continue;
      yield piece;
      piece = emptyPiece(n_metrics, size);
      filled = 0;
    }
  }
  if (filled > 0)
    yield {
      perm_index: piece.perm_index.slice(0, filled),
      columns: piece.columns.map((column) => column.slice(0, filled)),
    };
}

function emptyPiece(n_metrics: number, size: number): Rows {
  return {
    perm_index: new Uint32Array(size),
    columns: Array.from({ length: n_metrics }, () => new Float64Array(size)),
  };
}
