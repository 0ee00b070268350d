import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

import { PAGES, ROOT, textOf } from './pages.ts';

/** The anchors of a page, as GitHub and VitePress make them of its headings. */
function anchorsOf(page: string): string[] {
  const headings = textOf(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** Links and pictures, in text and not in code. */
function linksOf(page: string): string[] {
  const text = textOf(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
}

it.each(PAGES)('every link of %s leads somewhere', (page) => {
  const broken = linksOf(page).filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path, anchor] = link.split('#') as [string, string | undefined];
    const target = path === '' ? page : normalize(join(dirname(page), path)).replaceAll('\\', '/');
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('every page of docs/ can be reached from docs/index.md', () => {
  const linked = linksOf('docs/index.md').map((link) => `docs/${link.split('#')[0]!}`);
  const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md');
  expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
});

it('no page tells people to npx permafrost, which is not published', () => {
  expect(PAGES.filter((page) => textOf(page).includes('npx permafrost'))).toEqual([]);
});
