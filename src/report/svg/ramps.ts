import { scaleLinear } from 'd3-scale';

/** Dark to bright, monotone in lightness (after Matplotlib's viridis): readable on white and on black, and in grey print. */
export const VALUE_RAMP = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'];
/** Errors have another colour ramp, so that the two maps cannot be confused. */
export const ERROR_RAMP = ['#fff5eb', '#fdbe85', '#fd8d3c', '#d94701', '#7f2704'];
/** Bad to good around a goal: orange and blue are told apart by every eye (after ColorBrewer's PuOr and RdBu). */
export const BAD_RAMP = ['#7f3b08', '#b35806', '#e08214', '#fdb863', '#fee9cf'];
export const GOOD_RAMP = ['#dcecf6', '#9ecae1', '#4a98c9', '#1764ab', '#08306b'];

export interface Colour {
  readonly fill: string;
  /** Readable on it. */
  readonly ink: string;
}

/** Colours over a range of values, spread evenly over it. */
export function rampOver(ramp: readonly string[], low: number, high: number): (value: number) => Colour {
  const scale = scaleLinear<string>()
    .domain(ramp.map((_, k) => low + ((high - low) * k) / (ramp.length - 1)))
    .range(ramp)
    .clamp(true);
  return (value) => onInk(high > low ? scale(value) : ramp[Math.floor(ramp.length / 2)]!);
}

/** Colours by the side of a goal on which a value lies; the middle tones are at the goal. */
export function rampAround(goal: number, good: 'high' | 'low', low: number, high: number): (value: number) => Colour {
  const [below, above] = good === 'high' ? [BAD_RAMP, GOOD_RAMP] : [[...GOOD_RAMP].reverse(), [...BAD_RAMP].reverse()];
  const under = rampOver(below, Math.min(low, goal), goal);
  const over = rampOver(above, goal, Math.max(high, goal));
  return (value) => (value > goal || (value === goal && good === 'high') ? over(value) : under(value));
}

function onInk(colour: string): Colour {
  return { fill: hex(colour), ink: luminance(colour) > 0.3 ? '#000' : '#fff' };
}

function parts(colour: string): number[] {
  const found = colour.startsWith('#')
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : colour.match(/\d+/g)!.slice(0, 3).map(Number);
  return found;
}

function hex(colour: string): string {
  return `#${parts(colour)
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** Relative luminance (WCAG 2), with a square for its power of 2.4. */
function luminance(colour: string): number {
  const [r, g, b] = parts(colour).map((part) => (part / 255) * (part / 255));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
