import type { StoreFormat } from './format.ts';

function notYet(): never {
  throw new Error('not yet');
}

export const arrowFormat: StoreFormat = {
  header: notYet,
  end_marker: Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0),
  scanCanonical: notYet,
  analyse: notYet,
  rowsOf: notYet,
  indicesOf: notYet,
};
