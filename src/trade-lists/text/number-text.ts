import type { DecimalSign } from './options.ts';

/** A number as trade lists write it, its decimal sign not yet decided. */
export interface NumberText {
  /** Digits with separators, `e`-exponent included; no sign. */
  readonly core: string;
  readonly negative: boolean;
  readonly percent: boolean;
  /** `$`, `EUR`, ...; empty where the cell names none. */
  readonly currency: string;
}

const LONGEST = 64;
const MISSING = new Set(['', '-', '--', '—', '–', 'nan', 'nat', 'none', 'null', 'n/a', 'na', '#n/a', '<na>', 'nil']);

/** Whether a cell says that there is no value. */
export function isMissing(text: string): boolean {
  return text === '' || (text.length < 6 && MISSING.has(text.trim().toLowerCase()));
}

const PLAIN = /^-?\d+(?:\.\d+)?$/;
const CURRENCY = '(?:US\\$|C\\$|A\\$|R\\$|HK\\$|[$€£¥₹₽₿₺₩₪]|(?:[A-Z]{3,5}|kr|zł)(?![A-Za-z]))';
const FULL = new RegExp(
  `^([+-]?) ?(${CURRENCY})? ?(\\(?) ?([+-]?) ?(${CURRENCY})? ?(\\d[\\d.,' ]*(?:[eE][+-]?\\d{1,3})?|[.,]\\d+) ?(\\)?) ?(%?) ?(${CURRENCY})? ?(\\)?)$`,
);

/**
 * Takes a cell apart: sign (minus signs of all kinds, or parentheses as accountants write losses), currency, percent sign. Undefined where it
 * is not a number.
 */
export function takeApart(text: string): NumberText | undefined {
  if (text.length > LONGEST) return undefined;
  if (PLAIN.test(text)) {
    const negative = text.startsWith('-');
    return { core: negative ? text.slice(1) : text, negative, percent: false, currency: '' };
  }
  const plain = text
    .trim()
    .replace(/[−‒–﹣－]/g, '-')
    .replace(/[\u00a0\u2009\u202f]/g, ' ')
    .replace(/[’`´]/g, "'");
  const found = FULL.exec(plain);
  if (found === null) return undefined;
  const [, sign = '', before = '', opened = '', inner = '', within = '', core = '', closed, percent, after = '', end] =
    found;
  const parentheses = opened !== '';
  if (parentheses !== (closed !== '' || end !== '')) return undefined;
  const minuses = (parentheses ? 1 : 0) + (sign === '-' ? 1 : 0) + (inner === '-' ? 1 : 0);
  if (minuses > 1) return undefined;
  return { core: core.trim(), negative: minuses === 1, percent: percent === '%', currency: before || within || after };
}

/** Digits in groups of three (or, as in India, of two before the last three), one separator throughout. */
const GROUPED_POINT = /^(?:\d{1,3}([, '])\d{3}(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d*)?$/;
const GROUPED_COMMA = /^(?:\d{1,3}([. '])\d{3}(?:\1\d{3})*|\d{1,2}(?:\.\d{2})+\.\d{3})(?:,\d*)?$/;
const SIMPLE_POINT = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const SIMPLE_COMMA = /^(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/;

/** The value of digits under a decimal sign; NaN where they do not fit it. Never negative. */
export function valueUnder(core: string, decimal: DecimalSign): number {
  if (decimal === '.') {
    if (SIMPLE_POINT.test(core)) return finite(Number(core));
    return GROUPED_POINT.test(core) ? finite(Number(core.replace(/[, ']/g, ''))) : NaN;
  }
  if (SIMPLE_COMMA.test(core)) return finite(Number(core.replace(',', '.')));
  return GROUPED_COMMA.test(core) ? finite(Number(core.replace(/[. ']/g, '').replace(',', '.'))) : NaN;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

/** The value of a cell; NaN where it is not a number under this decimal sign. A percent sign does not change it. */
export function readNumber(text: string, decimal: DecimalSign): number {
  if (decimal === '.' && text.length <= LONGEST && PLAIN.test(text)) return finite(Number(text)) + 0;
  const parts = takeApart(text);
  if (parts === undefined) return NaN;
  const value = valueUnder(parts.core, decimal);
  return parts.negative ? 0 - value : value;
}
