/** Bins that all cells of a surface share, so that P(metric > t) is an exact count in every cell for every t that is an edge. */
export interface BinsAsked {
  readonly low: number;
  readonly high: number;
  /** Bins of equal width on a logarithmic scale: only where low > 0. */
  readonly log: boolean;
  /** All values are whole numbers. */
  readonly whole: boolean;
  /** Edges that there must be. */
  readonly also: readonly number[];
}

/** At most so many bins lie between the ends, and at least two fifths of that. */
const BINS = 64;
/** Edges within a decade: Renard's series R10 and R20. */
const R10 = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8];
const R20 = [1, 1.12, 1.25, 1.4, 1.6, 1.8, 2, 2.24, 2.5, 2.8, 3.15, 3.55, 4, 4.5, 5, 5.6, 6.3, 7.1, 8, 9];

/** Short numbers from at most `low` to at least `high`, ascending. */
export function sharedEdges({ low, high, log, whole, also }: BinsAsked): number[] {
  const found = log ? series(low, high) : multiples(low, high, whole);
  const inside = also.filter((edge) => edge > found[0]! && edge < found.at(-1)!);
  return [...new Set([...found, ...inside])].sort((a, b) => a - b);
}

function multiples(low: number, high: number, whole: boolean): number[] {
  const width = niceStep((high - low) / BINS || Math.abs(low) / BINS || 1);
  const step = whole ? Math.max(1, Math.round(width)) : width;
  const first = Math.floor(low / step);
  // A value on the lowest edge would lie below its bin.
  const from = first * step < low ? first : first - 1;
  const count = Math.max(1, Math.ceil(high / step) - from);
  return Array.from({ length: count + 1 }, (_, i) => short((from + i) * step));
}

function series(low: number, high: number): number[] {
  const from = exponentOf(low);
  const decades = exponentOf(high) - from + 1;
  const mantissas = decades > 4 ? R10 : R20;
  const all = Array.from({ length: decades }, (_, d) => mantissas.map((m) => short(m * powerOf10(from + d)))).flat();
  const edges = [...all, powerOf10(from + decades)];
  const begin = edges.findLastIndex((edge) => edge < low);
  const end = edges.findIndex((edge) => edge >= high);
  return [...(begin < 0 ? [short(0.9 * low)] : []), ...edges.slice(Math.max(0, begin), end + 1)];
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const unit = powerOf10(exponentOf(least));
  return short([1, 2, 5, 10].map((m) => m * unit).find((step) => step >= least * (1 - 1e-9))!);
}

/** The edges with each bin cut into 2^halvings equal parts. */
export function refinedEdges(edges: readonly number[], halvings: number): number[] {
  const parts = 2 ** halvings;
  return Array.from({ length: (edges.length - 1) * parts + 1 }, (_, i) => edgeAt(edges, halvings, i));
}

/** One of them. */
export function edgeAt(edges: readonly number[], halvings: number, i: number): number {
  const parts = 2 ** halvings;
  const bin = Math.floor(i / parts);
  const part = i % parts;
  const [low, high] = [edges[bin]!, edges[bin + 1]];
  return part === 0 || high === undefined ? low : low + ((high - low) * part) / parts;
}

/** Bins that the bulk of a cell is to have. */
const BULK = 12;
const MOST_HALVINGS = 5;

/** How often the shared bins are halved for a cell that would fill few of them. */
export function halvingsFor(edges: readonly number[], low: number, high: number, whole: boolean): number {
  if (!(high > low)) return 0;
  const [from, to] = [binOf(edges, low), binOf(edges, high)];
  const widths = edges.slice(1).map((edge, i) => edge - edges[i]!);
  const width = widths[Math.min(Math.max(from, 0), widths.length - 1)]!;
  const filled = Math.max((high - low) / width, to - from);
  let halvings = 0;
  while (halvings < MOST_HALVINGS && filled * 2 ** halvings < BULK && !(whole && width / 2 ** (halvings + 1) < 1))
    halvings++;
  return halvings;
}

/** The bin (edges[i], edges[i + 1]] that holds a value: -1 below all, edges.length - 1 above all. */
export function binOf(edges: ArrayLike<number>, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}

function powerOf10(exponent: number): number {
  return Number(`1e${exponent}`);
}

/** Without the last digits of a product. */
function short(value: number): number {
  return Number(value.toPrecision(12));
}
