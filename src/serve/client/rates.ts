import { fill, svg } from './dom.ts';
import { short } from './format.ts';
import type { RunPage } from './wire.ts';

const WIDTH = 320;
const HEIGHT = 56;

/** Rates while somebody looked, as a line. */
export function drawRates(element: Element, rates: RunPage['rates']): void {
  const [first] = rates;
  if (first === undefined || rates.length < 2) {
    fill(element);
    return;
  }
  const most = Math.max(...rates.map(([, rate]) => rate), 1e-9);
  const span = Math.max(1, first[0] - rates.at(-1)![0]);
  const points = rates.map(([ago, rate]) => {
    const x = WIDTH * (1 - (ago - rates.at(-1)![0]) / span);
    return `${x.toFixed(1)},${(HEIGHT - 2 - (HEIGHT - 4) * (rate / most)).toFixed(1)}`;
  });
  const label = `Permutations per second: at most ${short(most)}, now ${short(rates.at(-1)![1])}`;
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label, class: 'rates' },
    svg('polyline', { points: points.join(' '), class: 'rate-line' }),
  );
  fill(element, picture);
}
