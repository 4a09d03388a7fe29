/** The pages in a browser: nothing is blocked or asked for, nothing is wider than a phone, axe finds nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparePage } from '../compare-page.ts';
import { reportPage } from '../report-page.ts';
import { exampleScenes } from '../testing/example-examples.ts';
import { exampleResult, exampleView } from '../testing/example-view.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];

const run = exampleView();
const others = [{ name: 'runs/full', result: exampleResult({ method: 'full', accuracy: 0.98 }) }];
const pages = {
  run: reportPage({ ...run, others }),
  scenes: reportPage({ ...run, examples: exampleScenes() }),
  long: reportPage(exampleView({ steps: 5000, evaluations: 50 })),
  compare: comparePage([run, exampleView({ seed: 1 }), exampleView({ method: 'norm', accuracy: 0.95 })]),
};

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mdpd-pages-'));
    for (const [name, page] of Object.entries(pages)) writeFileSync(path.join(folder, `${name}.html`), page);
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, width: number, colorScheme: 'light' | 'dark'): Promise<[Page, string[]]> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) =>
      said.push(...(/^(file|data):/.test(request.url()) ? [] : [request.url()])),
    );
    await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
    return [page, said];
  }

  it.each(
    Object.keys(pages)
      .filter((name) => name !== 'long')
      .flatMap((name) => [[name, 1280, 'light'] as const, [name, 360, 'dark'] as const]),
  )('%s is sound at %d pixels, %s', async (name, width, scheme) => {
    const [page, said] = await open(name, width, scheme);
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => (each.open = true))`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.evaluate(axe);
    const found = await page.evaluate(
      `axe.run().then((all) => all.violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
    );
    expect(found).toEqual([]);
    // The style is there, and so is the script: the policy has let both through.
    expect(await page.evaluate(`getComputedStyle(document.querySelector('main')).minWidth`)).toBe('0px');
    expect(await page.locator('svg[data-lines][tabindex]').count()).toBeGreaterThan(0);
    expect(said).toEqual([]);
    await page.close();
  });

  it('reads values out under the pointer and at the keyboard, and toggles without a script', async () => {
    const [page] = await open('run', 1280, 'light');
    const chart = page.locator('svg[data-lines]').nth(1);
    const readout = page.locator('.readout').nth(1);
    await chart.focus();
    await page.keyboard.press('End');
    expect(await readout.textContent()).toBe('step 400: faded model 96.95 %, side network 97.01 %');
    await page.keyboard.press('Home');
    expect(await readout.textContent()).toMatch(/^step 20: faded model/);
    await chart.blur();
    expect(await readout.textContent()).toBe('');
    await chart.hover({ position: { x: 150, y: 80 } });
    expect(await readout.textContent()).toMatch(
      /^step 1[0-9]{2}: faded model [0-9.]+ %, side network [0-9.]+ %$/,
    );
    expect(await page.locator('.of-side').isVisible()).toBe(false);
    await page.locator('.choose-side').check();
    expect(await page.locator('.of-side').isVisible()).toBe(true);
    await page.close();
  });

  it('opens a run of 5,000 steps in less than a second', async () => {
    const [page] = await open('long', 1280, 'light');
    const loaded = await page.evaluate(
      `performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`,
    );
    expect(loaded).toBeLessThan(1000);
    await page.close();
  });
});
