import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

/** The sidebar is docs/index.md: its headings, and the links under them. */
function sidebar() {
  const index = readFileSync(new URL('../../docs/index.md', import.meta.url), 'utf8');
  const groups = index
    .split(/^## /m)
    .slice(1)
    .map((group) => ({
      text: group.split('\n')[0],
      items: [...group.matchAll(/\[([^\]]+)\]\(([\w-]+)\.md\)/g)].map(([, text, page]) => ({ text, link: `/${page}` })),
    }));
  return [...groups, { text: 'Reference', items: [{ text: 'API', link: '/api/' }] }];
}

/** Links out of docs/ lead to files of the repository, which the site does not have: there they are plain text. */
function withoutLinksOut(md) {
  md.core.ruler.push('links-out', ({ tokens }) => {
    for (const { children } of tokens) {
      let out = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') out = token.attrGet('href')?.startsWith('../') === true;
        if (!out || !['link_open', 'link_close'].includes(token.type)) continue;
        if (token.type === 'link_close') out = false;
        token.type = token.type === 'link_open' ? 'em_open' : 'em_close';
        token.tag = 'em';
        token.attrs = null;
      }
    }
  });
}

export default defineConfig({
  title: 'permafrost',
  description: 'Crash-safe parallel Monte Carlo surfaces for Node.js',
  srcDir: './pages',
  outDir: './dist',
  cacheDir: './.cache',
  lastUpdated: false,
  // Pages have no HTML of their own, and doc comments speak of results/<step>.csv.
  markdown: { html: false, config: withoutLinksOut },
  themeConfig: { outline: [2, 3], search: { provider: 'local' }, sidebar: sidebar() },
});
