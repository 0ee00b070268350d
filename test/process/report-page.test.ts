import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { permafrost } from './cli.ts';
import { CHROMIUM } from '../report/chromium.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** The page of a report, in a browser, as a reader has it: dist/report/page-program.js on real runs. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  coin: ['examples/coin/study.yaml', '--permutations', '300'],
  sp500: ['examples/sp500/study.yaml', '--permutations', '300'],
  federated: ['examples/federated/exp1_vary_width.yaml', '--permutations', '2'],
  'submit-queue': ['examples/submit-queue/study.yaml', '--permutations', '4'],
  'llm-stress': [
    ...['examples/llm-stress/stress.yaml', '--set', 'max_requests=1000', '--set', 'max_gpus=4'],
    ...['--permutations', '3'],
  ],
};
const WIDTHS = [400, 800, 1280, 1920];

/** What axe finds, once the page has drawn itself for its width. Text, since it is the browser that runs it. */
const AXE = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;
/** What ends beyond the right edge, but for what scrolls by itself. */
const TOO_WIDE = `[...document.querySelectorAll('main *, nav *')]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && each.closest('.scroll, pre') === null)
  .map((each) => each.outerHTML.slice(0, 100))`;

if (CHROMIUM === undefined)
  console.warn('no Chromium here (apt-get install chromium): the page of the report is not looked at');

describe.skipIf(CHROMIUM === undefined)('the page of a report', () => {
  let folder: string;
  let browser: Browser;
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  beforeAll(async () => {
    folder = newFolder();
    for (const [name, args] of Object.entries(EXAMPLES)) {
      const output = join(folder, name);
      expect((await permafrost(['run', ...args, '--output', output])).exit).toBe(0);
      expect((await permafrost(['report', output])).exit).toBe(0);
    }
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    removeFolder(folder);
  });

  const addressOf = (name: string): string => pathToFileURL(join(folder, name, 'report', 'index.html')).href;

  /** Opens the page; whatever it complains of, or asks the network for, ends up in `heard`. */
  async function open(
    name: string,
    options: { readonly hash?: string; readonly script?: boolean } = {},
  ): Promise<{ page: Page; heard: string[] }> {
    const page = await browser.newPage({
      javaScriptEnabled: options.script ?? true,
      bypassCSP: false,
      reducedMotion: 'reduce',
    });
    const heard: string[] = [];
    page.on('console', (message) => heard.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== addressOf(name)) heard.push(`request: ${request.url()}`);
    });
    await page.goto(addressOf(name) + (options.hash ?? ''));
    return { page, heard };
  }

  const said = (page: Page): Promise<string> => page.locator('#explore .said').innerText();
  const choose = (page: Page, label: string, text: string): Promise<string[]> =>
    page.locator('#explore').getByRole('combobox', { name: label, exact: true }).selectOption({ label: text });

  it.each(Object.keys(EXAMPLES))(
    'of %s has nothing cut, overlapping or against axe, at four widths, light and dark',
    async (name) => {
      const { page, heard } = await open(name);
      // The policy of the page forbids what axe needs; a page of its own gets it past that.
      const looked = await browser.newPage({ bypassCSP: true });
      await looked.goto(addressOf(name));
      await looked.evaluate(axe);
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of WIDTHS) {
          for (const each of [page, looked]) {
            await each.emulateMedia({ colorScheme });
            await each.setViewportSize({ width, height: 800 });
          }
          const found = await looked.evaluate<string[]>(AXE);
          expect(found, `${name} at ${width}, ${colorScheme}`).toEqual([]);
          const wide = await page.evaluate<string[]>(TOO_WIDE);
          expect(wide, `${name} at ${width}`).toEqual([]);
        }
      }
      await looked.close();
      await page.close();
      expect(heard).toEqual([]);
    },
  );

  it('answers on the first screen, of a desk and of a phone', async () => {
    const { page } = await open('sp500');
    for (const size of [
      { width: 1280, height: 800 },
      { width: 400, height: 860 },
    ]) {
      await page.setViewportSize(size);
      const first = page.locator('.answers li').first();
      const box = await first.boundingBox();
      expect(box!.y + box!.height).toBeLessThan(size.height);
      await expect(first.innerText()).resolves.toMatch(/of 40 cells|no cell/i);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    const picture = await page.locator('.first figure svg').first().boundingBox();
    expect(picture!.y + picture!.height).toBeLessThan(800);
    await page.close();
  });

  it('every control changes what is shown, and the address holds it', async () => {
    const { page, heard } = await open('sp500');
    const opened = await said(page);
    await choose(page, 'Metric', 'maximum drawdown');
    expect(await said(page)).toContain('median of maximum drawdown');
    await choose(page, 'Statistic', 'chance of more than t');
    const slider = page.getByRole('slider');
    const before = await said(page);
    await slider.press('End');
    expect(await said(page)).not.toBe(before);
    await choose(page, 'Across', 'delay_bars_max');
    await choose(page, 'Up', 'nothing: a line');
    await page.locator('#explore').getByRole('combobox', { name: 'bootstrap_mode', exact: true }).selectOption('1');
    expect(await said(page)).toContain('bootstrap_mode trade_bootstrap');
    const address = new URLSearchParams(new URL(page.url()).hash.slice(1));
    expect(Object.fromEntries(address)).toMatchObject({
      m: 'max_drawdown_pct',
      s: 'above',
      x: 'delay_bars_max',
      y: '',
    });
    const there = await said(page);
    expect(there).not.toBe(opened);
    // The same address is the same picture.
    const again = await open('sp500', { hash: new URL(page.url()).hash });
    expect(await said(again.page)).toBe(there);
    expect(await again.page.locator('#explore svg').count()).toBe(await page.locator('#explore svg').count());
    await again.page.close();
    await page.close();
    expect([...heard, ...again.heard]).toEqual([]);
  });

  it('an address that makes no sense opens as the page does', async () => {
    const { page, heard } = await open('sp500', { hash: '#m=none&x=&y=9&cell=zz&t=abc&only=::&sort=-' });
    expect(await said(page)).toContain('total return');
    await page.close();
    expect(heard).toEqual([]);
  });

  it('a cell is chosen by hand in the picture, a map and the table, and held beside another', async () => {
    const { page } = await open('sp500');
    const field = page.locator('.first [data-cell]').nth(3);
    const id = await field.getAttribute('data-cell');
    await field.click();
    expect(await page.locator('#cell').innerText()).toContain(`cell ${id!}`);
    await page.getByRole('button', { name: /^Hold this cell/ }).click();
    const map = page.locator('#explore figure svg').first();
    await map.hover({ position: { x: 300, y: 60 } });
    await map.click({ position: { x: 300, y: 60 } });
    expect(await page.locator('#cell thead').innerText()).toContain('held:');
    await page.locator('#cells tbody button').nth(5).click();
    expect(await page.locator('#cells tbody tr.chosen').count()).toBe(1);
    await page.getByRole('button', { name: /^Let go/ }).click();
    expect(await page.locator('#cell thead').innerText()).not.toContain('held:');
    await page.close();
  });

  it('what it says of a cell is what the engine computed, and its command replays the permutation', async () => {
    const { page } = await open('sp500');
    const id = /cell (\w+)/.exec(await page.locator('#cell').innerText())![1]!;
    const summary = JSON.parse(
      readFileSync(join(folder, 'sp500', 'per_cell', `cell_${id}`, 'summary.json'), 'utf8'),
    ) as { statistics: { total_return_pct: { p50: number; max: number; thresholds: { probability: number }[] } } };
    const { p50, max, thresholds } = summary.statistics.total_return_pct;
    const table = await page.locator('#cell table').first().innerText();
    expect(table).toContain((100 * thresholds[0]!.probability).toFixed(2).slice(0, 4));
    expect(await said(page)).toContain(p50.toPrecision(3));
    const command = await page.locator('.replay code').last().innerText();
    const replayed = await permafrost([...command.split(' ').slice(1), '--json']);
    const { row, equal } = replayed.json() as { row: { total_return_pct: number }; equal: boolean };
    expect(equal).toBe(true);
    expect(row.total_return_pct).toBe(max);
    await page.close();
  });

  it('the table sorts by every column, filters, and says what it shows', async () => {
    const { page } = await open('sp500');
    const heads = page.locator('#cells thead button');
    for (let k = 0; k < (await heads.count()); k++) {
      await heads.nth(k).click();
      expect(await page.locator('#cells thead th').nth(k).getAttribute('aria-sort')).toBe('ascending');
      await heads.nth(k).click();
      expect(await page.locator('#cells thead th').nth(k).getAttribute('aria-sort')).toBe('descending');
    }
    const cells = page.locator('#cells');
    await cells.getByLabel('Only where').selectOption('slip_dollars');
    await cells.getByLabel('from').fill('50');
    await cells.getByRole('button', { name: 'Filter' }).click();
    expect(await cells.getByRole('status').innerText()).toContain('20 of 40 cells');
    // It narrows the pictures, too, and they say so.
    expect(await page.locator('.first .faint').count()).toBe(20);
    const explore = page.locator('#explore');
    await choose(page, 'Up', 'slip_dollars');
    await expect.poll(() => explore.locator('[fill-opacity="0.18"]').count()).toBeGreaterThan(0);
    const faint = await explore.locator('figure').first().locator('[fill-opacity="0.18"]').count();
    const fields = await explore.locator('figure').first().locator('[fill-opacity]').count();
    expect([faint, fields - faint]).toEqual([fields / 2, fields / 2]);
    expect(await explore.innerText()).toContain('Faint: 20 of 40 cells');
    await explore.getByRole('button', { name: 'Show all cells' }).press('Enter');
    await expect.poll(() => cells.getByRole('status').innerText()).toContain('40 of 40 cells');
    expect(await explore.locator('[fill-opacity="0.18"]').count()).toBe(0);
    await cells.getByLabel('from').fill('50');
    await cells.getByRole('button', { name: 'Filter' }).press('Enter');
    await cells.getByRole('button', { name: /remove the filter/ }).press('Enter');
    await expect.poll(() => cells.getByRole('status').innerText()).toContain('40 of 40 cells');
    await page.close();
  });

  it('is used with the keyboard alone', async () => {
    const { page } = await open('coin');
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('To the answer');
    const maps = page.getByRole('application');
    await maps.focus();
    const before = await said(page);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
    const after = await said(page);
    expect(after).not.toBe(before);
    // The focus stays where it was, though all was drawn again.
    expect(await page.evaluate<string>(`document.activeElement.getAttribute('role')`)).toBe('application');
    const head = page.locator('#cells thead button').nth(1);
    await head.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#cells thead th').nth(1).getAttribute('aria-sort')).toBe('ascending');
    await page.close();
  });

  it('without a script shows its pictures and tables', async () => {
    const { page } = await open('sp500', { script: false });
    expect(await page.locator('.static svg').first().isVisible()).toBe(true);
    expect(await page.locator('#details table').first().isVisible()).toBe(true);
    await page.close();
  });

  it('every link within the page has its place, and every other its file', async () => {
    const { page } = await open('llm-stress');
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href]')].map((each) => each.getAttribute('href'))`,
    );
    for (const link of links) {
      if (link.startsWith('#')) expect(await page.locator(link).count(), link).toBe(1);
      else expect(existsSync(join(folder, 'llm-stress', 'report', link)), link).toBe(true);
    }
    await page.close();
  });
});
