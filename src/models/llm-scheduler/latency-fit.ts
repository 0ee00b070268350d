/** One measured point: mean service time of a batch of `batch_size` whose longest member has `max_seq_len` tokens. */
export interface GridCell {
  readonly batch_size: number;
  readonly max_seq_len: number;
  readonly mean_latency_s: number;
}

export interface LatencyFit {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  /** Coefficient of determination. */
  readonly r_squared: number;
  /** Largest |fitted - mean| / mean. */
  readonly worst_cell: number;
}

const BATCH_SIZES = [1, 2, 4, 8, 16, 32];
const LENGTHS = [128, 256, 512, 1024, 2048];
const MEANS = [
  [0.8, 1.55, 3.05, 6.05, 12.05],
  [0.88, 1.71, 3.36, 6.66, 13.26],
  [0.96, 1.86, 3.66, 7.26, 14.46],
  [1.0, 1.94, 3.82, 7.58, 15.1],
  [1.02, 1.98, 3.9, 7.74, 15.42],
  [1.04, 2.01, 3.95, 7.83, 15.59],
];

/** The shipped grid `qwen3_1_7b_latency_grid` [s]. Its constants are assumed, not measured (the b = 1 row is 0.05 + 0.75 L / 128). */
export const SHIPPED_GRID: readonly GridCell[] = BATCH_SIZES.flatMap((batch_size, row) =>
  LENGTHS.map((max_seq_len, column) => ({ batch_size, max_seq_len, mean_latency_s: MEANS[row]![column]! })),
);

const BOUNDS = [
  { name: 'alpha', min: 0.001, max: 1 },
  { name: 'beta', min: 1e-5, max: 0.01 },
  { name: 'gamma', min: 0, max: 2 },
] as const;

/**
 * Ordinary least squares of alpha + beta u + (beta gamma) v with u = L, v = L (b - 1) / b.
 * A coefficient outside its range (0.001 <= alpha <= 1, 1e-5 <= beta <= 0.01, 0 <= gamma <= 2) is set to the bound
 * and the others are fitted again. Needs at least three cells that tell the three coefficients apart.
 */
export function fitLatency(grid: readonly GridCell[]): LatencyFit {
  const fixed = new Map<string, number>();
  for (;;) {
    const found = fitFree(grid, fixed);
    const outside = BOUNDS.find(({ name, min, max }) => found[name] < min || found[name] > max);
    if (outside === undefined || fixed.has(outside.name)) return quality(grid, found);
    fixed.set(outside.name, found[outside.name] < outside.min ? outside.min : outside.max);
  }
}

interface Coefficients {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

/** The fit with some of the coefficients held. Held gamma makes u + gamma v the one regressor; held beta leaves v's alone. */
function fitFree(grid: readonly GridCell[], fixed: ReadonlyMap<string, number>): Coefficients {
  const alpha = fixed.get('alpha');
  const beta = fixed.get('beta');
  const gamma = fixed.get('gamma');
  const columns: ((cell: GridCell) => number)[] = [];
  if (alpha === undefined) columns.push(() => 1);
  if (beta === undefined) columns.push((cell) => u(cell) + (gamma ?? 0) * v(cell));
  if (gamma === undefined) columns.push(v);
  const known = (cell: GridCell): number =>
    (alpha ?? 0) + (beta === undefined ? 0 : beta * (u(cell) + (gamma ?? 0) * v(cell)));
  const solution = leastSquares(grid, columns, (cell) => cell.mean_latency_s - known(cell));
  let next = 0;
  const a = alpha ?? solution[next++]!;
  const b = beta ?? solution[next++]!;
  return { alpha: a, beta: b, gamma: gamma ?? solution[next]! / b };
}

function u(cell: GridCell): number {
  return cell.max_seq_len;
}

function v(cell: GridCell): number {
  return (cell.max_seq_len * (cell.batch_size - 1)) / cell.batch_size;
}

/** Normal equations, solved by Gaussian elimination with pivoting: the lengths span one order of magnitude, so they are well conditioned. */
function leastSquares(
  grid: readonly GridCell[],
  columns: readonly ((cell: GridCell) => number)[],
  target: (cell: GridCell) => number,
): number[] {
  const size = columns.length;
  const matrix = columns.map((left) => [
    ...columns.map((right) => sum(grid, (cell) => left(cell) * right(cell))),
    sum(grid, (cell) => left(cell) * target(cell)),
  ]);
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let row = k + 1; row < size; row++) if (Math.abs(matrix[row]![k]!) > Math.abs(matrix[pivot]![k]!)) pivot = row;
    [matrix[k], matrix[pivot]] = [matrix[pivot]!, matrix[k]!];
    for (let row = k + 1; row < size; row++) {
      const factor = matrix[row]![k]! / matrix[k]![k]!;
      for (let column = k; column <= size; column++) matrix[row]![column]! -= factor * matrix[k]![column]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let k = size - 1; k >= 0; k--) {
    let rest = matrix[k]![size]!;
    for (let column = k + 1; column < size; column++) rest -= matrix[k]![column]! * solution[column]!;
    solution[k] = rest / matrix[k]![k]!;
  }
  return solution;
}

function quality(grid: readonly GridCell[], found: Coefficients): LatencyFit {
  const mean = sum(grid, (cell) => cell.mean_latency_s) / grid.length;
  const error = (cell: GridCell): number =>
    found.alpha + found.beta * (u(cell) + found.gamma * v(cell)) - cell.mean_latency_s;
  const residual = sum(grid, (cell) => error(cell) * error(cell));
  const total = sum(grid, (cell) => (cell.mean_latency_s - mean) * (cell.mean_latency_s - mean));
  const worst_cell = Math.max(...grid.map((cell) => Math.abs(error(cell)) / cell.mean_latency_s));
  return { ...found, r_squared: 1 - residual / total, worst_cell };
}

function sum(grid: readonly GridCell[], value: (cell: GridCell) => number): number {
  return grid.reduce((total, cell) => total + value(cell), 0);
}
