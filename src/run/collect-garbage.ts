/** So few cells leave too little garbage to bother. */
const FEW_CELLS = 10_000;

/**
 * Going through 100,000 cells once (the plan, the manifest, progress.csv, the last tables) leaves some 50 MB of garbage; live are 15. V8 keeps such garbage
 * until the heap has doubled, and the process looks several times as large as it is. One collection, some 20 ms, gives it back. Only where the owner of
 * the process allows it (`node --expose-gc`; the command line does): a library switches nothing on for others.
 */
export function collectGarbage(cells: number): void {
  if (cells > FEW_CELLS) globalThis.gc?.();
}
