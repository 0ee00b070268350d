/** How far the clock is put forward [ms]: years, months, days, hours and minutes are others. */
const AHEAD_MS = 1_234_567_890_123 / 9;

/** Does `work` with a clock that shows another time, in this thread: what looks at it is told something else than an hour ago, or tomorrow. */
export async function withOtherClock<T>(work: () => Promise<T>): Promise<T> {
  const Real = globalThis.Date;
  globalThis.Date = class extends Real {
    constructor(...given: [] | [number | string | Date]) {
      if (given.length === 0) super(Real.now() + AHEAD_MS);
      else super(...given);
    }
    static override now(): number {
      return Real.now() + AHEAD_MS;
    }
  } as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = Real;
  }
}
