import { defineModel, exp, log, normal } from 'permafrost';

/** A European call on a price that moves as Black and Scholes have it (geometric Brownian motion), valued by the mean of its discounted payoff. */
export default defineModel({
  name: 'black-scholes',
  version: '1',
  parameters: {
    spot: { type: 'number', above: 0, default: 100, unit: 'dollars' },
    strike: { type: 'number', above: 0, default: 100, unit: 'dollars' },
    rate_pct: { type: 'number', default: 5, unit: '% a year' },
    volatility_pct: { type: 'number', above: 0, default: 20, unit: '% a year' },
    years: { type: 'number', above: 0, default: 1, unit: 'years' },
  },
  metrics: {
    call: { unit: 'dollars', label: 'value of the call' },
  },
  caveats: [
    'The price is drawn under the measure without risk: the mean of its payoff is a value, its spread is no forecast.',
  ],
  prepare: ({ parameters: { spot, strike, rate_pct, volatility_pct, years } }) => {
    const [rate, volatility] = [rate_pct / 100, volatility_pct / 100];
    return {
      log_spot: log(spot),
      drift: (rate - (volatility * volatility) / 2) * years,
      spread: volatility * Math.sqrt(years),
      discount: exp(-rate * years),
      strike,
    };
  },
  // One draw, by the quantile of the normal distribution: the draw in the mirror gives the price as far on the other side.
  simulate: ({ log_spot, drift, spread, discount, strike }, rng, row) => {
    const price = exp(log_spot + drift + spread * normal(rng));
    row.call = discount * Math.max(0, price - strike);
  },
});
