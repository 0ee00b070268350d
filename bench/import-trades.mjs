/**
 * How long `import trades` takes for 100,000 trades, in each of four layouts; the list is made here, by a generator with a fixed seed.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { amount, report } from './report.mjs';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const TRADES = amount(100_000, 10_000, 500);
const AIM_SECONDS = 5;
/** Makes the child say what CPU time it took: unlike wall time it tells something beside other work. */
const SAYS_CPU =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("\\nCPU "+JSON.stringify(process.cpuUsage())))';

/** Trades at cents, an hour apart. */
function makeTrades() {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const trades = [];
  let cents = 100_000;
  for (let i = 0; i < TRADES; i++) {
    const entry = cents;
    cents = Math.max(50_000, cents + Math.round((random() - 0.5) * 2000));
    const side = random() < 0.5 ? 1 : -1;
    const at = Date.UTC(2000, 0, 3) + i * 3_600_000;
    trades.push({ at, to: at + 1_800_000, entry, exit: cents, side, qty: 1 + Math.floor(random() * 9) });
  }
  return trades;
}

const money = (cents) => (cents / 100).toFixed(2);
const time = (ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
const pnlOf = ({ entry, exit, side, qty }) => (exit - entry) * side * qty;

const LAYOUTS = {
  table: (trades) => [
    'entry_time,exit_time,entry_price,exit_price,pnl,qty,side',
    ...trades.map((t) =>
      [
        time(t.at),
        time(t.to),
        money(t.entry),
        money(t.exit),
        money(pnlOf(t)),
        t.qty,
        t.side === 1 ? 'long' : 'short',
      ].join(),
    ),
  ],
  tradingview: (trades) => [
    'Trade #,Type,Date and time,Signal,Price USD,Position size (qty),Net P&L USD,Net P&L %,Cumulative P&L USD',
    ...trades
      .map((t, i) => {
        const way = t.side === 1 ? 'long' : 'short';
        const rest = `${t.qty},${money(pnlOf(t))},0.1,0`;
        return `${i + 1},Exit ${way},${time(t.to)},x,${money(t.exit)},${rest}\n${i + 1},Entry ${way},${time(t.at)},e,${money(t.entry)},${rest}`;
      })
      .reverse(),
  ],
  fills: (trades) => [
    'timestamp,symbol,side,qty,price,fee',
    ...trades.flatMap((t) => [
      `${t.at},ABC,${t.side === 1 ? 'buy' : 'sell'},${t.qty},${money(t.entry)},0.35`,
      `${t.to},ABC,${t.side === 1 ? 'sell' : 'buy'},${t.qty},${money(t.exit)},0.35`,
    ]),
  ],
  metatrader5: (trades) => [
    '<html><body><table><tr><td>Time</td><td>Position</td><td>Symbol</td><td>Type</td><td>Volume</td><td>Price</td><td>S / L</td><td>T / P</td><td>Time</td><td>Price</td><td>Commission</td><td>Swap</td><td>Profit</td></tr>',
    ...trades.map((t, i) => {
      const cells = [
        dotted(t.at),
        i,
        'ABC',
        t.side === 1 ? 'buy' : 'sell',
        t.qty,
        money(t.entry),
        '',
        '',
        dotted(t.to),
        money(t.exit),
        '-0.35',
        '0.00',
        money(pnlOf(t)),
      ];
      return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    }),
    '</table></body></html>',
  ],
};
const OPTIONS = { fills: ['--point-value', '1'] };

function dotted(ms) {
  return `${time(ms).replaceAll('-', '.')}:00`;
}

const folder = mkdtempSync(join(tmpdir(), 'permafrost-import-'));
const rows = [];
try {
  const trades = makeTrades();
  for (const [layout, linesOf] of Object.entries(LAYOUTS)) {
    const text = linesOf(trades).join('\n');
    const bytes = layout === 'metatrader5' ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text);
    const file = join(folder, layout);
    writeFileSync(file, bytes);
    const start = process.hrtime.bigint();
    const run = spawnSync(
      process.execPath,
      [
        '--import',
        SAYS_CPU,
        cli,
        'import',
        'trades',
        file,
        '--into',
        `${file}.csv`,
        '--json',
        ...(OPTIONS[layout] ?? []),
      ],
      { maxBuffer: 1 << 28 },
    );
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (run.status !== 0) throw new Error(run.stderr.toString());
    if (JSON.parse(run.stdout.toString()).trades !== TRADES) throw new Error(`${layout}: not all trades`);
    const { user, system } = JSON.parse(/CPU (.*)$/.exec(run.stderr.toString())[1]);
    rows.push({ layout, cpu_seconds: (user + system) / 1e6, megabytes: bytes.length / 1e6, seconds });
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
report(
  `How long does \`import trades\` take for ${TRADES.toLocaleString('en')} trades?`,
  rows.flatMap(({ layout, megabytes, seconds, cpu_seconds }) => [
    { what: `${layout}, ${megabytes.toFixed(0)} MB`, value: seconds, unit: 's', at_most: AIM_SECONDS },
    { what: `${layout}, CPU time`, value: cpu_seconds, unit: 's' },
  ]),
);
