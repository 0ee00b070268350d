import { axisEffects } from '../../src/analysis/axis-effects.ts';
import { breakEvens } from '../../src/analysis/break-even.ts';
import { neighbourContrasts } from '../../src/analysis/contrasts.ts';
import { gridOf } from '../../src/analysis/grid.ts';
import { measure, type AnalysedCell, type Quantity } from '../../src/analysis/quantity.ts';
import type { Rng } from '../../src/random/generator.ts';
import { lognormal } from '../../src/random/lognormal.ts';
import { exp, pow } from '../../src/random/math.ts';
import { normal, normalQuantile } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import type { Interval } from '../../src/statistics/interval.ts';
import { proportion } from '../../src/statistics/proportion.ts';
import { summarise, type MetricStatistics, type QuantileName } from '../../src/statistics/summarise.ts';
import { crossed } from '../analysis/surface.ts';
import { statisticsAt } from '../report/sample-data.ts';
import { meanOf } from './reference.ts';

/** A distribution all of whose truths are known. */
export interface KnownLaw {
  readonly name: string;
  readonly mean: number;
  draw(rng: Rng): number;
  quantile(q: number): number;
  /** P(X > t). */
  above(t: number): number;
  /** Means of the lowest and of the highest 5 %. */
  readonly cvar: readonly [lowest: number, highest: number];
}

/** Phi(x), by Simpson's rule from far out: twelve digits, which is enough to ask whether an interval holds a number. */
function phi(x: number): number {
  const [from, steps] = [-10, 2000];
  if (x <= from) return 0;
  const h = (Math.min(x, 10) - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = from + i * h;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * exp((-z * z) / 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

function bisect(low: number, high: number, isBelow: (x: number) => boolean): number {
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The mean of quantiles over a tail, by the midpoint rule in the logarithm of what lies beyond. */
function tailMean(quantileBeyond: (beyond: number) => number): number {
  const steps = 20_000;
  let sum = 0;
  let edge = 0.05;
  // Each piece is a thousandth narrower than the one before it.
  for (let i = 0; i < steps; i++) {
    const next = edge * 0.999;
    sum += quantileBeyond((edge + next) / 2) * (edge - next);
    edge = next;
  }
  return sum / 0.05;
}

const z05 = normalQuantile(0.05);
const density05 = exp((-z05 * z05) / 2) / Math.sqrt(2 * Math.PI) / 0.05;

const NORMAL: KnownLaw = {
  name: 'normal',
  mean: 0,
  draw: normal,
  quantile: normalQuantile,
  above: (t) => phi(-t),
  cvar: [-density05, density05],
};

const S = 1.5;
const LOGNORMAL: KnownLaw = {
  name: 'heavy tail: lognormal, s = 1.5',
  mean: exp((S * S) / 2),
  draw: (rng) => lognormal(rng, 1, S),
  quantile: (q) => exp(S * normalQuantile(q)),
  above: (t) => phi(-Math.log(t) / S),
  cvar: [(exp((S * S) / 2) * phi(z05 - S)) / 0.05, (exp((S * S) / 2) * phi(S + z05)) / 0.05],
};

const PARETO: KnownLaw = {
  name: 'heavy tail: Pareto 1.5',
  mean: 3,
  draw: (rng) => pow(1 - rng(), -1 / 1.5),
  quantile: (q) => pow(1 - q, -1 / 1.5),
  above: (t) => pow(t, -1.5),
  cvar: [(3 * (1 - pow(0.95, 1 / 3))) / 0.05, 3 * pow(0.05, -2 / 3)],
};

/** An event with this probability, in the middle of noise. */
const [RARE, SIZE] = [0.005, 100];
function rareBelow(x: number): number {
  return RARE * phi(x - 1 + SIZE) + (1 - RARE) * phi(x - 1);
}
const known = new Map<number, number>();
function rareQuantile(q: number): number {
  const found = known.get(q) ?? bisect(-SIZE - 10, 15, (x) => rareBelow(x) < q);
  known.set(q, found);
  return found;
}
const LOSS: KnownLaw = {
  name: 'rare event: loss of 100, p = 0.005',
  mean: 1 - RARE * SIZE,
  draw: (rng) => {
    const ordinary = 1 + normal(rng);
    return rng() < RARE ? ordinary - SIZE : ordinary;
  },
  quantile: rareQuantile,
  above: (t) => 1 - rareBelow(t),
  cvar: [tailMean(rareQuantileFast), tailMean((beyond) => 1 - normalQuantile(beyond / (1 - RARE)))],
};

/** Both parts are far apart: what is rarer than the event is in it. */
function rareQuantileFast(q: number): number {
  return q < RARE ? 1 - SIZE + normalQuantile(q / RARE) : 1 + normalQuantile((q - RARE) / (1 - RARE));
}

export const KNOWN_LAWS: readonly KnownLaw[] = [NORMAL, LOGNORMAL, PARETO, LOSS];

/** How a kind of interval did over many samples of a law. */
export interface KindTried {
  readonly kind: string;
  readonly law: string;
  readonly covered: number;
  /** Share of samples with a diagnostic, or without an interval: where it says that it is not to be trusted. */
  readonly raised: number;
  readonly repetitions: number;
}

interface Outcome {
  readonly covered: boolean;
  readonly raised: boolean;
}

/** A kind of interval, tried on one sample. */
export interface Kind {
  readonly name: string;
  /** It is made to cover at least 95 %: more is no fault. Why, for the table. */
  readonly at_least?: string;
  readonly attempt: (law: KnownLaw, rng: Rng) => Outcome;
}

const N = 1000;

function sample(law: KnownLaw, rng: Rng, n = N): Float64Array {
  return Float64Array.from({ length: n }, () => law.draw(rng));
}

function summaryOf(values: Float64Array, thresholds: readonly number[] = []): MetricStatistics {
  const perm_index = Uint32Array.from(values.keys());
  return summarise(() => [{ perm_index, columns: [values] }], ['m'], { thresholds: { m: thresholds } })['m']!;
}

function holds([lower, upper]: Interval, truth: number): boolean {
  return !(lower > truth) && !(upper < truth);
}

function quantileKind(name: QuantileName, q: number): Kind {
  return {
    name: `quantile ${name}, by order statistics`,
    at_least: 'ranks are whole numbers',
    attempt: (law, rng) => ({ covered: holds(summaryOf(sample(law, rng)).ci[name], law.quantile(q)), raised: false }),
  };
}

function tailKind(statistic: 'cvar05' | 'cvar95', side: 0 | 1): Kind {
  return {
    name: `expected shortfall ${statistic}`,
    attempt: (law, rng) => {
      const m = summaryOf(sample(law, rng));
      const { ci } = measure({ statistics: { m } }, { metric: 'm', statistic });
      return { covered: holds(ci, law.cvar[side]), raised: m.diagnostics.length > 0 };
    },
  };
}

function thresholdKind(q: number, method: 'wilson' | 'exact'): Kind {
  return {
    name: `P(> t) where it is ${Number((1 - q).toPrecision(3))}, ${method === 'wilson' ? 'Wilson' : 'exact'}`,
    ...(method === 'exact' && { at_least: 'a guarantee for every probability' }),
    attempt: (law, rng) => {
      const t = law.quantile(q);
      const values = sample(law, rng);
      const k = values.filter((value) => value > t).length;
      return { covered: holds(proportion(k, values.length, method).ci, law.above(t)), raised: Math.min(k, N - k) < 10 };
    },
  };
}

const MEAN: Quantity = { metric: 'm', statistic: 'mean' };

/** Cells whose rows are those of the law, moved so that their means are what is planted. */
function cellsOf(
  law: KnownLaw,
  rng: Rng,
  points: readonly Readonly<Record<string, number>>[],
  at: (point: Readonly<Record<string, number>>) => number,
  n = N,
): AnalysedCell[] {
  return points.map((parameters, i) => {
    const values = sample(law, rng, n).map((value) => value - law.mean + at(parameters));
    const { mean, mcse, sd, sd_se, ci, diagnostics } = meanOf(values);
    const m = { ...statisticsAt(mean), n, mcse, sd, sd_se, diagnostics };
    return { cell_id: `c${i}`, parameters, n, statistics: { m: { ...m, ci: { ...m.ci, mean: ci } } } };
  });
}

function anyRaised(cells: readonly AnalysedCell[]): boolean {
  return cells.some(({ statistics }) => statistics['m']!.diagnostics.length > 0);
}

const LINE = [0, 10, 20].map((x) => ({ x }));
const SURFACE = crossed({ a: [0, 1, 2, 3], b: [0, 1, 2] }) as Readonly<Record<string, number>>[];

export const KINDS: readonly Kind[] = [
  quantileKind('p05', 0.05),
  quantileKind('p50', 0.5),
  quantileKind('p95', 0.95),
  thresholdKind(0.95, 'wilson'),
  thresholdKind(0.999, 'wilson'),
  thresholdKind(0.95, 'exact'),
  tailKind('cvar05', 0),
  tailKind('cvar95', 1),
  {
    name: 'all contrasts of neighbours at once, 12 cells',
    at_least: 'Bonferroni’s bound',
    attempt: (law, rng) => {
      const cells = cellsOf(law, rng, SURFACE, () => 0);
      const found = neighbourContrasts(gridOf(cells), MEAN);
      return { covered: found.every(({ simultaneous }) => holds(simultaneous, 0)), raised: anyRaised(cells) };
    },
  },
  {
    name: 'break-even along an axis of three cells',
    attempt: (law, rng) => {
      // From 4 standard errors above to 4 below: the crossing is at 12.5.
      const scale = law === NORMAL ? 0.1 : 3;
      const cells = cellsOf(law, rng, LINE, ({ x }) => (scale * (12.5 - x!)) / 10);
      const [found] = breakEvens(gridOf(cells), MEAN, 0, false);
      return { covered: holds(found!.ci, 12.5), raised: anyRaised(cells) };
    },
  },
  {
    name: 'share of variance of an axis, 4 x 3 cells',
    attempt: (law, rng) => {
      const scale = law === NORMAL ? 0.2 : 6;
      const cells = cellsOf(law, rng, SURFACE, ({ a, b }) => scale * (a! + b!));
      const effect = axisEffects(gridOf(cells), MEAN).effects.find(({ axes }) => axes.join() === 'a');
      // Variances of 0..3 and of 0..2.
      const truth = 1.25 / (1.25 + 2 / 3);
      return {
        covered: effect !== undefined && holds(effect.ci, truth),
        raised: effect === undefined || anyRaised(cells),
      };
    },
  },
];

export function tryKind(kind: Kind, law: KnownLaw, repetitions: number): KindTried {
  const rng = createSeededRng('sfc32');
  rng.reseed(20_260_102);
  let covered = 0;
  let raised = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const outcome = kind.attempt(law, rng);
    if (outcome.covered) covered++;
    if (outcome.raised) raised++;
  }
  return {
    kind: kind.name,
    law: law.name,
    covered: covered / repetitions,
    raised: raised / repetitions,
    repetitions,
  };
}
