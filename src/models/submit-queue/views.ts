import type { View } from '../../model/model.ts';

/** Means, since single replays of a short history have few culprits each. */
export const VIEWS: readonly View[] = [
  { title: 'Escaped culprits against the tolerance of flaky tests', x: 'flaketol', y: 'fn' },
  { title: 'Cost of a landing against the slots', x: 'resources', y: 'runs_per_landed' },
  { title: 'Latency against the duration of a verification', x: 'verify_latency', y: 'latency_hours_p95' },
  { title: 'Recall against the window', x: 'maxbatch', y: 'recall' },
  { title: 'Slowdown against the traffic', x: 'traffic', y: 'slowdown' },
];

export const CAVEATS: readonly string[] = [
  'Metrics named reference_ are defined as figures published earlier defined them, for comparison only: there a "true positive rate" is caught / (caught + flagged), a precision of ' +
    'verification, and a "false negative rate" sets failed verifications of all kinds against the culprits that arrived, so that it can be negative. The other metrics have the ' +
    'denominators that their names promise.',
  'resources does not limit the number of batches (slot_demand says how many there are per slot), unless cap_batches is set.',
  'A culprit that escapes does no lasting harm with repair: instant, the default: what it broke is repaired in the tick in which it lands. Set repair: lagged where the cost of an escape matters.',
  'Every rejected change comes back as a freshly generated one (replacement: generated), in replays of a history too: recall and precision count these.',
  'A flaky test is told from failures of batches without suspects; in a busy tick hundreds of them are folded in, a memory of less than that tick, and none where verified landings push the total above the window.',
  'With test_stability below 1 the tests that a bad change merely touches become flaky, too.',
  'score is a sum of a gain and of costs with weights that are parameters (score_...). Its counts grow with run length and traffic while its first term does not: where these differ between cells, rank by score_per_landed.',
];
