/** Dark to bright, monotone in lightness (after Matplotlib's viridis): as in the reports. */
const VALUES = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'];
/** Errors have a ramp of their own, so that the two maps cannot be confused. */
const ERRORS = ['#fff5eb', '#fdbe85', '#fd8d3c', '#d94701', '#7f2704'];

export type Ramp = 'value' | 'error';

export interface Colour {
  readonly fill: string;
  /** Of a text on it. */
  readonly ink: string;
}

/** The colour of a value between two others. All equal: the middle (an error: the bright end). */
export function colourOf(value: number, low: number, high: number, ramp: Ramp): Colour {
  const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : ramp === 'value' ? 0.5 : 0;
  const [red, green, blue] = mixed(ramp === 'value' ? VALUES : ERRORS, share);
  // White and black are equally far, as WCAG measures contrast, from this lightness.
  const dark = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) < 0.179;
  return { fill: `rgb(${red} ${green} ${blue})`, ink: dark ? '#fff' : '#000' };
}

/** For a scale beside a map: the whole ramp. */
export function gradient(ramp: Ramp): string {
  return `linear-gradient(90deg, ${(ramp === 'value' ? VALUES : ERRORS).join(', ')})`;
}

/** Of light, from a channel of sRGB. */
function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function mixed(stops: readonly string[], share: number): [red: number, green: number, blue: number] {
  const at = share * (stops.length - 1);
  const k = Math.min(stops.length - 2, Math.floor(at));
  const part = at - k;
  const channel = (stop: string, c: number): number => Number.parseInt(stop.slice(1 + 2 * c, 3 + 2 * c), 16);
  const mix = (c: number): number => Math.round(channel(stops[k]!, c) * (1 - part) + channel(stops[k + 1]!, c) * part);
  return [mix(0), mix(1), mix(2)];
}
