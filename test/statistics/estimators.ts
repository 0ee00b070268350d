import { readFileSync } from 'node:fs';

interface Effect {
  readonly df: number;
  readonly share: number;
  readonly se: number;
}

/** What NumPy and SciPy say: test/fixtures/statistics/estimators.py. */
interface Estimators {
  readonly proportions: readonly {
    readonly k: number;
    readonly n: number;
    readonly wilson: readonly [number, number];
    readonly exact: readonly [number, number];
  }[];
  readonly needed: readonly {
    readonly n: number;
    readonly se: number;
    readonly half_width: number;
    readonly needed: number;
  }[];
  readonly needed_for_shares: readonly {
    readonly k: number;
    readonly n: number;
    readonly half_width: number;
    readonly needed: number;
  }[];
  readonly adjusted: { readonly p: number[]; readonly holm: number[]; readonly bh: number[] };
  readonly tails: {
    readonly n: number;
    readonly cvar05: number;
    readonly cvar05_se: number;
    readonly cvar95: number;
    readonly cvar95_se: number;
  };
  readonly differences: { readonly welch: readonly [number, number]; readonly paired: readonly [number, number] };
  readonly effects: {
    readonly cells: readonly (readonly [number, number, number | null])[];
    readonly y: readonly number[];
    readonly se: readonly number[];
    readonly sd_between: number;
    readonly effects: Readonly<Record<string, Effect>>;
  };
  readonly break_even: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly se: readonly number[];
    readonly at: number;
    readonly apart: readonly [number, number];
    readonly together: readonly [number, number];
  };
  readonly front: {
    readonly points: readonly (readonly [number, number])[];
    readonly errors: readonly (readonly [number, number])[];
    readonly probability: readonly number[];
  };
}

const path = new URL('../fixtures/statistics/estimators.json', import.meta.url);
export const ESTIMATORS = JSON.parse(readFileSync(path, 'utf8')) as Estimators;
