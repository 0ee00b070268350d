import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { importTrades } from '../operations/import-trades.ts';
import { importText } from '../terminal/import-text.ts';
import { FORMAT_NAMES } from '../trade-lists/formats/registry.ts';
import { parseMap } from '../trade-lists/map-columns.ts';
import {
  type ColumnChoice,
  DATE_ORDERS,
  type DateOrder,
  DECIMAL_SIGNS,
  type DecimalSign,
  PNL_BASES,
  type PnlBasis,
} from '../trade-lists/text/options.ts';
import { runs } from './command.ts';
import { oneOf, positiveNumber } from './option-values.ts';

interface ImportFlags {
  readonly from: string;
  readonly into: string;
  readonly map?: readonly ColumnChoice[];
  readonly delimiter?: string;
  readonly decimal?: DecimalSign;
  readonly dates?: DateOrder;
  readonly encoding?: string;
  readonly timezone?: string;
  readonly equity?: number;
  readonly pnl?: PnlBasis;
  readonly pointValue?: ReadonlyMap<string, number>;
  readonly strategy?: string;
}

const EXAMPLES = `
Formats: ${inLines(FORMAT_NAMES)}

Examples:
  permafrost import trades List_of_trades.csv --into data/trades.csv
  permafrost import trades ReportHistory.html --timezone Europe/Athens
  permafrost import trades backtest-result.zip --strategy MyStrategy
  permafrost import trades january.csv february.csv --from interactive-brokers
  permafrost import trades Fills.csv --point-value MES=5,MNQ=2
  permafrost import trades bot.csv --map side=direction,qty=size --delimiter ';' --decimal ,
  permafrost import trades percent.csv --equity 10000

Writes the canonical CSV (entry_time,exit_time,entry_price,exit_price,pnl,qty,side; P&L net of costs, in order
of exits) and beside it a record of how the files were read (trades.import.json). Where a file can be read in two
ways, it names both and the option that decides, and writes nothing (exit code 2).`;

/** `import trades`: trade lists of other programs. */
export function importCommand(): Command {
  const command = new Command('import').usage('<what> [options]');
  return command.addCommand(tradesCommand());
}

function tradesCommand(): Command {
  const command = new Command('trades')
    .description(
      'trade lists of trading and backtesting programs, or any table of trades or fills, as the canonical CSV',
    )
    .argument('<files...>', 'CSV, HTML, JSON, XLSX or ZIP as the program writes it; several files form one list')
    .option('--from <format>', 'the format (below); auto detects it from the content', 'auto')
    .option(
      '--into <file>',
      'where the canonical CSV goes; never replaces a file that is not an import of the same files',
      'trades.csv',
    )
    .option(
      '--map <role=column,...>',
      'which column is which; #3 is the third column, none leaves a role out; repeatable',
      gatherMap,
    )
    .option('--delimiter <character>', 'what separates cells: , ; | or tab', delimiter)
    .option('--decimal <sign>', '. or ,', oneOf('--decimal', DECIMAL_SIGNS))
    .option(
      '--dates <order>',
      'dmy, mdy or ymd: the order of day, month and year in numeric dates',
      oneOf('--dates', DATE_ORDERS),
    )
    .option('--encoding <label>', 'utf-8, utf-16le, windows-1252, ... (Encoding Standard)')
    .option('--timezone <zone>', 'the time zone of times without one: America/New_York, UTC, +02:00')
    .option('--equity <amount>', 'account size, needed for P&L in percent', positiveNumber('--equity'))
    .option('--pnl <net|gross>', 'whether the stated P&L is already net of costs', oneOf('--pnl', PNL_BASES))
    .option(
      '--point-value <value>',
      'money per point and unit, for lists without P&L; by symbol: ES=50,NQ=20',
      pointValues,
    )
    .option('--strategy <name>', 'the strategy to import from a file with several')
    .addHelpText('after', EXAMPLES);
  return runs<ImportFlags>(command, async (files, flags, terminal) => {
    const { from, into, pointValue, map, delimiter, decimal, dates, encoding, timezone, equity, pnl, strategy } = flags;
    const given = {
      map,
      delimiter,
      decimal,
      dates,
      encoding,
      timezone,
      equity,
      pnl,
      strategy,
      point_value: pointValue,
    };
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const imported = await importTrades(files, { ...options, into, ...(from !== 'auto' && { from }) });
    const done = imported.unchanged ? 'already exists with the same bytes' : 'written';
    terminal.print(importText(imported.understood, imported.into, Math.min(terminal.page.width, 120)));
    terminal.print(`\n${imported.into} ${done}; how it was read: ${imported.record}`);
    terminal.result({
      into: imported.into,
      record: imported.record,
      unchanged: imported.unchanged,
      ...imported.understood,
    });
    return 0;
  });
}

function gatherMap(text: string, before: readonly ColumnChoice[] | undefined): ColumnChoice[] {
  return [...(before ?? []), ...parseMap(text)];
}

function delimiter(text: string): string {
  const named: Readonly<Record<string, string>> = {
    tab: '\t',
    '\\t': '\t',
    comma: ',',
    semicolon: ';',
    bar: '|',
    pipe: '|',
  };
  const character = named[text.toLowerCase()] ?? text;
  if (character.length === 1 && !/["\r\n\w.]/.test(character)) return character;
  throw new EngineError(
    'USAGE',
    `--delimiter expects one character such as , ; | or the word tab; got ${JSON.stringify(text)}.`,
    {
      path: '--delimiter',
      value: text,
      allowed: ', ; | tab',
    },
  );
}

/** `5`, or `ES=50,NQ=20`. */
function pointValues(text: string): ReadonlyMap<string, number> {
  const pairs = text.split(',').map((part): readonly [string, number] => {
    const at = part.lastIndexOf('=');
    return [part.slice(0, Math.max(0, at)).trim(), positiveNumber('--point-value')(part.slice(at + 1).trim())];
  });
  return new Map(pairs);
}

function inLines(names: readonly string[]): string {
  const lines = [''];
  for (const name of ['auto', ...names]) {
    const line = lines.at(-1)!;
    if (line.length + name.length > 65) lines.push(name);
    else lines[lines.length - 1] = line === '' ? name : `${line}, ${name}`;
  }
  return lines.join(',\n         ');
}
