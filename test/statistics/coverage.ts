import type { Rng } from '../../src/random/generator.ts';
import { lognormal } from '../../src/random/lognormal.ts';
import { pow } from '../../src/random/math.ts';
import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { bestOfManyTail } from '../../src/statistics/best-of-many.ts';
import { independentDifference, pairedDifference, sideOf, type Difference } from '../../src/statistics/difference.ts';
import type { Interval } from '../../src/statistics/interval.ts';
import { checkpoints, decide, type PrecisionRule } from '../../src/statistics/stopping.ts';
import { meanOf } from './reference.ts';

/** What rows may look like: one value a call, and the mean that an interval should hold. */
export interface Law {
  readonly name: string;
  readonly mean: number;
  draw(rng: Rng): number;
  /** A row like another but with twice the mean, from the same draws. */
  drawTwice(rng: Rng): number;
  /** A precision rule that such rows can meet, and where a person would let them begin. */
  readonly rule: Pick<PrecisionRule, 'half_width' | 'relative' | 'min'>;
}

function scaled(name: string, mean: number, draw: (rng: Rng) => number, rule: Law['rule']): Law {
  return { name, mean, draw, drawTwice: (rng) => 2 * draw(rng), rule };
}

function event(p: number, rule: Law['rule']): Law {
  return {
    name: `0/1, p = ${p}`,
    mean: p,
    draw: (rng) => Number(rng() < p),
    drawTwice: (rng) => Number(rng() < 2 * p),
    rule,
  };
}

function loss(p: number, size: number, rule: Law['rule']): Law {
  const draw = (rng: Rng): number => {
    const ordinary = 1 + normal(rng);
    return rng() < p ? ordinary - size : ordinary;
  };
  return scaled(`loss of ${size}, p = ${p}`, 1 - p * size, draw, rule);
}

/** The laws that issue and specification name. */
export const LAWS: readonly Law[] = [
  scaled('normal', 0, normal, { half_width: 0.05 }),
  scaled('lognormal, s = 1.5', 3.080216848918031, (rng) => lognormal(rng, 1, 1.5), { half_width: 0.1, relative: true }),
  scaled('Pareto 1.5', 3, (rng) => pow(1 - rng(), -1 / 1.5), { half_width: 0.1, relative: true }),
  event(0.001, { half_width: 0.5, relative: true }),
  event(0.01, { half_width: 0.3, relative: true }),
  loss(0.005, 100, { half_width: 0.25 }),
];

/** An event that 1,000 rows mostly do not have: nothing in them tells of it. `min` is 3.7 / p. */
export const UNSEEN: Law = loss(0.0005, 1000, { half_width: 0.5, min: 7400 });

/** How an interval (or "may be the best") did over many samples. */
export interface Tried {
  readonly what: string;
  readonly law: Law;
  readonly n: number;
  readonly repetitions: number;
  /** Share of samples whose interval holds the truth (where the truly best cell is among those that may be). */
  readonly covered: number;
  /** Share of samples with a diagnostic. */
  readonly raised: number;
}

/** Nominal 95 % is kept within this, or a diagnostic is raised in at least RAISED of the samples. */
export const BAND = [0.935, 0.97] as const;
export const RAISED = 0.95;

interface Outcome {
  readonly covered: boolean;
  readonly raised: boolean;
}

function tried(what: string, law: Law, n: number, repetitions: number, sample: (rng: Rng) => Outcome): Tried {
  const rng = createSeededRng('sfc32');
  rng.reseed(20_260_101 + n);
  let covered = 0;
  let raised = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const outcome = sample(rng);
    if (outcome.covered) covered++;
    if (outcome.raised) raised++;
  }
  return { what, law, n, repetitions, covered: covered / repetitions, raised: raised / repetitions };
}

function holds([lower, upper]: Interval, truth: number): boolean {
  return lower <= truth && truth <= upper;
}

function column(n: number, draw: () => number): Float64Array {
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = draw();
  return values;
}

export function tryMean(law: Law, n: number, repetitions: number): Tried {
  return tried('mean', law, n, repetitions, (rng) => {
    const { ci, diagnostics } = meanOf(column(n, () => law.draw(rng)));
    return { covered: holds(ci, law.mean), raised: diagnostics.length > 0 };
  });
}

/** Of two cells of one law, and of one law and of another with twice its mean. */
export function tryDifference(law: Law, n: number, repetitions: number, unequal: boolean): Tried {
  const what = unequal ? 'difference, independent, unequal' : 'difference, independent';
  return tried(what, law, n, repetitions, (rng) => {
    const a = meanOf(column(n, () => law.draw(rng)));
    const b = meanOf(column(n, () => (unequal ? law.drawTwice(rng) : law.draw(rng))));
    return outcomeOf(independentDifference(a, b), unequal ? -law.mean : 0);
  });
}

/** Of cells that share their draws, and of which one has more: events with probability p and 2 p, or rows plus rows of the law. */
export function tryPaired(law: Law, n: number, repetitions: number): Tried {
  return tried('difference, paired', law, n, repetitions, (rng) => {
    const a = new Float64Array(n);
    const b = new Float64Array(n);
    const isEvent = law.name.startsWith('0/1');
    for (let i = 0; i < n; i++) {
      if (isEvent) {
        const u = rng();
        a[i] = Number(u < law.mean);
        b[i] = Number(u < 2 * law.mean);
      } else {
        a[i] = 10 * normal(rng);
        b[i] = a[i]! + law.draw(rng);
      }
    }
    return outcomeOf(pairedDifference(a, b), -law.mean);
  });
}

function outcomeOf({ ci, diagnostics }: Difference, truth: number): Outcome {
  return { covered: holds(ci, truth), raised: diagnostics.length > 0 };
}

/** Of so many equal cells the first is one of the best: it is covered where it may be the best. */
export function tryBest(law: Law, n: number, repetitions: number, cells: number, paired: boolean): Tried {
  const what = `may be the best of ${cells}, ${paired ? 'paired' : 'independent'}`;
  const tail = bestOfManyTail(cells);
  return tried(what, law, n, repetitions, (rng) => {
    const common = paired ? column(n, () => 5 * normal(rng)) : undefined;
    const rows = Array.from({ length: cells }, () => {
      const own = column(n, () => law.draw(rng));
      return common === undefined ? own : own.map((value, i) => value + common[i]!);
    });
    const means = rows.map(meanOf);
    const best = means.reduce((most, { mean }, k) => (mean > means[most]!.mean ? k : most), 0);
    const found = paired ? pairedDifference(rows[0]!, rows[best]!) : independentDifference(means[0]!, means[best]!);
    const raised = [...found.diagnostics, ...means[0]!.diagnostics, ...means[best]!.diagnostics].length > 0;
    return { covered: best === 0 || sideOf(found, tail) !== -1, raised };
  });
}

/** The mean at which a precision rule stops, or with which it ends at `most` rows: there it says that it was not reached. */
export function tryStopping(law: Law, repetitions: number, most: number): Tried & { readonly mean_n: number } {
  const rule: PrecisionRule = { metric: 'm', mean: true, ...law.rule };
  let sum = 0;
  const outcome = tried('mean, stopped', law, most, repetitions, (rng) => {
    const rows = column(most, () => law.draw(rng));
    for (const n of checkpoints(most, rule.min)) {
      const { stop, ci } = decide(rule, [rows], n);
      if (!stop && n < most) continue;
      sum += n;
      const raised = !stop || meanOf(rows.subarray(0, n)).diagnostics.length > 0;
      return { covered: holds(ci, law.mean), raised };
    }
    throw new Error('no look');
  });
  return { ...outcome, mean_n: sum / repetitions };
}

/** Whether the promise is kept, allowing for `errors` standard errors of the simulation itself. */
export function isKept({ covered, raised, repetitions }: Tried, errors = 0): boolean {
  const margin = (p: number): number => errors * Math.sqrt((p * (1 - p)) / repetitions);
  const inBand = covered >= BAND[0] - margin(BAND[0]) && covered <= BAND[1] + margin(BAND[1]);
  return inBand || raised >= RAISED - margin(RAISED);
}
