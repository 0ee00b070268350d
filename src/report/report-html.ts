import { createHash } from 'node:crypto';

import { answersOf } from './answer/answers.ts';
import { questionOf } from './answer/question.ts';
import { findings } from './findings.ts';
import { escapeHtml } from './marks/escape.ts';
import { overview } from './overview.ts';
import { embeddedJson, pageData } from './page-data.ts';
import type { ReportData } from './marks/report-data.ts';
import { pictures, sectionsOf } from './sections.ts';
import { STYLE } from './style.ts';

/**
 * The report as one HTML file that needs nothing else: no network. `script` is the page's own program (page/); without one, as in print, the
 * pictures and tables of the text are all there is.
 */
export function reportHtml(data: ReportData, script?: string): string {
  const title = escapeHtml(data.name);
  const alive = script !== undefined && Object.keys(data.bins).length > 0;
  const allowed = alive ? `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'` : '';
  const sections = sectionsOf(data);
  const contents = sections.map(({ id, short }) => `<a href="#${id}">${short}</a>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${allowed}">
<title>${title}: permafrost report</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#answer">To the answer</a>
<nav aria-label="Contents">${contents}</nav>
<main>
<header id="answer">
<h1>${title}</h1>
<p class="question">${escapeHtml(questionOf(data))}</p>
${problems(data)}
<div class="first">
${answerList(data)}
${pictures([overview(data)].filter((picture) => picture !== undefined))}
</div>
</header>
${sections.map(({ id, title: heading, html }) => `<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${heading}</h2>\n${html}</section>`).join('\n')}
</main>
${alive ? `<script type="application/json" id="data">${embeddedJson(pageData(data))}</script>\n<script>${script}</script>\n` : ''}</body>
</html>
`;
}

/** What is missing or broken comes before any answer. */
function problems(data: ReportData): string {
  const items = findings(data)
    .filter(({ level, doubt }) => level === 'bad' && doubt !== true)
    .map(({ text }) => `<li class="bad">${escapeHtml(text)} <a href="#integrity">Integrity</a></li>`);
  return items.length === 0 ? '' : `<ul class="findings">${items.join('')}</ul>`;
}

function answerList(data: ReportData): string {
  const items = answersOf(data).map(
    ({ kind, title, text, more }) =>
      `<li class="${kind}"><strong>${escapeHtml(title)}.</strong> ${escapeHtml(text)} <a href="#${more}" aria-label="more: ${more}">more</a></li>`,
  );
  return items.length === 0 ? '' : `<ol class="answers">${items.join('\n')}</ol>`;
}
