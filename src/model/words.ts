/** What a declaration says for people and their reports, at its top and of what it declares: it may change, and the rows are the same experiment. */
export const WORDS = {
  model: ['description', 'earlier_versions', 'caveats', 'lead', 'ranking', 'results_columns', 'views'],
  parameters: ['description', 'unit'],
  metrics: ['description', 'good', 'goals', 'headline', 'label', 'open_above', 'unit'],
  inputs: ['description'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
