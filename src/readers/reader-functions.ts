import type { Rows } from '../encoding/metrics-schema.ts';
import { measureCell } from '../execute/measure-cell.ts';
import { encodeForAll } from '../execute/encode-chunk.ts';
import { keptColumns, keptIn } from '../execute/kept-columns.ts';
import type { Simulators } from '../execute/simulators.ts';
import type { TaskFunctions } from '../execute/thread-message.ts';
import { encodeCsvRows } from '../encoding/csv-rows.ts';
import type { FilePort } from '../files/port.ts';
import { checkOpenFile, scanToStop } from '../precision/scan-to-stop.ts';
import { countInBins } from '../statistics/count-in-bins.ts';
import { statisticsText } from '../statistics/statistics-text.ts';
import { summarise, summariseColumns } from '../statistics/summarise.ts';
import { pickRows } from '../store/pick-rows.ts';
import { readRange } from '../store/read-range.ts';
import { readRows } from '../store/read-rows.ts';
import { isAsWritten, readBack } from '../store/scan-cell.ts';
import { failureBounds } from '../statistics/failure-bounds.ts';
import { pairRows } from './pair-rows.ts';
import type { ReaderTasks } from './tasks.ts';

/** How each kind of task is done on the files behind the port. */
export function readerFunctions(port: FilePort, simulators: Simulators): TaskFunctions<ReaderTasks> {
  return {
    scan: ({ place, target, stopping }) => scanToStop(port, place, target, stopping),

    check: ({ place, target, stopping, due, sums }) => checkOpenFile(port, place, target, stopping, due, sums),

    copy: ({ chunk, from, keep }) => {
      const { first, count } = chunk;
      const rows = readRange(port, from.place, from.target, first, first + count);
      if (rows === undefined) return undefined;
      return {
        first,
        count,
        rows: count,
        ...encodeForAll(chunk, rows, 'auto'),
        ...keptIn(keep, rows, count),
        failures: [],
        compute_ms: 0,
      };
    },

    text: ({ place, target, part }) => Array.from(readRows(port, place, target, part), (rows) => encodeCsvRows(rows)),

    pick: ({ place, target, perms }) => pickRows(port, place, target, perms),

    pairs: (task) => pairRows(port, task),

    summary: ({ place, target, options }) =>
      summarise(() => readRows(port, place, target), place.schema.metrics, options),

    bounds: ({ place, target, n_failed, thresholds }) => {
      const { metrics } = place.schema;
      const pieces = Array.from(readRows(port, place, target), ({ columns }) =>
        columns.map((column) => column.slice()),
      );
      return metrics.map((metric, m) => {
        const values = joined(pieces.map((columns) => columns[m]!));
        return { metric, bounds: failureBounds(values, n_failed, thresholds[metric]) };
      });
    },

    bins: ({ place, target, bins }) => countInBins(() => readRows(port, place, target), bins),

    finish: ({ place, target, options, sums, kept }) => {
      const { metrics } = place.schema;
      if (kept !== undefined && isAsWritten(port, place, kept)) {
        const columns = keptColumns(kept.columns, metrics.length, target);
        return { found: 'proven', statistics: statisticsText(summariseColumns(columns, metrics, options)) };
      }
      const found = readBack(port, place, target, sums);
      if (found === undefined) return { found, statistics: undefined };
      const rows = (): Iterable<Rows> => readRows(port, place, target, { end: found.scan.end });
      return { found, statistics: statisticsText(summarise(rows, metrics, options)) };
    },

    measure: async (task) => measureCell(await simulators.of(task.setup), task),
  };
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(pieces.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
