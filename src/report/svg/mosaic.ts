import { escapeHtml } from '../marks/escape.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { groupsOf, type Side, type Stacking } from '../marks/stacking.ts';
import { fitText, greatest, px, svg, text, textWidth } from './frame.ts';
import type { Colour } from './ramps.ts';

export interface MosaicData {
  readonly description: string;
  readonly stacking: Stacking;
  /** Undefined where there is no value: left empty. */
  readonly colourOf: (cell: ReportedCell) => Colour | undefined;
  /** What a cell is marked with: a dot where it cannot be told. */
  readonly isOpen: (cell: ReportedCell) => boolean;
  /** Shown under the pointer; of very many fields nothing is. */
  readonly say: ((cell: ReportedCell) => string) | undefined;
}

const WIDTH = 640;
const LINE = 14;
const SIZE = 10.5;
/** All rows together, where there are many. */
const HEIGHT = 330;
const THICKEST = 34;
const THINNEST = 3;
/** A dot needs a field of this size. */
const DOTTED = 5;

/** Every cell as one field; axes within axes, their levels at the head and at the left. */
export function mosaic({ description, stacking, colourOf, isOpen, say }: MosaicData): string {
  const { columns, rows, cells } = stacking;
  const height = Math.min(THICKEST, Math.max(THINNEST, HEIGHT / rows.places.length));
  const widths = rows.axes.map(({ name, levels }) =>
    Math.min(110, 8 + greatest([name, ...levels].map((words) => textWidth(words, SIZE)))),
  );
  const names = columns.axes.length === 0 ? 0 : greatest(columns.axes.map(({ name }) => textWidth(name, SIZE)));
  const left = Math.max(Math.min(150, names + 10), widths.reduce((sum, width) => sum + width, 0) + 4);
  const top = LINE * (columns.axes.length + (rows.axes.length > 0 ? 1 : 0)) + 4;
  const width = (WIDTH - left - 2) / columns.places.length;
  const fields = cells.flatMap((row, r) =>
    row.map((cell, c) => {
      if (cell === undefined) return '';
      const [x, y] = [left + c * width, top + r * height];
      const colour = colourOf(cell);
      const dot =
        isOpen(cell) && Math.min(width, height) >= DOTTED
          ? `<circle cx="${px(x + width / 2)}" cy="${px(y + height / 2)}" r="${px(Math.min(width, height, 12) / 5)}" fill="${colour?.ink ?? 'var(--ink)'}"/>`
          : '';
      return `<g data-cell="${escapeHtml(cell.cell_id)}">${say === undefined ? '' : `<title>${escapeHtml(say(cell))}</title>`}<rect class="field${width < 8 || height < 8 ? ' thin' : ''}" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${colour?.fill ?? 'none'}"/>${dot}</g>`;
    }),
  );
  const content = [...fields, ...columnNames(columns, left, width), ...rowNames(rows, widths, left, top, height)];
  return svg(WIDTH, top + height * rows.places.length + 4, description, content.join(''));
}

function columnNames(side: Side, left: number, width: number): string[] {
  return side.axes.flatMap((axis, depth) => {
    const y = LINE * (depth + 1) - 3;
    const name = text(left - 6, y, fitText(axis.name, left - 8, SIZE), 'class="small label" text-anchor="end"');
    const groups = groupsOf(side, depth);
    // Where not every name fits, every second, third ... one does.
    const need = greatest(groups.map(({ level }) => Math.min(60, textWidth(level, SIZE) + 6)));
    const room = Math.min(...groups.map(({ count }) => count * width));
    const every = Math.max(1, Math.ceil(need / room));
    const labels = groups
      .filter((_, i) => i % every === 0)
      .map(({ level, from, count }) =>
        text(
          left + (from + count / 2) * width,
          y,
          fitText(level, Math.max(22, count * width * every - 4), SIZE),
          'class="small" text-anchor="middle"',
        ),
      );
    return [name, ...(every > 6 ? [] : labels)];
  });
}

function rowNames(side: Side, widths: readonly number[], left: number, top: number, height: number): string[] {
  let right = left - 6;
  const found: string[] = [];
  for (let depth = side.axes.length - 1; depth >= 0; depth--) {
    const groups = groupsOf(side, depth);
    const every = Math.max(1, Math.ceil(11 / (Math.min(...groups.map(({ count }) => count)) * height)));
    found.push(
      text(
        right,
        top - 6,
        fitText(side.axes[depth]!.name, widths[depth]! - 4, SIZE),
        'class="small label" text-anchor="end"',
      ),
      ...groups
        .filter((_, i) => i % every === 0)
        .map(({ level, from, count }) =>
          text(
            right,
            top + (from + count / 2) * height + 3.5,
            fitText(level, widths[depth]! - 4, SIZE),
            'class="small" text-anchor="end"',
          ),
        ),
    );
    right -= widths[depth]!;
  }
  return found;
}
