import { EngineError } from '../../errors.ts';
import { columnsNamed, type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';
import { readNumber } from '../text/number-text.ts';
import { LeftOut, type RawList, type Reported } from './raw-list.ts';
import { compactName, normalName, type Row, type Table } from '../tables/table.ts';

/**
 * Interactive Brokers, Flex query of trades as CSV. Executions; `IBCommission` is negative, `FifoPnlRealized` net of the commissions of both sides. Currency
 * conversions are not trades.
 */
export const flexQuery: Format = {
  name: 'interactive-brokers',
  title: 'Interactive Brokers Flex query',
  locate: locateHeader((names) => {
    const found = names.map(compactName);
    return (
      hasAll(found, ['symbol', 'quantity', 'tradeprice']) &&
      (found.includes('ibcommission') || found.includes('fifopnlrealized'))
    );
  }),
  readTable: (table) => {
    const header = table.header.map(compactName);
    const at = (name: string): number => header.indexOf(name);
    const left_out = new LeftOut();
    const levels = new Set(table.rows.map(({ cells }) => (cells[at('levelofdetail')] ?? '').toUpperCase()));
    const level = ['EXECUTION', 'ORDER'].find((name) => levels.has(name));
    const executions = table.rows.filter(({ cells }) => {
      if (normalName(cells[at('symbol')] ?? '') === 'symbol') return false;
      if (level !== undefined && (cells[at('levelofdetail')] ?? '').toUpperCase() !== level) {
        left_out.add('summary rows');
        return false;
      }
      return true;
    });
    const rows = withoutConversions(executions, at('assetclass'), left_out);
    const columns = placeRoles(header, {
      time: ['datetime', 'tradedatetime', 'tradedate'],
      clock: at('datetime') < 0 && at('tradedate') >= 0 ? ['tradetime'] : [],
      symbol: ['symbol'],
      account: ['clientaccountid'],
      action: ['buysell'],
      qty: ['quantity'],
      price: ['tradeprice'],
      pnl: ['fifopnlrealized'],
      open_close: ['opencloseindicator'],
      multiplier: ['multiplier'],
      currency: ['currencyprimary', 'currency'],
      fx_rate: ['fxratetobase'],
      id: ['ibexecid', 'transactionid', 'tradeid'],
      order_id: ['iborderid', 'orderid'],
    });
    return rawList(flexQuery, table, {
      shape: 'fills',
      columns,
      rows,
      fees: columnsNamed(header, ['ibcommission', 'taxes']),
      conventions: { decimal: '.', dates: 'ymd', signed_qty: true, fees: 'signed', fill_pnl: 'net' },
      left_out,
    });
  },
};

/** Conversions between currencies are left out, unless nothing else was traded: then currencies are what is traded. */
function withoutConversions(rows: readonly Row[], kind: number, left_out: LeftOut): readonly Row[] {
  const kept = rows.filter(({ cells }) => !/^(?:cash|forex)$/i.test((cells[kind] ?? '').trim()));
  if (kept.length === 0) return rows;
  left_out.add('currency conversions', rows.length - kept.length);
  return kept;
}

/**
 * Interactive Brokers, activity statement as CSV: many tables in one, each row named by its section. Of `Trades` the orders are read; `Realized P/L` is
 * net of commissions.
 */
export const activityStatement: Format = {
  name: 'interactive-brokers-statement',
  title: 'Interactive Brokers activity statement',
  locate: locateHeader(
    (names) =>
      names[0] === 'trades' && names[1] === 'header' && hasAll(names, ['datadiscriminator', 'symbol', 'quantity']),
  ),
  readTable: (table) => statement(table),
};

function statement(table: Table): RawList {
  const header = table.header.map(normalName);
  const at = (...names: string[]): number => header.findIndex((name) => names.includes(name));
  const [kind, category] = [at('datadiscriminator'), at('asset category', 'assetcategory')];
  const left_out = new LeftOut();
  const data = table.rows.filter(({ cells }) => cells[0] === 'Trades' && cells[1] === 'Data');
  const level = ['order', 'trade', 'execution'].find((name) =>
    data.some(({ cells }) => normalName(cells[kind] ?? '') === name),
  );
  const rows = withoutConversions(
    data.filter(({ cells }) => normalName(cells[kind] ?? '') === level),
    category,
    left_out,
  );
  const again = table.rows.find(
    ({ cells }) =>
      cells[0] === 'Trades' && cells[1] === 'Header' && cells.some((cell, i) => normalName(cell) !== header[i]),
  );
  const multipliers = multipliersIn([...table.above, ...table.rows]);
  const symbol = at('symbol');
  const widened = rows.map((row): Row => ({
    ...row,
    cells: [...row.cells.slice(0, header.length), multipliers.get(row.cells[symbol] ?? '') ?? '1'],
  }));
  if (again !== undefined && rows.some((row) => row.line > again.line)) {
    throw new EngineError(
      'DATA',
      `${again.file} line ${again.line}: the trades have columns of another kind from here on; split the statement there.`,
      { path: `${again.file}:${again.line}` },
    );
  }
  return rawList(
    activityStatement,
    { ...table, header: [...table.header, 'Multiplier'] },
    {
      shape: 'fills',
      columns: placeRoles([...header, 'multiplier'], {
        time: ['date/time', 'datetime'],
        symbol: ['symbol'],
        account: ['account'],
        qty: ['quantity'],
        price: ['t. price', 'tradeprice', 'price'],
        pnl: ['realized p/l'],
        open_close: ['code'],
        currency: ['currency', 'currencyprimary'],
        multiplier: ['multiplier'],
      }),
      rows: widened,
      fees: columnsNamed(header, [/^comm(?:\/fee|ission| in)/, 'ibcommission']),
      conventions: { decimal: '.', dates: 'ymd', signed_qty: true, fees: 'signed', fill_pnl: 'net' },
      left_out,
      reported: reportedIn(table, header, category),
    },
  );
}

/** `Financial Instrument Information` states the multiplier of each symbol. */
function multipliersIn(rows: readonly Row[]): Map<string, string> {
  const found = new Map<string, string>();
  let names: readonly string[] = [];
  for (const { cells } of rows) {
    if (cells[0] !== 'Financial Instrument Information') continue;
    if (cells[1] === 'Header') names = cells.map(normalName);
    const [symbol, multiplier] = [names.indexOf('symbol'), names.indexOf('multiplier')];
    if (cells[1] !== 'Data' || symbol < 0 || multiplier < 0) continue;
    for (const name of (cells[symbol] ?? '').split(',')) found.set(name.trim(), cells[multiplier] ?? '1');
  }
  return found;
}

/** The statement's own totals of realized P&L, conversions left out. */
function reportedIn(table: Table, header: readonly string[], category: number): Reported {
  const realized = header.indexOf('realized p/l');
  const totals = table.rows.filter(
    ({ cells }) => cells[0] === 'Trades' && cells[1] === 'Total' && !/^forex$/i.test(cells[category] ?? ''),
  );
  if (realized < 0 || totals.length === 0) return {};
  const pnl = totals.reduce((sum, { cells }) => sum + readNumber(cells[realized] ?? '', '.'), 0);
  return Number.isNaN(pnl) ? {} : { pnl };
}
