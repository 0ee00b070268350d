import type { Rng } from '../../random/generator.ts';
import { exponential } from '../../random/exponential.ts';
import { gamma } from '../../random/gamma.ts';
import { lognormal } from '../../random/lognormal.ts';

/** Workloads where there is no trace. Times in seconds, lengths in tokens. */

export const ARRIVALS = ['poisson', 'on_off', 'gamma_burst'] as const;
export const LENGTHS = ['mixture', 'burstgpt'] as const;

export interface Arrivals {
  readonly process: (typeof ARRIVALS)[number];
  /** [1/s]; of `on_off`, while it is on. */
  readonly rate: number;
  /** Of the gaps; `gamma_burst` only. */
  readonly cv: number;
}

/** Fills `stamp` with arrival times, ascending. */
export function arrivals(shape: Arrivals, rng: Rng, stamp: Float64Array): void {
  switch (shape.process) {
    case 'poisson':
      renewals(stamp, () => exponential(rng, 1 / shape.rate));
      return;
    case 'gamma_burst': {
      const k = 1 / (shape.cv * shape.cv);
      renewals(stamp, () => gamma(rng, k, 1 / (k * shape.rate)));
      return;
    }
    case 'on_off':
      bursts(stamp, shape.rate, rng);
      return;
  }
}

function renewals(stamp: Float64Array, gap: () => number): void {
  let now = 0;
  for (let i = 0; i < stamp.length; i++) {
    now += gap();
    stamp[i] = now;
  }
}

/** Off for a lognormal time (median 5 s, sigma 0.8), on for another (2 s, 0.5). An arrival past the end of its ON period is dropped; the clock stays where it fell. */
function bursts(stamp: Float64Array, rate: number, rng: Rng): void {
  let now = 0;
  let filled = 0;
  while (filled < stamp.length) {
    now += lognormal(rng, 5, 0.8);
    const end = now + lognormal(rng, 2, 0.5);
    const gap = (): number => exponential(rng, 1 / rate);
    for (now += gap(); now <= end && filled < stamp.length; now += gap()) stamp[filled++] = now;
  }
}

/** Fills `prompt` with prompt lengths. */
export function prompts(shape: (typeof LENGTHS)[number], rng: Rng, prompt: Int32Array): void {
  const draw = shape === 'mixture' ? mixturePrompt : burstgptPrompt;
  for (let i = 0; i < prompt.length; i++) prompt[i] = draw(rng);
}

/** Fills `output` with output lengths, 1 .. 4096. */
export function outputs(shape: (typeof LENGTHS)[number], rng: Rng, prompt: Int32Array, output: Int32Array): void {
  const draw = shape === 'mixture' ? mixtureOutput : burstgptOutput;
  for (let i = 0; i < output.length; i++) output[i] = Math.min(Math.max(Math.trunc(draw(rng, prompt[i]!)), 1), 4096);
}

/** 60 % in [16, 128), 30 % in [128, 512), 10 % in [512, 2048). */
function mixturePrompt(rng: Rng): number {
  const which = rng();
  const place = rng();
  if (which < 0.6) return Math.trunc(16 + 112 * place);
  if (which < 0.9) return Math.trunc(128 + 384 * place);
  return Math.trunc(512 + 1536 * place);
}

function mixtureOutput(rng: Rng, prompt: number): number {
  return gamma(rng, 2, 50) + 0.3 * prompt * (0.2 + 0.6 * rng());
}

/**
 * BurstGPT's published summary (prompts: quartiles 137, 251, 758, mean 611, sd 782): straight between the quartiles,
 * above the last an exponential tail, which has the mean and nearly the deviation that are left for it.
 */
function burstgptPrompt(rng: Rng): number {
  const u = rng();
  if (u < 0.75) return Math.trunc(quartiles(u, 1, 137, 251, 758));
  return Math.trunc(758 + exponential(rng, 918));
}

/** Outputs: quartiles 7, 34, 134, mean 123, sd 268. The tail is lognormal with mean 250 and the deviation that is left (sigma^2 = ln 4.07). */
function burstgptOutput(rng: Rng): number {
  const u = rng();
  if (u < 0.75) return quartiles(u, 0, 7, 34, 134);
  return 134 + lognormal(rng, 123.9, 1.185);
}

function quartiles(u: number, lowest: number, first: number, second: number, third: number): number {
  const place = 4 * u;
  if (place < 1) return lowest + place * (first - lowest);
  if (place < 2) return first + (place - 1) * (second - first);
  return second + (place - 2) * (third - second);
}
