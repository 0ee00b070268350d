import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

import { EngineError } from '../../src/errors.ts';
import { builtInModels } from '../../src/models/registry.ts';
import { Chance, FULL, HANG_MS, inputs } from './random.ts';

/** Trade lists as exports, spreadsheets and accidents leave them: trades or one EngineError DATA that names the place. */
// Hundreds of inputs each; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 120_000 });

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const NASTY = [
  '\n',
  ',',
  ';',
  '\t',
  '"',
  '""',
  '\0',
  '\r',
  '\uFEFF',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '-0',
  '0x10',
  '1,000.50',
  '€5',
  '2024-02-30',
  '9999-12-31T23:59:60Z',
  '0000-00-00',
  '1970-01-01',
  '-271821-04-20',
  '+275760-09-13T00:00:00Z',
  'long',
  'SHORT',
  'entry_time',
  'exit_time,pnl',
  '\xff\xfe',
  '💥',
  'A'.repeat(5000),
  '9'.repeat(400),
  ','.repeat(50),
  '../../etc/passwd',
  '=cmd()',
];

function lines(name: string, count: number): Buffer {
  return Buffer.from(`${readFileSync(`${EXAMPLES}sp500/${name}`, 'utf8').split('\n').slice(0, count).join('\n')}\n`);
}

test('any trade list and price file ends as inputs of a study or as an error that names the place', async () => {
  const model = (await builtInModels.load('trades'))!;
  const whole = { trades: lines('trades.csv', 12), ohlc: lines('sp500_daily.csv', 12) };
  const count = inputs(1500, 35_000);
  let refused = 0;
  let slowest_ms = 0;
  for (let n = 0; n < count; n++) {
    const chance = new Chance(n + 1);
    const which = chance.of(['trades', 'trades', 'ohlc'] as const);
    const files = Object.fromEntries(
      Object.entries(whole).map(([name, bytes]) => [
        name,
        { path: `${name}.csv`, bytes: name === which ? chance.spoilt(bytes, NASTY) : bytes },
      ]),
    );
    const started = performance.now();
    try {
      const inputs = await model.load!(files);
      expect(inputs).toBeDefined();
    } catch (error) {
      if (!(error instanceof EngineError)) throw new Error(`input ${n}`, { cause: error });
      expect(error.code).toBe('DATA');
      expect(error.message).toContain(`${which}.csv`);
      refused++;
    }
    slowest_ms = Math.max(slowest_ms, performance.now() - started);
  }
  if (FULL) console.log(`trade files: ${count} inputs, ${refused} refused, slowest ${Math.round(slowest_ms)} ms`);
  expect(refused).toBeGreaterThan(count / 10);
  expect(slowest_ms).toBeLessThan(HANG_MS);
});
