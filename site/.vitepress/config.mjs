import { defineConfig } from 'vitepress';

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
  srcDir: '../docs',
  outDir: '../site/dist',
  cacheDir: './.cache',
  lastUpdated: false,
  markdown: { config: withoutLinksOut },
  themeConfig: { outline: [2, 3], search: { provider: 'local' } },
});
