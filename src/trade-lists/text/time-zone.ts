import { tzOffset } from '@date-fns/tz';
import { EngineError } from '../../errors.ts';
import { type Moment, offsetMinutes } from './date-text.ts';

const DAY_MS = 86_400_000;

/** A time zone: IANA name, `UTC` or an offset. Counts the wall-clock times that the zone has twice or not at all. */
export class Zone {
  readonly name: string;
  /** Times that the clock showed twice (an hour set back): read as the first of the two. */
  twice = 0;
  /** Times that the clock never showed (an hour set forward): read with the offset before. */
  never = 0;
  private readonly fixed: number | undefined;
  /** Offset of a whole day [minutes], by day number; NaN where it changes within a day of it. */
  private readonly days = new Map<number, number>();

  /** Throws USAGE for a zone that is not known. */
  constructor(name: string) {
    this.name = name;
    const offset = offsetMinutes(name);
    this.fixed = Number.isNaN(offset) ? undefined : offset;
    if (this.fixed === undefined && !(/^[A-Za-z]/.test(name) && isKnown(name))) throw unknownZone(name);
  }

  /** A wall clock in this zone, with its offset. */
  place(moment: Moment): Moment {
    return { us: moment.us, offset: this.offsetAtWallClock(moment.us / 1000), day_only: moment.day_only };
  }

  /** The same instant on this zone's wall clock. */
  convert(moment: Moment): Moment {
    const instant_us = moment.us - (moment.offset ?? 0) * 60_000_000;
    const offset = this.offsetAt(instant_us / 1000);
    return { us: instant_us + offset * 60_000_000, offset, day_only: false };
  }

  private offsetAt(instant_ms: number): number {
    if (this.fixed !== undefined) return this.fixed;
    const day = Math.floor(instant_ms / DAY_MS);
    const whole = this.offsetOfDay(day);
    return Number.isNaN(whole) ? Math.round(tzOffset(this.name, new Date(instant_ms))) : whole;
  }

  /** The offset from a day before `day` to a day after it, where it is the same all the time. */
  private offsetOfDay(day: number): number {
    let offset = this.days.get(day);
    if (offset === undefined) {
      const at = [-1, 0, 1, 2].map((days) => Math.round(tzOffset(this.name, new Date((day + days) * DAY_MS))));
      offset = at.every((value) => value === at[0]) ? at[0]! : NaN;
      this.days.set(day, offset);
    }
    return offset;
  }

  private offsetAtWallClock(wall_ms: number): number {
    if (this.fixed !== undefined) return this.fixed;
    const whole = this.offsetOfDay(Math.floor(wall_ms / DAY_MS));
    if (!Number.isNaN(whole)) return whole;
    const at = (instant_ms: number): number => Math.round(tzOffset(this.name, new Date(instant_ms)));
    const before = at(wall_ms - DAY_MS);
    const after = at(wall_ms + DAY_MS);
    const fits = [before, after].filter((offset) => at(wall_ms - offset * 60_000) === offset);
    if (fits.length === 0) this.never++;
    if (fits.length === 2 && before !== after) this.twice++;
    return fits[0] ?? before;
  }
}

function isKnown(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function unknownZone(name: string): EngineError {
  return new EngineError(
    'USAGE',
    `--timezone expects a zone such as America/New_York, Europe/Berlin or UTC, or an offset such as +02:00; got ${JSON.stringify(name)}.`,
    { path: '--timezone', value: name, allowed: 'IANA time zone, UTC or +HH:MM' },
  );
}
