import type { ReportData } from '../marks/report-data.ts';
import type { Answer } from './answer.ts';
import { bestAnswer, influenceAnswer, openAboveAnswer } from './best-answers.ts';
import { answerMetrics, leadMetric } from './key-metrics.ts';
import { openAnswer, riskAnswers } from './risk-answers.ts';
import { limitAnswer, verdictAnswer, verdictsOf } from './verdict-answers.ts';

/** More would not be read. */
const MOST_ANSWERS = 6;
/** Fewer than this are filled up with the best cells by other metrics. */
const FEWEST = 2;

/** What a reader wants to know first: three to six findings, the verdict before the rest. */
export function answersOf(data: ReportData): Answer[] {
  const metric = leadMetric(data);
  if (metric === undefined) return [];
  const verdicts = verdictsOf(data);
  const open = openAnswer(data, verdicts);
  const found = [
    ...verdicts.map((verdict) => verdictAnswer(data, verdict)),
    ...verdicts.slice(0, 1).flatMap((verdict) => limitAnswer(data, verdict)),
    ...openAboveAnswer(data, metric),
    ...bestAnswer(data, metric),
    ...influenceAnswer(data, metric),
    ...riskAnswers(data),
  ];
  const others = answerMetrics(data).filter((name) => name !== metric && data.cells.length > 1);
  const filled = [
    ...found,
    ...others.slice(0, Math.max(0, FEWEST - found.length)).flatMap((name) => bestAnswer(data, name)),
  ];
  return [...filled.slice(0, MOST_ANSWERS - open.length), ...open];
}
