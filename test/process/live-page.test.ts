import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { start } from './cli.ts';
import { RunsToShow } from './live-runs.ts';
import { CHROMIUM } from '../report/chromium.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** The live page in a browser, as a reader has it: permafrost serve of dist/, over runs in every state. With PICTURES=folder it leaves pictures of all of them. */
const WIDTHS = [400, 800, 1280, 1920];
const PLACES = ['list', 'computing', 'dead', 'complete', 'queued', 'without-report', 'damaged', 'report'] as const;
type Place = (typeof PLACES)[number];
/** A folder for pictures of every place. */
const { PICTURES } = process.env;

/** Texts, since it is the browser that runs them. */
const AXE = `axe.run(document, { resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;
/** What ends beyond the right edge, but for what scrolls by itself; and the whole page, where it scrolls sideways. */
const TOO_WIDE = `[document.documentElement, ...document.querySelectorAll('main *, nav *')]
  .filter((each) => each === document.documentElement ? each.scrollWidth > each.clientWidth
    : each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && each.closest('.scroll, pre') === null)
  .map((each) => each.outerHTML.slice(0, 100))`;
/** Neighbours in one column or line whose boxes lie over one another. */
const OVERLAPPING = `[...document.querySelectorAll('main h1, main p, main label, main figure, main section, main li, main dt, main dd, main .command')]
  .filter((each) => {
    const next = each.nextElementSibling;
    if (next === null || each.offsetParent === null || next.offsetParent === null) return false;
    const [a, b] = [each.getBoundingClientRect(), next.getBoundingClientRect()];
    return a.width * a.height * b.width * b.height > 0 && a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1;
  }).map((each) => each.outerHTML.slice(0, 100))`;
const FOCUSED = `(({ tagName, id, href, textContent, ariaLabel }) => [tagName, id || href || ariaLabel || textContent].join(' '))(document.activeElement)`;
/** All that a person can do something with, each once: of a map the one place that Tab comes to. */
const CONTROLS = `[...document.querySelectorAll('a[href], button, select, input, [tabindex="0"]')].filter((each) => each.offsetParent !== null)
  .map(({ tagName, id, href, textContent, ariaLabel }) => [tagName, id || href || ariaLabel || textContent].join(' '))`;

if (CHROMIUM === undefined) console.warn('no Chromium here (apt-get install chromium): the live page is not looked at');

describe.skipIf(CHROMIUM === undefined)('the live page', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let runs: RunsToShow;
  let server: ReturnType<typeof start>;
  let browser: Browser;
  let url: string;
  const addresses = new Map<Place, string>();

  beforeAll(async () => {
    runs = new RunsToShow(newFolder());
    await runs.begin();
    server = start(['serve', join(runs.folder, 'runs'), '--port', '0']);
    url = await printedAddress(server);
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('.runs li').nth(5).waitFor();
    for (const item of await page.locator('.runs li').all()) {
      const folder = (await item.locator('.path').innerText()).split('/').at(-1) as Place;
      addresses.set(folder, new URL((await item.locator('.run-name a').getAttribute('href'))!, url).href);
    }
    addresses.set('list', url);
    const report = page.getByRole('link', { name: 'Report of sp500-pullback' });
    addresses.set('report', new URL((await report.getAttribute('href'))!, url).href);
    await page.close();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    server.kill('SIGTERM');
    await server;
    await runs.end();
    removeFolder(runs.folder);
  });

  interface Opened {
    readonly page: Page;
    readonly heard: string[];
    readonly context: BrowserContext;
  }

  /** Opens a place; whatever it complains of, or asks others for, ends up in `heard`. */
  async function open(place: Place, hash = '', bypassCSP = false): Promise<Opened> {
    const context = await browser.newContext({ bypassCSP, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const heard: string[] = [];
    page.on('console', (message) => heard.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) heard.push(`request: ${request.url()}`);
    });
    await page.goto(addresses.get(place)! + hash);
    await ready(page, place);
    return { page, heard, context };
  }

  async function ready(page: Page, place: Place): Promise<void> {
    const last = { list: '.runs li', damaged: '.badge.unreadable', report: '#cells tbody tr' } as const;
    const found = place in last ? last[place as keyof typeof last] : 'main .map td.cell';
    await page.locator(found).first().waitFor();
  }

  const detail = (page: Page): Promise<string> => page.locator('.detail p').first().innerText();
  const titles = (page: Page): Promise<string[]> => page.locator('.map figcaption').allInnerTexts();

  /** Tab, until the focus is there; keys alone. */
  async function tabTo(page: Page, wanted: string): Promise<void> {
    for (let left = 60; left > 0; left -= 1) {
      if ((await page.evaluate<string>(FOCUSED)) === wanted) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not come to ${wanted}`);
  }

  it('fills in while the run computes, and says what is in work', async () => {
    const { page, heard, context } = await open('computing');
    const strip = page.getByRole('slider');
    const before = await strip.getAttribute('aria-label');
    expect(await page.locator('.badge').innerText()).toContain('running');
    await expect.poll(() => page.locator('.work th').first().innerText()).toMatch(/^p 0\.\d+, flips \d, mode \w+$/);
    expect(await page.locator('dl').innerText()).toMatch(/threads\n1\n[\s\S]*disk\n.* free/);
    expect(await page.locator('pre').innerText()).toContain('complete: 200 of 200 permutations');
    expect(await page.locator('.progress').innerText()).toMatch(/per second · about .* left · heartbeat/);
    await expect.poll(() => strip.getAttribute('aria-label'), { timeout: 60_000 }).not.toBe(before);
    await context.close();
    expect(heard).toEqual([]);
  });

  it.each(PLACES)('%s has nothing cut, overlapping or against axe, at four widths, light and dark', async (place) => {
    const { heard, context } = await open(place);
    await context.close();
    expect(heard).toEqual([]);
    // The policy of the page forbids what axe needs; a page of its own gets it past that.
    const { page, context: looked } = await open(place, '', true);
    await page.evaluate(axe);
    // The report has a test of its own.
    const widths = place === 'report' && PICTURES === undefined ? [1280] : WIDTHS;
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of widths) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        // Once it has drawn itself for its width.
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        const where = `${place} at ${width}, ${colorScheme}`;
        expect(await page.evaluate<string[]>(TOO_WIDE), where).toEqual([]);
        expect(await page.evaluate<string[]>(OVERLAPPING), where).toEqual([]);
        if (width === 400 || width === 1280) expect(await page.evaluate<string[]>(AXE), where).toEqual([]);
        if (PICTURES !== undefined)
          await page.screenshot({ path: join(PICTURES, `${place}-${colorScheme}-${width}.png`), fullPage: true });
      }
    }
    await looked.close();
  });

  it.each(['list', 'computing', 'complete', 'damaged'] as const)(
    'every control of %s is reached with Tab',
    async (place) => {
      const { page, context } = await open(place);
      const reached = new Set<string>();
      let left = await page.evaluate<string[]>(CONTROLS);
      expect(left.length).toBeGreaterThan(0);
      // Twice around: what a page of a run says of itself, it may say anew meanwhile.
      for (let k = 2 * left.length + 6; k > 0 && left.length > 0; k -= 1) {
        await page.keyboard.press('Tab');
        reached.add(await page.evaluate<string>(FOCUSED));
        left = (await page.evaluate<string[]>(CONTROLS)).filter((each) => !reached.has(each));
      }
      expect(left).toEqual([]);
      await context.close();
    },
  );

  it('leads from the list to a run and back, with the keyboard alone', async () => {
    const { page, heard, context } = await open('list');
    await tabTo(page, `A ${addresses.get('dead')!}`);
    await page.keyboard.press('Enter');
    await ready(page, 'dead');
    expect(await page.locator('.badge').innerText()).toContain('dead');
    await expect.poll(() => page.locator('.reason').innerText()).toContain('Counted from the metrics files');
    expect(await page.locator('.progress').innerText()).toContain('12 of 60 cells');
    await tabTo(page, `A ${url}`);
    await page.keyboard.press('Enter');
    await ready(page, 'list');
    expect(heard).toEqual([]);
    await context.close();
  });

  it('every control of a run works by keyboard, and the address holds what is shown', async () => {
    const { page, heard, context } = await open('complete');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const chosen = async (id: string, key: string): Promise<void> => {
      const [before, list] = [page.url(), page.locator(`#${id}`)];
      await tabTo(page, `SELECT ${id}`);
      const value = await list.inputValue();
      await page.keyboard.press(key);
      expect(await list.inputValue(), id).not.toBe(value);
      expect(page.url(), id).not.toBe(before);
    };
    await chosen('choose-metric', 'ArrowDown');
    await chosen('choose-shown', 'ArrowDown');
    await chosen('choose-x', 'End');
    await chosen('choose-y', 'Home');
    for (const list of await page.locator('[id^=choose-at]').all()) {
      const id = (await list.getAttribute('id'))!;
      const last = await page.evaluate<boolean>(
        `document.getElementById('${id}').selectedIndex === document.getElementById('${id}').options.length - 1`,
      );
      await chosen(id, last ? 'Home' : 'End');
    }
    // Tab comes to a place of the map that has a cell, the arrow keys to others, Enter chooses.
    await page.keyboard.press('Tab');
    const from = await page.evaluate<string>(FOCUSED);
    expect(from).toContain('of 300 permutations');
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft']) {
      await page.keyboard.press(key);
      if ((await page.evaluate<string>(FOCUSED)) !== from) break;
    }
    expect(await page.evaluate<string>(FOCUSED)).not.toBe(from);
    await page.keyboard.press('Home');
    while ((await page.evaluate<string>(FOCUSED)).includes('No cell')) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const text = await detail(page);
    expect(await page.evaluate<string>(FOCUSED)).toContain(text);
    expect(text).toMatch(/300 of 300 permutations, complete$/);

    const again = await open('complete', new URL(page.url()).hash);
    expect(await detail(again.page)).toBe(text);
    expect(await titles(again.page)).toEqual(await titles(page));
    const tables = (each: Page): Promise<string[]> => each.locator('.map table').allInnerTexts();
    expect(await tables(again.page)).toEqual(await tables(page));
    await again.context.close();

    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    const first = await detail(page);
    await page.keyboard.press('ArrowRight');
    expect(await detail(page)).not.toBe(first);
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toBe(await detail(page));
    await page.getByRole('button', { name: 'Copy the command: replay' }).press('Enter');
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'))
      .toMatch(/^permafrost replay .*runs\/complete --cell \w+ --perm 0$/);
    await context.close();
    expect([...heard, ...again.heard]).toEqual([]);
  });

  it('an address that makes no sense opens as the page does', async () => {
    const [plain, odd] = [
      await open('complete'),
      await open('complete', '#metric=none&show=all&x=zz&y=&cell=zz&at.p_skip=9&at.zz=1'),
    ];
    expect(await titles(odd.page)).toEqual(await titles(plain.page));
    expect(await detail(odd.page)).toContain('Choose a cell');
    await plain.context.close();
    await odd.context.close();
    expect([...plain.heard, ...odd.heard]).toEqual([]);
  });

  it('has the same report, where all of its controls work', async () => {
    const { page, heard, context } = await open('complete');
    await page.getByRole('link', { name: 'Open the report' }).press('Enter');
    await ready(page, 'report');
    const said = (each: Page): Promise<string> => each.locator('#explore .said').innerText();
    const opened = await said(page);
    const list = (label: string) => page.locator('#explore').getByRole('combobox', { name: label, exact: true });
    await list('Metric').selectOption({ label: 'maximum drawdown' });
    await list('Statistic').selectOption({ label: 'chance of more than t' });
    const before = await said(page);
    expect(before).not.toBe(opened);
    await page.getByRole('slider').press('End');
    await expect.poll(() => said(page)).not.toBe(before);
    const cells = page.locator('#cells');
    await cells.getByLabel('Only where').selectOption('slip_dollars');
    await cells.getByLabel('from').fill('50');
    await cells.getByLabel('from').press('Enter');
    await expect.poll(() => cells.getByRole('status').innerText()).toContain('20 of 40 cells');
    expect(await page.locator('.first .faint').count()).toBe(20);

    const command = await page.locator('.replay code').last().innerText();
    expect(command).toContain(`permafrost replay ${runs.output('complete')} --cell `);
    await page.locator('.replay button').last().press('Enter');
    await expect.poll(() => page.locator('.replay [role=status]').last().innerText()).toBe('copied');

    const there = await said(page);
    await page.reload();
    await ready(page, 'report');
    expect(await said(page)).toBe(there);
    expect(await cells.getByRole('status').innerText()).toContain('20 of 40 cells');

    const download = page.waitForEvent('download');
    await page.locator('a[href="tables/cells.csv"]').first().press('Enter');
    expect((await download).suggestedFilename()).toBe('cells.csv');
    await context.close();
    expect(heard).toEqual([]);
  });
});

function printedAddress(server: ReturnType<typeof start>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (part: Buffer): void => {
      text += String(part);
      const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    };
    server.stdout.on('data', look);
    server.stderr.on('data', look);
    server.once('exit', () => {
      reject(new Error(text));
    });
  });
}
