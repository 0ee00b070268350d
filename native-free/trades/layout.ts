/**
 * The settings block of the WebAssembly kernel: what the binding (wasm.ts) writes and the kernel (assembly/) reads.
 * Both compile this file. Addresses are bytes in the instance's memory; words are 32-bit, numbers are doubles.
 */

/** Where the block starts. Below it nothing stands; behind it the arrays follow. */
export const SETTINGS = 64;

/** Words, at SETTINGS + 4 x index. */
export const N = 0;
export const MIN_EXECUTED = 1;
export const SKIP_REDRAWS = 2;
/** 1: the stage is on. A trade is missed where its word is at most SKIP_LAST = ceil(p_skip x 2^32) - 1. */
export const SKIP = 3;
export const SKIP_LAST = 4;
/** One of the DELAY_ values below. */
export const DELAY = 5;
/** k is below CHOICES = D + 1; the first of a trade's two draws below FIRST_CHOICES: that, or 2 for `one_side`. */
export const CHOICES = 6;
export const FIRST_CHOICES = 7;
/** 1: a delay counts only where its extra word says so. */
export const STATE = 8;
export const SLIP = 9;
/** 0 none, 1 permute, 2 block_permute. */
export const SHUFFLE = 10;
/** 0 none, 1 trades, 2 blocks (on a circle or moving, as BLOCK_STARTS says), 3 stationary. */
export const BOOTSTRAP = 11;
export const BLOCK_LEN = 12;
export const MONTHS = 13;
/** Draws to drop after each stage (shared streams). */
export const DROP_SKIP = 14;
export const DROP_DELAY = 15;
export const DROP_SLIP = 16;
export const DROP_SHUFFLE = 17;

/** Addresses of a cell's arrays. */
export const PNL = 18;
/** Delayed pnl [n x width]; or entry impacts [n x CHOICES], with exit impacts at EXIT and floors at FLOOR. */
export const TABLE = 19;
export const EXIT = 20;
export const FLOOR = 21;
/** Per trade two words: the largest word for which the delay counts, and -1, or 0 where it never counts. */
export const LATE = 22;
export const SCALE = 23;
export const MULTIPLIERS = 24;
export const MONTH_END = 25;

/** Addresses of work space. Four permutations lie side by side: 16 bytes of words or 32 bytes of doubles per trade. */
export const TAPE = 26;
export const MASK = 27;
export const LIST = 28;
export const OTHER = 29;
export const RETURNS = 30;
export const ORDER = 31;
/** One column of ROWS doubles for each of TRADES_METRICS. */
export const COLUMNS = 32;
export const ROWS = 33;

/** 1: trades become shares; 1: an account that is at RUIN_LEVEL or below is closed. */
export const SHARES = 34;
export const STOP = 35;
/** A block of the stationary bootstrap begins where v is at most this. */
export const RESTART_LAST = 36;
/** Starts that blocks are drawn from: n on a circle, n - BLOCK_LEN + 1 else. */
export const BLOCK_STARTS = 37;
/** 1: the delay marks missed trades (-0), and slippage leaves them alone. */
export const MAY_MISS = 38;
/** Addresses: ceilings of the delayed pnl, and what shares are of. */
export const CEILING = 39;
export const SHARE_BASE = 40;
/** What is asked for, 1 or 0 each: see Wanted in cell.ts. */
export const WANT_TALLY = 41;
export const WANT_RETURNS = 42;
export const WANT_SORTINO = 43;
export const WANT_MORE = 44;
export const WANT_ULCER = 45;

/** Doubles, at NUMBERS + 8 x index. */
export const NUMBERS = 256;
export const INITIAL_EQUITY = 0;
export const SHARPE_FACTOR = 1;
export const PROFIT_FACTOR_CAP = 2;
export const RUIN_LEVEL = 3;
export const SHARE_FACTOR = 4;
export const NUMBERS_END = 5;

/** Generator states and digits while seeding: 5 x 16 bytes for each group of four, and 20 x 64 bytes. */
export const STATES = 512;
export const DIGITS = 1024;
/** Sums of four permutations: ten vectors of two doubles or counts. */
export const SUMS = 2304;
/** First byte that arrays may use. */
export const ARRAYS = 2560;

export const DELAY_NONE = 0;
/** A table of four outcomes per trade: the top bits of the two words. */
export const DELAY_BY_BITS = 1;
export const DELAY_BY_TABLE = 2;
export const DELAY_BY_IMPACTS = 3;

/** Draws written to the tape at once when draws are dropped. */
export const TAPE_PER_TRADE = 3;
