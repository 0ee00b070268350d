import { firstChoice, fullest, type Cell, type Choice } from './cells.ts';
import { SHOWN, type Shown, type Surface } from './wire.ts';

/** What a page of a run shows, as its address keeps it: it survives a reload, and can be sent to somebody. */
export interface Look {
  /** Undefined: the first one. */
  readonly metric: string | undefined;
  readonly shown: Shown;
  /** Names of axes; undefined: chosen by the page. */
  readonly x: string | undefined;
  readonly y: string | undefined;
  /** Level by the name of an axis; `*`: all. */
  readonly fixed: ReadonlyMap<string, string>;
  readonly cell: string | undefined;
}

export function lookOf(hash: string): Look {
  const asked = new URLSearchParams(hash.replace(/^#/, ''));
  const word = asked.get('show');
  const fixed = [...asked]
    .filter(([name]) => name.startsWith('at.'))
    .map(([name, level]) => [name.slice(3), level] as const);
  return {
    metric: asked.get('metric') ?? undefined,
    shown: SHOWN.find((each) => each === word) ?? 'mean',
    x: asked.get('x') ?? undefined,
    y: asked.get('y') ?? undefined,
    fixed: new Map(fixed),
    cell: asked.get('cell') ?? undefined,
  };
}

export function hashOf({ metric, shown, x, y, fixed, cell }: Look): string {
  const said = new URLSearchParams();
  const plain = { metric, show: shown === 'mean' ? undefined : shown, x, y, cell };
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) said.set(name, value);
  for (const [name, level] of fixed) said.set(`at.${name}`, level);
  return said.size === 0 ? '' : `#${said.toString()}`;
}

/** What that comes to on a surface: what the look does not say, or what is not there, is chosen. */
export function choiceOf(surface: Surface, cells: readonly Cell[], { x, y, fixed, shown }: Look): Choice {
  const { axes } = surface;
  const first = firstChoice(surface, cells);
  const at = (name: string | undefined, other: number): number => {
    const found = axes.findIndex((axis) => axis.name === name);
    return found < 0 ? other : found;
  };
  const column = at(x, first.x === at(y, -1) ? first.y : first.x);
  const row = at(y, first.y === column ? first.x : first.y);
  const same = column === first.x && row === first.y;
  const wished = new Map<number, number | 'all'>();
  for (const [a, { name, levels }] of axes.entries()) {
    const level = fixed.get(name);
    if (level === '*' && shown === 'done') wished.set(a, 'all');
    else if (level !== undefined && levels.includes(level)) wished.set(a, levels.indexOf(level));
    else if (same && fixed.size === 0) wished.set(a, first.fixed[a]!);
  }
  return fullest(surface, cells, column, row === column ? -1 : row, wished).choice;
}
