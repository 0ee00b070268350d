import type { View } from '../../model/model.ts';

/** How the outcome falls off as execution gets worse. */
export const TRADE_VIEWS: readonly View[] = [
  { title: 'Maximum drawdown as trades are missed', x: 'p_skip', y: 'max_drawdown_pct' },
  { title: 'Maximum drawdown as fills get worse', x: 'slip_dollars', y: 'max_drawdown_pct' },
  { title: 'Total return as trades are missed', x: 'p_skip', y: 'total_return_pct' },
  { title: 'Total return as fills get worse', x: 'slip_dollars', y: 'total_return_pct' },
].map((view) => ({ ...view, statistic: 'p50', series: 'bootstrap_mode' }));

export const TRADE_CAVEATS: readonly string[] = [
  'There are two uncertainties, and they must not be mixed. The errors printed here are simulation noise: they shrink as the number of ' +
    'permutations grows. What is not known about the strategy itself comes from the finite list of trades and does not shrink: 200,000 ' +
    'permutations of 300 trades are still 300 trades. A narrow error here says nothing about how the strategy does on other trades.',
  'The spread between P5 and P95 is what perturbing these trades in this way does to the result. Without a bootstrap it holds nothing ' +
    'of the luck of the sample; with one it is an estimate of it, if trades (or blocks of them) are exchangeable.',
  'The cells are perturbation settings of one strategy, not independent strategies: the best of them is no discovery.',
];
