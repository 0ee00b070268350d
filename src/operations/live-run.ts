import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { look } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import type { Host } from '../readers/host.ts';
import type { CellAtWork, RunHead, RunPage } from '../serve/client/wire.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readAdvisory } from '../stored/advisory-file.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import type { CellCount } from '../stored/progress-csv.ts';
import { commandLine, pathHere } from '../wording/command-line.ts';
import { cellCounts } from './cell-counts.ts';
import { factsOf } from './live-facts.ts';
import { LiveLog } from './live-log.ts';
import { LiveSurface } from './live-surface.ts';
import { isAtWork, STATE_WORDS, WHAT_TO_DO } from './run-state.ts';
import { lookAtRun, statusFrom, type RunLook, type RunStatus } from './status.ts';

/** progress.csv is written right after the heartbeat, and read once more when it must be there [s]. */
const SETTLED_SECONDS = 4;
/** Cells at work that are looked at, and whose logs are. */
const MOST_AT_WORK = 16;
const MOST_LOGS = 8;
const MOST_RATES = 360;
/**
 * Reading summaries takes at most this much of the time of a run that is at work, after a first helping [ms].
 */
const MOST_READING_MS = 400;
const READING_SHARE = 0.006;
/** The same of a run that is not, in one look: the next one continues [ms]. */
const MOST_AT_ONCE_MS = 300;
/** After so long others have their turn [ms]. */
const TURN_MS = 40;

/** One run on disk as pages see it, from its files alone. It costs little to look again: what has not changed is not read again. */
export class LiveRun {
  readonly key: string;
  readonly output: string;
  /** As a person would type it. */
  readonly folder: string;
  surface: LiveSurface | undefined;
  status: RunStatus | undefined;
  private readonly host: Host;
  private readonly log: LiveLog;
  private manifest: RunManifest | undefined;
  private manifest_seen = '';
  private error: string | undefined;
  /** What `counts` were counted for. */
  private counted_for = '';
  private counts: readonly CellCount[] = [];
  private scanned = false;
  /** A killed run's cells are counted from their files, once. */
  private scanning: string | undefined;
  private readonly known = new Map<string, CellCount>();
  private known_since: string | undefined;
  private readonly rates: { readonly at_ms: number; readonly rate: number }[] = [];
  private reading_ms = MOST_READING_MS;
  private last_fill_ms = 0;
  private at_work: readonly CellAtWork[] = [];
  private lines: readonly string[] = [];

  constructor(host: Host, output: string) {
    this.host = host;
    this.output = output;
    this.folder = pathHere(output);
    this.key = hash('sha256', output).slice(0, 16);
    this.log = new LiveLog(host.port);
  }

  /** It was looked at, and there is something to say. */
  get isKnown(): boolean {
    return this.status !== undefined || this.error !== undefined;
  }

  /** Its state and how far it is. Never throws: what keeps it from being read is shown. */
  async look(): Promise<void> {
    try {
      await this.lookAgain();
      this.error = undefined;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.error = error.message;
      this.status = undefined;
      this.manifest_seen = '';
    }
  }

  private async lookAgain(): Promise<void> {
    const { host, output } = this;
    const look = await lookAtRun(host.port, output);
    const manifest = this.manifestNow(look);
    const now_ms = Date.parse(host.clock.date());
    await this.countNow(manifest, look, now_ms);
    this.status = statusFrom(output, manifest, look, { counts: this.counts, scanned: this.scanned }, now_ms);
    this.noteRate();
  }

  /** It is replaced when a run is extended. */
  private manifestNow({ lock }: RunLook): RunManifest {
    const { port } = this.host;
    const found = look(port, layoutOf(this.output).manifest);
    const seen = `${found?.kind ?? 'nothing'} ${found?.size ?? 0} ${lock.holder?.since ?? ''}`;
    if (this.manifest === undefined || seen !== this.manifest_seen) {
      const read = requireManifest(port, this.output);
      const same =
        this.manifest !== undefined && JSON.stringify(read.identity) === JSON.stringify(this.manifest.identity);
      if (!same || read.permutations !== this.manifest?.permutations) this.begin();
      this.manifest = read;
      this.manifest_seen = seen;
    }
    return this.manifest;
  }

  private begin(): void {
    this.surface = undefined;
    this.counted_for = '';
    this.known.clear();
  }

  private async countNow(manifest: RunManifest, { lock, heartbeat }: RunLook, now_ms: number): Promise<void> {
    const age = heartbeat === undefined ? 0 : (now_ms - Date.parse(heartbeat.timestamp)) / 1000;
    const since = lock.holder?.since ?? '';
    const moment = `${lock.state} ${since} ${heartbeat?.timestamp ?? ''}`;
    if (since !== this.known_since) this.known.clear();
    this.known_since = since;
    const wanted = `${moment} ${String(age > SETTLED_SECONDS)}`;
    if (wanted === this.counted_for || (lock.state === 'dead' && this.scanned && this.scanning === moment)) return;
    this.counted_for = wanted;
    const { counts } = await cellCounts(this.host, this.output, manifest, {}, false, this.known);
    this.counts = counts;
    this.scanned = false;
    if (lock.state === 'dead' && this.scanning !== moment) {
      this.scanning = moment;
      void this.scan(manifest, moment);
    }
  }

  /** What a killed process wrote last is older than its last rows. */
  private async scan(manifest: RunManifest, moment: string): Promise<void> {
    try {
      const { counts } = await cellCounts(this.host, this.output, manifest, { scan: true }, true);
      if (this.scanning !== moment) return;
      this.counts = counts;
      this.scanned = true;
      this.surface?.count(counts);
    } catch {
      this.scanning = undefined;
      this.counted_for = ''; // it was removed meanwhile, or the server ends: the next look tries again, or says why not
    }
  }

  private noteRate(): void {
    const { heartbeat, state } = this.status!;
    if (heartbeat === undefined || state !== 'running') return;
    const at_ms = Date.parse(heartbeat.timestamp);
    if (this.rates.at(-1)?.at_ms === at_ms) return;
    this.rates.push({ at_ms, rate: heartbeat.sims_per_second });
    if (this.rates.length > MOST_RATES) this.rates.shift();
  }

  /** Its cells, for those who look at this run alone. */
  async lookCloser(): Promise<void> {
    if (this.manifest === undefined || this.status === undefined) return;
    const fresh = this.surface === undefined;
    this.surface ??= new LiveSurface(this.host.port, this.output, this.manifest);
    this.surface.count(this.counts);
    if (fresh) this.last_fill_ms = this.host.clock.now();
    const working = isAtWork(this.status.state);
    this.at_work = working ? this.cellsAtWork(this.surface) : [];
    await this.fill(this.surface, working);
    this.lines = this.log.read(this.logged(this.surface));
  }

  private cellsAtWork(surface: LiveSurface): CellAtWork[] {
    return surface.those('running', MOST_AT_WORK).map((index) => {
      const cell_id = surface.cell_ids[index]!;
      const said = readAdvisory(this.host.port, layoutOf(this.output).cell(cell_id).progress, progressOf);
      if (said?.n_done !== undefined) surface.atWork(index, said.n_done);
      return { index, cell_id, ...surface.doneOf(index), seconds: said?.seconds ?? null };
    });
  }

  private async fill(surface: LiveSurface, working: boolean): Promise<void> {
    const { clock } = this.host;
    const now_ms = clock.now();
    const earned_ms = (now_ms - this.last_fill_ms) * READING_SHARE;
    this.last_fill_ms = now_ms;
    this.reading_ms = Math.min(MOST_READING_MS, this.reading_ms + earned_ms);
    for (;;) {
      const from_ms = clock.now();
      const most_ms = Math.min(TURN_MS, working ? this.reading_ms : TURN_MS);
      const left = surface.fill(() => clock.now() - from_ms < most_ms);
      if (working) this.reading_ms -= clock.now() - from_ms;
      const spent = working ? this.reading_ms <= 0 : clock.now() - now_ms > MOST_AT_ONCE_MS;
      if (!left || spent) return;
      await nextTurn();
    }
  }

  private logged(surface: LiveSurface): Map<string, string> {
    const layout = layoutOf(this.output);
    const chosen = new Set([...surface.those('failed', MOST_LOGS / 2), ...surface.those('running', MOST_LOGS)]);
    for (const index of surface.latest(MOST_LOGS)) if (chosen.size < MOST_LOGS) chosen.add(index);
    return new Map(
      [...chosen].slice(0, MOST_LOGS).map((index) => {
        const cell_id = surface.cell_ids[index]!;
        return [cell_id, layout.cell(cell_id).folder];
      }),
    );
  }

  /** A line of the list. */
  head(): RunHead {
    const { key, folder, manifest, status, error } = this;
    const name = manifest?.name ?? basename(this.output);
    if (status === undefined) return { ...NOTHING, key, folder, name, error: error ?? null };
    const { state, why, holder, heartbeat } = status;
    const moving = state === 'running' && heartbeat !== undefined;
    return {
      key,
      name,
      folder,
      model: manifest?.identity.model ?? '',
      state,
      says: STATE_WORDS[state],
      why: why?.message ?? null,
      what_to_do: WHAT_TO_DO[state] ?? null,
      holder: holder === undefined ? null : `process ${holder.pid} on ${holder.host}`,
      cells_complete: status.cells_complete,
      cells_total: status.cells_total,
      permutations_done: status.permutations_done,
      permutations_total: status.permutations_total,
      at_most: status.at_most,
      rate: moving ? heartbeat.sims_per_second : null,
      eta_seconds: moving ? heartbeat.eta_seconds : null,
      age_seconds: roundedAge(status.heartbeat_age_seconds),
      counting: state === 'dead' && this.scanning !== undefined && !status.scanned,
      counted: status.scanned,
      has_report: look(this.host.port, this.report)?.kind === 'file',
      error: null,
    };
  }

  private get report(): string {
    return `${layoutOf(this.output).report}/index.html`;
  }

  page(): RunPage {
    const now_ms = Date.parse(this.host.clock.date());
    return {
      ...this.head(),
      facts:
        this.manifest === undefined || this.status === undefined
          ? []
          : factsOf(this.manifest, this.status, this.freeBytes()),
      at_work: this.at_work,
      log: this.lines,
      rates: this.rates.map(({ at_ms, rate }) => [Math.round((now_ms - at_ms) / 1000), rate] as const),
      commands: [
        ['status', commandLine(['status', this.folder])],
        ['report', commandLine(['report', this.folder])],
        ['verify', commandLine(['verify', this.folder, '--recompute', '1%'])],
      ],
    };
  }

  private freeBytes(): number | undefined {
    try {
      return this.host.port.freeBytes(this.output);
    } catch {
      return undefined; // the folder went away: the next look says so
    }
  }
}

const NOTHING: RunHead = {
  key: '',
  name: '',
  folder: '',
  model: '',
  state: 'unreadable',
  says: 'cannot be read',
  why: null,
  what_to_do: null,
  holder: null,
  cells_complete: 0,
  cells_total: 0,
  permutations_done: 0,
  permutations_total: 0,
  at_most: false,
  rate: null,
  eta_seconds: null,
  age_seconds: null,
  counting: false,
  counted: false,
  has_report: false,
  error: null,
};

/** Minutes are enough of what is long ago: an unchanged list is not sent again. */
function roundedAge(seconds: number | undefined): number | null {
  if (seconds === undefined) return null;
  return seconds < 120 ? Math.round(seconds) : 60 * Math.round(seconds / 60);
}

function progressOf(text: string): { readonly n_done?: number; readonly seconds?: number } | undefined {
  const found = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  const { n_done, runtime_seconds } = found ?? {};
  return {
    ...(typeof n_done === 'number' && { n_done }),
    ...(typeof runtime_seconds === 'number' && { seconds: runtime_seconds }),
  };
}
