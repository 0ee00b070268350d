import { join, resolve } from 'node:path';

import { look, namesIn } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import { makeGivenFolder } from '../files/folder.ts';
import type { FilePort } from '../files/port.ts';
import { DEFAULT_NAMESPACE } from '../queue/redis/names.ts';
import { sendAll } from '../queue/outbox.ts';
import { nodeMajor } from '../queue/refusal.ts';
import type { ReceivedResult } from '../queue/result-frame.ts';
import { Spool, spooledResult } from '../queue/spool.ts';
import { appendable, spooledRows } from '../queue/spooled-rows.ts';
import type { Host } from '../readers/host.ts';
import { storedCell } from '../readers/stored-cells.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { openCell } from '../store/open-cell.ts';
import { noFile } from '../store/scan-cell.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { MADE_BY, requireManifest, type RunManifest } from '../stored/manifest.ts';
import { writeManifest } from '../stored/manifest-file.ts';
import type { StudyPlace } from './given-study.ts';
import { merge, type MergeResult } from './merge.ts';
import { brokerOf } from './open-queue.ts';

/** Where the results of a spool go: to a queue, or straight into the run that they are of. */
export interface SubmitOptions extends StudyPlace {
  readonly queue?: string | undefined;
  readonly namespace?: string | undefined;
  /** The folder of a run. */
  readonly into?: string | undefined;
  readonly threads?: number | undefined;
}

/** A result that stays in the spool, and why. */
export interface LeftResult {
  readonly file: string;
  readonly why: string;
}

/** What `submit` did with the results of a spool folder. */
export interface Submitted {
  readonly spool: string;
  /** Results that are where they belong; their files are gone. */
  readonly submitted: number;
  readonly left: readonly LeftResult[];
  /** What the run made of them; undefined with a queue. */
  readonly merged: MergeResult | undefined;
}

/**
 * Submits what a worker kept while the queue or its manager was away. A result goes from the spool when it is where it belongs; submitted again, it changes
 * nothing. Throws USAGE, QUEUE, or what `merge` throws.
 */
export async function submit(
  spool_folder: string,
  options: SubmitOptions,
  host: Host = thisMachine,
): Promise<Submitted> {
  const { queue, into } = options;
  if ((queue === undefined) === (into === undefined))
    throw new EngineError('USAGE', 'Say where the results go: --queue URL, or --into RUN.', { path: '--into' });
  const { port } = host;
  if (look(port, spool_folder)?.kind !== 'folder')
    throw new EngineError('USAGE', `${spool_folder} is not a folder: name the spool of a worker.`, {
      path: spool_folder,
    });
  const spool = Spool.open(port, spool_folder);
  return into === undefined ? toQueue(spool, queue!, options, host) : toRun(spool, into, options, host);
}

async function toQueue(
  spool: Spool,
  queue: string,
  { namespace = DEFAULT_NAMESPACE }: SubmitOptions,
  host: Host,
): Promise<Submitted> {
  const transport = await brokerOf(host).worker(queue, namespace);
  const left: LeftResult[] = [];
  try {
    const submitted = await sendAll(spool, transport, (id, { message }) => {
      left.push({ file: fileOf(spool, id), why: message });
    });
    return { spool: resolve(spool.folder), submitted, left, merged: undefined };
  } finally {
    await transport.close();
  }
}

/** The rows become a run of their own, which is merged as any other is, and goes. */
async function toRun(spool: Spool, into: string, options: SubmitOptions, host: Host): Promise<Submitted> {
  const { port } = host;
  const manifest = requireManifest(port, into);
  const part = join(spool.folder, 'part-of-run');
  removeAll(port, part);
  const { taken, left } = sorted(spool, manifest);
  let merged: MergeResult | undefined;
  if (taken.size > 0) {
    await makeGivenFolder(port, part);
    // What the part lacks of a study is with the run.
    await writeManifest(port, part, { ...manifest });
    for (const [cell_id, results] of taken) await writeCell(port, part, manifest, cell_id, results);
    const { study, inputs, trust, base, threads } = options;
    merged = await merge([part], into, { study, inputs, trust, base, threads }, host);
    removeAll(port, part);
  }
  const ids = [...taken.values()].flat().map(({ id }) => id);
  for (const id of ids) await spool.remove(id);
  return { spool: resolve(spool.folder), submitted: ids.length, left, merged };
}

interface Taken {
  readonly id: string;
  readonly received: ReceivedResult;
}

/** Which results are of which cell of the run, in the order of their permutations; and those that are of none. */
function sorted(
  spool: Spool,
  { identity }: RunManifest,
): { readonly taken: ReadonlyMap<string, Taken[]>; readonly left: LeftResult[] } {
  const cell_ids = new Map(Object.entries(identity.cells).map(([cell_id, experiment]) => [experiment, cell_id]));
  const taken = new Map<string, Taken[]>();
  const left: LeftResult[] = [];
  for (const id of spool.ids()) {
    const received = spooledResult(spool.read(id)!);
    const cell_id = received instanceof EngineError ? undefined : cell_ids.get(received.header.experiment);
    const why = received instanceof EngineError ? received.message : whyNot(received, cell_id);
    if (why === undefined)
      taken.set(cell_id!, [...(taken.get(cell_id!) ?? []), { id, received: received as ReceivedResult }]);
    else left.push({ file: fileOf(spool, id), why });
  }
  for (const results of taken.values()) results.sort((a, b) => a.received.header.first - b.received.header.first);
  return { taken, left };
}

function whyNot({ header }: ReceivedResult, cell_id: string | undefined): string | undefined {
  if (cell_id === undefined) return 'It is of a cell that this run does not have.';
  if (header.engine !== MADE_BY.engine)
    return `permafrost ${header.engine} computed it, and this is ${MADE_BY.engine}.`;
  const major = nodeMajor(process.version);
  if (header.node_major !== major) return `Node.js ${header.node_major} computed it, and this is ${major}.`;
  return undefined;
}

async function writeCell(
  port: FilePort,
  part: string,
  manifest: RunManifest,
  cell_id: string,
  results: readonly Taken[],
): Promise<void> {
  const { place } = storedCell(layoutOf(part), manifest, cell_id);
  const file = await openCell(port, place, noFile(manifest.permutations), () => undefined);
  try {
    let next = 0;
    for (const { received } of results) {
      const rows = spooledRows(received, place.schema);
      if (typeof rows === 'string')
        throw new EngineError('IDENTITY', `A result of cell ${cell_id} is not what it must be: ${rows}.`);
      const chunk = rows && appendable(place.schema, rows, next);
      if (chunk === undefined) continue;
      file.append(chunk);
      next = chunk.first + chunk.count;
    }
    await file.sync();
    await file.leave();
  } finally {
    file.close();
  }
}

function fileOf(spool: Spool, id: string): string {
  return join(resolve(spool.folder), `${id}.result`);
}

/** A folder of this engine's own, with all that is in it. */
function removeAll(port: FilePort, path: string): void {
  const found = look(port, path);
  if (found === undefined) return;
  if (found.kind !== 'folder') {
    port.unlink(path);
    return;
  }
  for (const name of namesIn(port, path)) removeAll(port, join(path, name));
  port.rmdir(path);
}
