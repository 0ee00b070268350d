import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Going through so few cells leaves too little behind to bother. */
const FEW_CELLS = 10_000;

/**
 * Going through 100,000 cells once (the plan, the manifest, progress.csv, the last tables) leaves some 50 MB of garbage; live are 15. V8 keeps such garbage
 * until the heap has doubled, and the process looks several times as large as it is. One collection, some 20 ms, gives it back.
 */
export function collectGarbage(cells: number): void {
  if (cells <= FEW_CELLS) return;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
