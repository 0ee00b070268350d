import type { Interval } from '../statistics/interval.ts';
import { Z_95 } from '../statistics/special.ts';
import { dot, extendBasis, type Basis } from './orthonormal.ts';
import type { Grid, GridAxis } from './grid.ts';
import { measure, type Quantity } from './quantity.ts';

/** What one axis does, or two of them together beyond what each does alone, as a share of the variance between the cells. */
export interface AxisEffect {
  /** One name, or two. */
  readonly axes: readonly string[];
  /** Degrees of freedom. */
  readonly df: number;
  /** 0 .. 1 but for noise, which can take it below 0. */
  readonly share: number;
  readonly se: number;
  /** 95 %, within 0 .. 1. */
  readonly ci: Interval;
}

/** Which axis matters. */
export interface AxisEffects {
  /** Cells in which the quantity is finite and has an error: what all the rest is of. */
  readonly cells: number;
  /** Standard deviation between the cells without what noise adds to it, in the unit of the quantity; NaN where it is no more than noise. */
  readonly sd_between: number;
  /** Of the axes in the order of the grid, then of pairs of them. Empty where the cells differ by no more than noise. */
  readonly effects: readonly AxisEffect[];
  /** What three and more axes do together (and pairs of them, where `pairs` is false). */
  readonly rest: AxisEffect | undefined;
  /** Whether pairs of axes were looked at: of a very large surface only single axes are. */
  readonly pairs: boolean;
}

/** Standard errors by which the variance between the cells must lie above 0: below that its parts say nothing. */
const FIRM = 4;

/** Multiplications that the basis may take: some seconds. */
const MOST_WORK = 2e9;

/**
 * Shares of variance of the axes and of pairs of them: sums of squares of an analysis of variance of the cells' values, without what noise adds to them.
 * On a whole grid the order of the axes plays no part; where an axis is active in some cells only, its part is what it explains beyond the axes
 * that are active everywhere. Errors by the delta method on quadratic forms of independent normal values.
 * Sources: Sobol 1993 (shares); Searle 1971, Linear Models, 2.5 (mean and variance of quadratic forms).
 */
export function axisEffects(grid: Grid, quantity: Quantity): AxisEffects {
  const measured = grid.cells.map((cell) => measure(cell, quantity));
  const used = [...measured.keys()].filter(
    (i) => Number.isFinite(measured[i]!.value) && Number.isFinite(measured[i]!.se),
  );
  const axes = grid.axes.map((axis) => ({ ...axis, at: Int32Array.from(used, (i) => axis.at[i]!) }));
  const { terms, pairs } = termsOf(axes, used.length);
  const values = Float64Array.from(used, (i) => measured[i]!.value);
  const variances = Float64Array.from(used, (i) => measured[i]!.se * measured[i]!.se);
  return { ...shares(values, variances, terms), pairs };
}

/** A part of the model, as the columns that it adds. */
export interface Term {
  readonly axes: readonly string[];
  readonly basis: Basis;
}

function termsOf(axes: readonly GridAxis[], n: number): { terms: Term[]; pairs: boolean } {
  const constant = extendBasis([], n === 0 ? [] : [new Float64Array(n).fill(1)]);
  // Those that are active everywhere first: what is active under them explains what they leave.
  const ordered = [...axes].sort((a, b) => inactive(a) - inactive(b));
  const terms: Term[] = [];
  let all: Basis = constant;
  const add = (names: readonly string[], columns: Iterable<Float64Array>): void => {
    const basis = extendBasis(all, columns);
    all = [...all, ...basis];
    if (basis.length > 0) terms.push({ axes: names, basis });
  };
  const width = axes.reduce((sum, { levels }) => sum + levels.length, 0);
  if (2 * n * width * width <= MOST_WORK) for (const axis of ordered) add([axis.name], indicators(axis));
  const single = all.length;
  const both = ordered.flatMap((a, i) => ordered.slice(i + 1).map((b) => [a, b] as const));
  const more = both.reduce((sum, [a, b]) => sum + (a.levels.length - 1) * (b.levels.length - 1), 0);
  const total = Math.min(n, single + more);
  const pairs = 2 * n * (single + more) * total <= MOST_WORK;
  if (pairs) for (const [a, b] of both) add([a.name, b.name], products(a, b));
  const place = (name: string): number => axes.findIndex((axis) => axis.name === name);
  const key = ({ axes: names }: Term): number =>
    names.reduce((sum, name) => sum * axes.length + place(name), names.length * 1e6);
  return { terms: terms.sort((a, b) => key(a) - key(b)), pairs };
}

function inactive({ at }: GridAxis): number {
  return at.reduce((count, level) => count + Number(level < 0), 0);
}

/** A column per level, where it is 1. */
function* indicators({ at, levels }: GridAxis): Generator<Float64Array> {
  for (let level = 0; level < levels.length; level++) yield Float64Array.from(at, (each) => Number(each === level));
}

/** One level less of each: the last ones follow from the others. */
function* products(a: GridAxis, b: GridAxis): Generator<Float64Array> {
  for (let i = 0; i < a.levels.length - 1; i++)
    for (let j = 0; j < b.levels.length - 1; j++)
      yield Float64Array.from(a.at, (level, cell) => Number(level === i && b.at[cell] === j));
}

/** The shares of `terms` in the variance of independent values with these variances of their own. */
export function shares(
  values: Float64Array,
  variances: Float64Array,
  terms: readonly Term[],
): Omit<AxisEffects, 'pairs'> {
  const n = values.length;
  const total = totalForm(values, variances);
  const none = { cells: n, sd_between: NaN, effects: [], rest: undefined };
  if (!(n > 2 && total.between > FIRM * errorOfTotal(total, variances))) return none;
  const forms = terms.map(({ basis }) => termForm(basis, total, variances));
  const effects = terms.map(({ axes, basis }, k) => effectOf(axes, basis.length, forms[k]!, total, variances));
  const df_rest = n - 1 - terms.reduce((sum, { basis }) => sum + basis.length, 0);
  const names = [...new Set(terms.flatMap(({ axes }) => axes))];
  const rest =
    df_rest > 0 ? effectOf(names, df_rest, restForm(forms, total, terms, variances), total, variances) : undefined;
  return { cells: n, sd_between: Math.sqrt(total.between / (n - 1)), effects, rest };
}

/** The standard error of the sum of squares of all: what is left of 4 mu' T S T mu + 2 tr(T S T S) with y for mu. */
function errorOfTotal({ projected, trace2 }: Form, variances: Float64Array): number {
  return Math.sqrt(Math.max(4 * weighted(projected, variances) - 2 * trace2, 2 * trace2));
}

function weighted(values: Float64Array, variances: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! * values[i]! * variances[i]!;
  return total;
}

/** A quadratic form y' P y of a projection P, and what its error is made of; S is the diagonal of the variances, T the projection of all. */
interface Form {
  /** P y. */
  readonly projected: Float64Array;
  /** y' P y without what noise adds to it: tr(P S). */
  readonly between: number;
  /** tr(P S P S), and tr(P S T S). */
  readonly trace2: number;
  readonly trace_with_total: number;
}

function totalForm(values: Float64Array, variances: Float64Array): Form {
  const n = values.length;
  const mean = sum(values) / n;
  const projected = values.map((value) => value - mean);
  const noise = sum(variances) * (1 - 1 / n);
  const squares = dot(variances, variances);
  const all = sum(variances) / n;
  const trace2 = squares * (1 - 2 / n) + all * all;
  return { projected, between: dot(projected, projected) - noise, trace2, trace_with_total: trace2 };
}

function termForm(basis: Basis, total: Form, variances: Float64Array): Form {
  const n = variances.length;
  const projected = new Float64Array(n);
  let noise = 0;
  let trace2 = 0;
  let trace_with_total = 0;
  const scaled = basis.map((column) => column.map((value, i) => value * variances[i]!));
  for (const [k, column] of basis.entries()) {
    const length = dot(column, total.projected);
    for (let i = 0; i < n; i++) projected[i]! += length * column[i]!;
    const s = scaled[k]!;
    noise += dot(s, column);
    const mean = sum(s) / n;
    trace_with_total += dot(s, s) - n * mean * mean;
    for (const other of basis) {
      const product = dot(s, other);
      trace2 += product * product;
    }
  }
  return { projected, between: dot(projected, projected) - noise, trace2, trace_with_total };
}

/** What the terms leave of the whole. */
function restForm(forms: readonly Form[], total: Form, terms: readonly Term[], variances: Float64Array): Form {
  const projected = total.projected.map((value, i) => forms.reduce((left, form) => left - form.projected[i]!, value));
  const explained = forms.reduce((all, { between }) => all + between, 0);
  const with_total = forms.reduce((all, form) => all + form.trace_with_total, 0);
  // (T - M) S (T - M) S: two times M with T, once M with itself, where M is the sum of all terms.
  const basis = terms.flatMap((term) => term.basis);
  const scaled = basis.map((column) => column.map((value, i) => value * variances[i]!));
  let own = 0;
  for (const s of scaled)
    for (const other of basis) {
      const product = dot(s, other);
      own += product * product;
    }
  return {
    projected,
    between: total.between - explained,
    trace2: total.trace2 - 2 * with_total + own,
    trace_with_total: total.trace2 - with_total,
  };
}

/**
 * The error of y' M y, M = P - share T: Var = 4 mu' M S M mu + 2 tr(M S M S). With y for mu the first part alone is 2 tr(M S M S) larger than the sum
 * on average; it is taken as it is, since the intervals then cover 95 % and not 93 %.
 */
function effectOf(axes: readonly string[], df: number, form: Form, total: Form, variances: Float64Array): AxisEffect {
  const share = form.between / total.between;
  const left = form.projected.map((value, i) => value - share * total.projected[i]!);
  const trace = form.trace2 - 2 * share * form.trace_with_total + share * share * total.trace2;
  const variance = Math.max(4 * weighted(left, variances), 2 * trace, 0);
  const se = Math.sqrt(variance) / total.between;
  const ci: Interval = [clip(share - Z_95 * se), clip(share + Z_95 * se)];
  return { axes, df, share, se, ci };
}

function clip(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
