/** 1 long or bought, -1 short or sold. */
export type Side = 1 | -1;

const LONG = new Set([
  'long',
  'buy',
  'bought',
  'b',
  'l',
  '1',
  '+1',
  'bot',
  'bull',
  'bullish',
  'buy to open',
  'compra',
  'kauf',
  'achat',
]);
const SHORT = new Set([
  'short',
  'sell',
  'sold',
  's',
  '-1',
  'sld',
  'bear',
  'bearish',
  'sell short',
  'sellshort',
  'sell to open',
  'venta',
  'verkauf',
  'vente',
]);

/** The side that a cell names; `column` is needed for `is_short` and `is_long`, whose cells say true or false. */
export function readSide(text: string, column = ''): Side | undefined {
  const word = text.trim().toLowerCase().replace(/[−]/g, '-');
  const yes_or_no = /^is[_ ]?(short|long)$/i.exec(column.trim());
  if (yes_or_no !== null) {
    const value = /^(?:true|1|yes)$/.test(word) ? true : /^(?:false|0|no)$/.test(word) ? false : undefined;
    if (value === undefined) return undefined;
    return value === (yes_or_no[1]!.toLowerCase() === 'long') ? 1 : -1;
  }
  if (LONG.has(word)) return 1;
  if (SHORT.has(word)) return -1;
  // `1.0` and `-1.0` of a table that pandas wrote.
  if (/^[+-]?1(?:\.0+)?$/.test(word)) return word.startsWith('-') ? -1 : 1;
  return undefined;
}
