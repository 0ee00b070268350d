import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactSum } from '../../../src/trade-lists/matching/exact-sum.ts';
import { type Fill, matchFills } from '../../../src/trade-lists/matching/match-fills.ts';

function fill(at: number, direction: 1 | -1, qty: number, price: number, more: Partial<Fill> = {}): Fill {
  return {
    row: { file: 'f', line: at, cells: [] },
    time: { us: at * 1e6, offset: 0, day_only: false },
    book: 'ABC',
    symbol: 'ABC',
    direction,
    qty,
    price,
    fee: 0,
    multiplier: 1,
    order_id: String(at),
    effect: undefined,
    pnl: NaN,
    ...more,
  };
}

describe('fills matched first in, first out', () => {
  it('a sale closes the lots that are open longest', () => {
    const { matches, open_lots } = matchFills([fill(1, 1, 10, 100), fill(2, 1, 10, 110), fill(3, -1, 15, 120)]);
    expect(matches).toMatchObject([
      { qty: 15, side: 1, gross: 10 * 20 + 5 * 10, exit_price: 120, entry_time: { us: 1e6 } },
    ]);
    expect(matches[0]!.entry_price).toBeCloseTo((10 * 100 + 5 * 110) / 15, 12);
    expect(open_lots).toBe(1);
  });

  it('a fill larger than the position turns it round', () => {
    const { matches, open_lots } = matchFills([fill(1, 1, 1, 100), fill(2, -1, 3, 105), fill(3, 1, 2, 101)]);
    expect(matches).toMatchObject([
      { side: 1, qty: 1, gross: 5 },
      { side: -1, qty: 2, gross: 8 },
    ]);
    expect(open_lots).toBe(0);
  });

  it('fees go with their share of the size, and none is lost', () => {
    const { matches } = matchFills([
      fill(1, 1, 3, 10, { fee: 1 }),
      fill(2, -1, 1, 11, { fee: 0.5 }),
      fill(3, -1, 2, 11, { fee: 0.5 }),
    ]);
    expect(exactSum(matches.map(({ entry_fees }) => entry_fees))).toBeCloseTo(1, 12);
    expect(matches.map(({ exit_fees }) => exit_fees)).toEqual([0.5, 0.5]);
  });

  it('executions of one order are one fill; others are not, whatever their time', () => {
    const same = { order_id: 'a' };
    const { matches, orders } = matchFills([fill(1, 1, 1, 100, same), fill(2, 1, 3, 104, same), fill(3, -1, 4, 110)]);
    expect(orders).toBe(2);
    expect(matches).toMatchObject([{ entry_price: 103, qty: 4, gross: 28 }]);
    expect(matchFills([fill(1, 1, 1, 100), fill(1, 1, 1, 100, { order_id: 'b' })]).orders).toBe(2);
  });

  it('books do not meet', () => {
    const { matches, open_lots } = matchFills([fill(1, 1, 1, 100), fill(2, -1, 1, 110, { book: 'XYZ' })]);
    expect([matches.length, open_lots]).toEqual([0, 2]);
  });

  it('a close without an opening is set apart', () => {
    const { matches, unopened } = matchFills([
      fill(1, -1, 5, 100, { effect: 'closes' }),
      fill(2, 1, 1, 90, { effect: 'opens' }),
      fill(3, -1, 2, 95, { effect: 'closes' }),
    ]);
    expect(matches).toMatchObject([{ qty: 1, gross: 5 }]);
    expect(unopened.map(({ qty }) => qty)).toEqual([5, 1]);
  });

  it('0.1 and 0.2 are closed by 0.3', () => {
    const { open_lots, matches } = matchFills([fill(1, 1, 0.1, 1.1), fill(2, 1, 0.2, 1.1), fill(3, -1, 0.3, 1.2)]);
    expect([open_lots, matches[0]!.gross]).toEqual([0, 0.03]);
  });

  it('what is earned is what the cash says once all is closed, whatever the fills', () => {
    const one = fc.record({
      buy: fc.boolean(),
      qty: fc.integer({ min: 1, max: 50 }),
      cents: fc.integer({ min: 1, max: 100_000 }),
      fee: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 30 }), (parts) => {
        const fills = parts.map(({ buy, qty, cents, fee }, i) =>
          fill(i + 1, buy ? 1 : -1, qty / 10, cents / 100, { fee: fee / 100 }),
        );
        const left = exactSum(fills.map(({ direction, qty }) => direction * qty));
        if (left !== 0) fills.push(fill(99, left > 0 ? -1 : 1, Math.abs(left), 50));
        const { matches, open_lots } = matchFills(fills);
        const cash = fills.reduce((sum, { direction, qty, price, fee }) => sum - direction * qty * price - fee, 0);
        const earned = matches.reduce(
          (sum, { gross, entry_fees, exit_fees }) => sum + gross - entry_fees - exit_fees,
          0,
        );
        expect(open_lots).toBe(0);
        expect(earned).toBeCloseTo(cash, 6);
      }),
    );
  });
});

describe('exactSum', () => {
  it('is the sum of the decimals', () => {
    expect(exactSum([0.1, 0.2])).toBe(0.3);
    expect(exactSum([])).toBe(0);
    expect(exactSum([1e-12, 2e-12])).toBe(3e-12);
    expect(exactSum([9e15, 9e15, 0.5])).toBe(18000000000000000);
  });
});
