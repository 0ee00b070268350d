import { createHash } from 'node:crypto';

import { EngineError } from '../errors.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { countPermutations, describeRanges, subtractRanges } from '../study/permutation-range.ts';
import { cellTexts } from '../verify/cell-text.ts';
import { setupOf } from '../execute/model-setup.ts';
import { MADE_BY, requireManifest, type RunManifest } from '../stored/manifest.ts';
import { majorOf, RowOrigins } from '../stored/row-origins.ts';
import { countNotFinite, type NotFinite } from '../verify/not-finite.ts';
import type { Problem, ProblemCode } from '../verify/problem.ts';
import type { Verification } from '../verify/verification.ts';
import { recompute, type CellRows, type Mismatch, type RecomputeAmount } from '../verify/recompute.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import { nextCheck, stoppingOf } from '../precision/checks.ts';
import type { StoredCell } from '../readers/stored-cells.ts';
import { storedStudy } from '../stored/stored-experiment.ts';
import { filesOf, type Abortable, type StudyPlace } from './given-study.ts';
import { verifyOldRun } from '../verify/verify-old-run.ts';
import { withSignal } from '../readers/with-signal.ts';
import { summaryProblems } from '../verify/summary-problems.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { threadCount } from '../execute/thread-count.ts';
import { counted } from '../wording/format-number.ts';

/** What is checked beyond what is always checked. */
export interface VerifyOptions extends StudyPlace, Abortable {
  /** Computes rows again, a sample of them, and compares the bits. */
  readonly recompute?: RecomputeAmount | undefined;
  /** A folder of another program, without a manifest: how many permutations each cell should have. Its rows cannot be computed again. */
  readonly expect?: number | undefined;
  /** Default: one per core. */
  readonly threads?: number | undefined;
}

/** Reads everything that a run has on disk and checks that it is consistent. Changes nothing. Throws NOT_A_RUN where there is none. */
export async function verify(
  output: string,
  options: VerifyOptions = {},
  given: Host = thisMachine,
): Promise<Verification> {
  const { expect, signal } = options;
  const host = withSignal(given, signal);
  if (expect !== undefined) {
    refuseBeside(options);
    return verifyOldRun(output, expect, host, signal);
  }
  const { port } = host;
  const manifest = requireManifest(port, output);
  const again = options.recompute === undefined ? undefined : await storedStudy(port, output, filesOf(options));
  const threads = threadCount(options.threads);
  const setup = again && setupOf(again.experiment, chooseKernel('auto', threads).kernel);
  const local = host.open(threads, setup && [setup]);
  try {
    const problems: Problem[] = [];
    const digest = createHash('sha256');
    const origins = RowOrigins.read(port, output, manifest);
    const found_rows = new Map<string, CellRows>();
    const by_node = new Map<string, number>();
    let rows = 0;
    const names = Object.keys(manifest.metrics);
    const not_finite = new Map<string, NotFinite>();
    for await (const { cell, found, first, last, lines } of cellTexts(port, output, manifest, local)) {
      if (first) {
        problems.push(...scanProblems(cell, found, manifest));
        digest.update(`${cell.cell_id}\n`);
      }
      for (const bytes of lines) {
        digest.update(bytes);
        countNotFinite(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), names, not_finite);
      }
      if (!last) continue;
      problems.push(...notFiniteProblems(cell, not_finite, manifest), ...summaryProblems(port, cell, found));
      not_finite.clear();
      if (found instanceof EngineError) continue;
      rows += countPermutations(found.scan.present);
      const { present } = found.scan;
      found_rows.set(cell.cell_id, {
        span: present.at(-1)?.to ?? 0,
        others: origins?.others(cell.cell_id, present, MADE_BY.node) ?? [],
      });
      for (const { node, ranges } of origins?.of(cell.cell_id, present) ?? [])
        by_node.set(node, (by_node.get(node) ?? 0) + countPermutations(ranges));
    }
    const mismatches: Mismatch[] = [];
    let recomputed = 0;
    if (options.recompute !== undefined && again !== undefined && setup !== undefined) {
      const done = await recompute(port, again.experiment, options.recompute, found_rows, local, setup.id);
      recomputed = done.recomputed;
      mismatches.push(...done.mismatches);
      problems.push(
        ...done.mismatches.map(({ cell_id, message }): Problem => ({ cell_id, code: 'MISMATCH', message })),
      );
    }
    const bad = new Set(problems.map((problem) => problem.cell_id));
    const several = new Set([...by_node.keys()].map(majorOf)).size > 1;
    const cells_checked = Object.keys(manifest.identity.cells).length;
    return {
      ok: problems.length === 0,
      cells_checked,
      cells_ok: cells_checked - bad.size,
      rows,
      problems,
      recomputed,
      mismatches: mismatches.length,
      ...(several && { row_origins: Array.from(by_node, ([node, rows]) => ({ node, rows })) }),
      digest: digest.digest('hex'),
    };
  } finally {
    await local.close();
  }
}

/** A folder of another program has no study. */
function refuseBeside(options: VerifyOptions): void {
  const given = (['recompute', 'study', 'inputs'] as const).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const message = `expect is for a folder of another program, which has no study: leave ${given} out.`;
  throw new EngineError('USAGE', message, { path: given });
}

function scanProblems(cell: StoredCell, found: CheckedScan | EngineError, manifest: RunManifest): Problem[] {
  const { cell_id } = cell;
  if (found instanceof EngineError) {
    return [{ cell_id, code: found.code === 'IDENTITY' ? 'IDENTITY' : 'DISK', message: found.message }];
  }
  const { scan, check } = found;
  const { target } = scan;
  const stopping = stoppingOf(manifest.precision, manifest.permutations);
  const undecided = stopping !== undefined && check?.stop !== true;
  const missing = subtractRanges([{ from: 0, to: undecided ? nextCheck(stopping, check) : target }], scan.present);
  const rows = countPermutations(scan.present);
  const standing: (readonly [ProblemCode, boolean, string])[] = [
    [
      'INCOMPLETE',
      missing.length > 0,
      undecided
        ? `${rows} of at most ${target} rows; missing ${describeRanges(missing)} up to the next check of its precision`
        : `${rows} of ${target} rows; missing ${describeRanges(missing)}`,
    ],
    [
      'DUPLICATE',
      scan.n_duplicates > 0,
      `${counted(scan.n_duplicates, 'row appears', 'rows appear')} twice, with equal values`,
    ],
    [
      'CONFLICT',
      scan.n_conflicts > 0,
      `${counted(scan.n_conflicts, 'row was', 'rows were')} found twice, with different values: determinism was broken; see quarantine/`,
    ],
    ['DAMAGED', scan.n_rows_damaged > 0, `${counted(scan.n_rows_damaged, 'damaged row')}: ${findingText(scan)}`],
    [
      'PAST_TARGET',
      scan.n_rows_past_target > 0,
      `${counted(scan.n_rows_past_target, 'row')} at or past the target ${target}${check?.reached === true ? ', where the cell is precise enough' : ''}`,
    ],
    [
      'TORN',
      scan.end < scan.size && scan.canonical && !scan.sealed,
      `${counted(scan.size - scan.end, 'byte')} of an incomplete row at the end, as a crash leaves it: the next run cuts it`,
    ],
    [
      'ORDER',
      !scan.canonical && scan.exists,
      `rows are not in the order and form in which this engine writes them: ${findingText(scan)}`,
    ],
    [
      'UNPROTECTED',
      scan.unprotected.length > 0,
      `${counted(countPermutations(scan.unprotected), 'row has', 'rows have')} no checksum, so a change would go unnoticed: --recompute compares them now; the next run recomputes a sample and writes the checksums`,
    ],
    [
      'UNSEALED',
      scan.exists && scan.canonical && missing.length === 0 && !scan.sealed && scan.unprotected.length === 0,
      'all rows are there, but their checksums are incomplete: the next run seals the file',
    ],
  ];
  return standing.filter(([, there]) => there).map(([code, , message]) => ({ cell_id, code, message }));
}

function findingText(scan: CellScan): string {
  const first = scan.findings[0];
  if (first === undefined) return 'order';
  const more = scan.n_findings > 1 ? ` (and ${scan.n_findings - 1} more)` : '';
  return `byte ${first.offset}: ${first.reason}${more}`;
}

/** Values that a metric has and does not declare. A run makes none: it computes such a permutation as a failed one. */
function notFiniteProblems(
  { cell_id }: StoredCell,
  counts: ReadonlyMap<string, NotFinite>,
  { metrics }: RunManifest,
): Problem[] {
  return [...counts].flatMap(([metric, count]) => {
    const { missing, infinite } = metrics[metric] ?? {};
    const found = [
      ...(count.undefined > 0 && missing !== true
        ? [
            `${counted(count.undefined, 'value')} of ${metric} ${count.undefined === 1 ? 'is' : 'are'} NaN, and the metric does not declare missing: true`,
          ]
        : []),
      ...(count.infinite > 0 && infinite !== true
        ? [
            `${counted(count.infinite, 'value')} of ${metric} ${count.infinite === 1 ? 'is' : 'are'} infinite, and the metric does not declare infinite: true`,
          ]
        : []),
    ];
    return found.map((message): Problem => ({ cell_id, code: 'NOT_FINITE', message }));
  });
}
