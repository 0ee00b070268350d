/** What the place where text is shown can do. */
export interface Screen {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
  /** Whether lines can be rewritten in place: a terminal that takes cursor codes. */
  readonly live: boolean;
}

/** As much of a stream as decides it. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A file or a pipe has no width: lines are then as long as on the usual terminal. */
const USUAL_WIDTH = 80;

/**
 * The one place that decides how wide, how colourful and how lively text is. NO_COLOR (https://no-color.org) and TERM=dumb are honoured; FORCE_COLOR colours
 * what is piped into a pager, and COLUMNS says how wide that is.
 */
export function screenOf({ isTTY = false, columns = 0 }: Output, env: NodeJS.ProcessEnv): Screen {
  const dumb = env['TERM'] === 'dumb';
  const forced = isSet(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  return {
    width: isTTY && columns > 0 ? columns : (wholeOf(env['COLUMNS']) ?? USUAL_WIDTH),
    color: !isSet(env['NO_COLOR']) && (forced || (isTTY && !dumb)),
    live: isTTY && !dumb,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
}
