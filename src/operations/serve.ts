import { join } from 'node:path';

import { look, realPathOf } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import { secretText } from '../files/secret-text.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { withSignal } from '../readers/with-signal.ts';
import { typeOf, type Content } from '../serve/answers.ts';
import { assets } from '../serve/assets.ts';
import type { EventStream } from '../serve/event-stream.ts';
import { TOKEN } from '../serve/guard.ts';
import { listen, type Site } from '../serve/server.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { notExpected, wholeOption } from '../wording/expected.ts';
import { pathOf, type Abortable } from './given-study.ts';
import type { LiveRun } from './live-run.ts';
import { LiveRuns } from './live-runs.ts';
import { shownOf } from './live-surface.ts';

/** Where the page is, and who may see it. */
export interface ServeOptions extends Abortable {
  /** Default 8470; 0: any that is free. */
  readonly port?: number | undefined;
  /** The address of this machine to listen on; default 127.0.0.1, which only this machine itself reaches. */
  readonly host?: string | undefined;
  /** Asked for from everybody; itself, `env:NAME` or `file:PATH`. Default: none on 127.0.0.1, elsewhere a new one. */
  readonly token?: string | undefined;
}

/** A page that is being served. */
export interface Served {
  /** Its address, without a token. */
  readonly url: string;
  /** What has to be behind the address once: `?token=…`. Undefined where none is asked for. */
  readonly token: string | undefined;
  /** The folders in which runs are looked for. */
  readonly folders: readonly string[];
  /** How many runs are there now; more may come. */
  readonly runs: number;
  /** Resolves when the page is no longer served. */
  readonly closed: Promise<void>;
  /** Ends it. */
  close(): Promise<void>;
}

const PORT = 8470;
const HOST = '127.0.0.1';
const DEFAULT_FOLDER = 'runs';
const MOST_REPORT_BYTES = 1 << 28;

/**
 * Serves a live page of runs until `close` is called or the signal is aborted: runs themselves, or folders that hold some, default `runs` here, or this folder. It
 * reads their files and nothing else: it takes no lock, writes nothing, loads no model, and reads nothing while nobody looks.
 */
export async function serve(
  given: string | URL | readonly (string | URL)[] = [],
  { port = PORT, host = HOST, token, signal }: ServeOptions = {},
  machine: Host = thisMachine,
): Promise<Served> {
  if (wholeOption('port', port, 0) > 65_535) throw notExpected('port', 'a number up to 65535', port);
  const asked = token === undefined ? undefined : secretText(machine.port, '--token', 'the token', token);
  if (asked !== undefined && !TOKEN.test(asked))
    throw new EngineError(
      'USAGE',
      '--token expects 16 to 200 letters, digits, or any of - . _ ~, so that nobody guesses it.',
      {
        path: '--token',
      },
    );
  const closing = new AbortController();
  const reading = withSignal(machine, closing.signal);
  const folders = foldersOf(machine.port, [given].flat().map(pathOf));
  const runs = new LiveRuns(reading, folders);
  const listening = await listen(siteOf(machine.port, runs), { host, port, token: asked });
  let closed: Promise<void> | undefined;
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const close = (): Promise<void> => {
    closed ??= (async () => {
      runs.close();
      closing.abort(new Error('the page is no longer served'));
      await listening.close();
      ended();
    })();
    return closed;
  };
  if (signal?.aborted === true) await close();
  signal?.addEventListener('abort', () => void close(), { once: true });
  return { url: listening.url, token: listening.token, folders, runs: runs.count(), closed: end, close };
}

function foldersOf(port: FilePort, given: readonly string[]): string[] {
  if (given.length === 0)
    return [realPathOf(port, look(port, DEFAULT_FOLDER)?.kind === 'folder' ? DEFAULT_FOLDER : '.')];
  return given.map((folder) => {
    const path = realPathOf(port, folder);
    if (look(port, path)?.kind === 'folder') return path;
    throw new EngineError(
      'NOT_A_RUN',
      `There is no folder ${folder}. Name a run, or a folder in which runs are or will be.`,
      {
        path: folder,
      },
    );
  });
}

function siteOf(port: FilePort, runs: LiveRuns): Site {
  const fixed = assets();
  return {
    asset: (name) => fixed.get(name),
    list: (stream) => {
      const tell = (): void => {
        if (!stream.isBehind) stream.sendIfNew('list', runs.list());
      };
      return runs.watchList(tell);
    },
    run: ({ key, metric, shown }, open) => {
      const run = runs.find(key);
      return run && runs.watchRun(run, tellOf(run, open(), metric ?? undefined, shownOf(shown) ?? 'done'));
    },
    report: (key, names) => {
      const run = runs.find(key);
      return run && reportFile(port, run.output, names);
    },
  };
}

/** Tells one client of one run what it does not know yet. */
function tellOf(
  run: LiveRun,
  stream: EventStream,
  metric: string | undefined,
  shown: Parameters<NonNullable<LiveRun['surface']>['changes']>[1],
): () => void {
  let placed = -1;
  let since = 0;
  let of: LiveRun['surface'];
  return () => {
    if (stream.isBehind) return;
    stream.sendIfNew('head', run.page());
    const { surface } = run;
    if (surface === undefined) return;
    if (surface !== of || surface.placed !== placed) {
      stream.send('surface', surface.wire());
      [of, placed, since] = [surface, surface.placed, 0];
    }
    const { upto, changes } = surface.changes(metric, shown, since);
    if (since === 0 || changes.cells.length > 0) stream.send('cells', changes);
    since = upto;
  };
}

/** Only a plain file below a plain folder `report` of the run: a folder may be anybody's, and links in it may lead anywhere. */
function reportFile(port: FilePort, output: string, names: readonly string[]): Content | undefined {
  const { report } = layoutOf(output);
  const folders = names.map((_, k) => join(report, ...names.slice(0, k)));
  if (folders.some((folder) => look(port, folder)?.kind !== 'folder')) return undefined;
  const path = join(report, ...names);
  if (look(port, path)?.kind !== 'file' || realPathOf(port, path) !== path) return undefined;
  const bytes = readSmallFile(port, path, MOST_REPORT_BYTES);
  return bytes && { type: typeOf(names.at(-1)!), bytes };
}
