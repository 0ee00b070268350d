import { EngineError } from '../../errors.ts';
import { type Cells, placeOf } from './cells.ts';
import { exactSum } from './exact-sum.ts';
import { isMissing, readNumber } from '../text/number-text.ts';
import { placeText } from '../text/problems.ts';
import type { Row } from '../tables/table.ts';

type FeeSign = 'cost' | 'signed';
const signs = new WeakMap<Cells, FeeSign>();

/**
 * Costs of a row, positive where they are paid. Lists write them as costs (5) or as they change the account (-5): what the program does is
 * known, otherwise all signs of the list together tell.
 */
export function feesOf(cells: Cells, row: Row): number {
  if (cells.raw.fees.length === 0) return 0;
  const values = cells.raw.fees.map((at) => cells.numberAt(row, at)).filter((value) => !Number.isNaN(value));
  const sum = values.length === 1 ? values[0]! : exactSum(values);
  return feeSign(cells) === 'cost' ? sum : 0 - sum;
}

function feeSign(cells: Cells): FeeSign {
  const known = signs.get(cells);
  if (known !== undefined) return known;
  const found = cells.raw.conventions.fees === 'signed' ? 'signed' : bySigns(cells);
  signs.set(cells, found);
  return found;
}

function bySigns(cells: Cells): FeeSign {
  let paid: Row | undefined;
  let taken: Row | undefined;
  for (const row of cells.raw.rows) {
    for (const at of cells.raw.fees) {
      const text = row.cells[at] ?? '';
      const value = isMissing(text) ? 0 : readNumber(text, cells.decimal.sign);
      if (value > 0) paid ??= row;
      else if (value < 0) taken ??= row;
    }
  }
  if (taken === undefined) return 'cost';
  if (paid === undefined) return 'signed';
  if (cells.raw.conventions.fees === 'cost') return 'cost';
  const names = cells.raw.fees.map((at) => cells.columnName(at)).join(', ');
  throw new EngineError(
    'DATA',
    `The costs (${names}) are positive in ${placeText(placeOf(paid))} and negative in ${placeText(placeOf(taken))}: is a cost 5 or -5? Leave out the column that does not fit with --map fee=COLUMN for each one that does, or all of them with --map fee=none (then --pnl says whether the P&L is net).`,
    { path: '--map', allowed: 'fee=COLUMN or fee=none' },
  );
}
