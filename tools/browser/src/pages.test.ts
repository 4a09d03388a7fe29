/** The pages in a browser: nothing is blocked or asked for, nothing is wider than a phone, axe finds nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { comparePage } from '@mdpd/report/compare-page';
import { reportPage } from '@mdpd/report/report-page';
import { exampleScenes } from '@mdpd/report/testing/example-examples';
import { exampleResult, exampleView } from '@mdpd/report/testing/example-view';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFindings } from './accessibility.ts';
import {
  findChromium,
  startChromium,
  withoutChromium,
  type Chromium,
  type View,
  type Watched,
} from './chromium.ts';

const program = findChromium();

const run = exampleView();
const others = [{ name: 'runs/full', result: exampleResult({ method: 'full', accuracy: 0.98 }) }];
const pages = {
  run: reportPage({ ...run, others }),
  scenes: reportPage({ ...run, examples: exampleScenes() }),
  long: reportPage(exampleView({ steps: 5000, evaluations: 50 })),
  compare: comparePage([run, exampleView({ seed: 1 }), exampleView({ method: 'norm', accuracy: 0.95 })]),
};

/** What would run if anything of a stranger's were taken for markup. */
const hostile = `"'><img src=x onerror="window.ran=1"><script>window.ran=1</script></script><svg onload=window.ran=1>`;

/** A run in which every text of a stranger is hostile. */
function hostilePage(): string {
  const examples = exampleScenes();
  const shown = examples.shown.map((each) => ({
    ...each,
    expected: hostile,
    texts: [hostile],
    faded: { value: hostile },
  }));
  const confusion = {
    labels: [hostile, `javascript:window.ran=1`],
    hiddenLabels: 0,
    faded: [
      [3, 1],
      [2, 4],
    ],
  };
  return reportPage({
    ...run,
    name: hostile,
    recipe: { task: hostile, backbone: hostile, data: { train: hostile }, method: { name: hostile } },
    recipeText: `task: ${hostile}\n# </details></pre>${hostile}`,
    command: hostile,
    failure: { code: hostile, message: hostile, fix: hostile },
    records: [...run.records, { type: 'note', step: 1, message: hostile }],
    examples: { ...examples, split: hostile, confusion, shown },
    others: [{ name: hostile, result: exampleResult({ method: hostile, accuracy: 0.5 }) }],
  });
}

describe.skipIf(!program)(program ? 'in a browser' : `in a browser (${withoutChromium})`, () => {
  let chromium: Chromium;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mdpd-pages-'));
    const all = { ...pages, hostile: hostilePage() };
    for (const [name, page] of Object.entries(all)) writeFileSync(path.join(folder, `${name}.html`), page);
    chromium = await startChromium(program!);
  });
  afterAll(async () => {
    await chromium?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, view: View = {}): Promise<Watched> {
    const watched = await chromium.open(view);
    await watched.page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
    return watched;
  }

  it.each(
    Object.keys(pages)
      .filter((name) => name !== 'long')
      .flatMap((name) => [[name, 1280, 'light'] as const, [name, 360, 'dark'] as const]),
  )('%s is sound at %d pixels, %s', async (name, width, scheme) => {
    const { page, complaints, requests } = await open(name, { width, scheme });
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => (each.open = true))`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await allFindings(page)).toEqual([]);
    // The style is there, and so is the script: the policy has let both through.
    expect(await page.evaluate(`getComputedStyle(document.querySelector('main')).minWidth`)).toBe('0px');
    expect(await page.locator('svg[data-lines][tabindex]').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    expect(requests.filter((address) => !/^(file|data):/.test(address))).toEqual([]);
    await page.close();
  });

  it('reads values out under the pointer and at the keyboard, and toggles without a script', async () => {
    const { page } = await open('run');
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

  it('runs nothing that a name, a text or a recipe says', async () => {
    const { page, complaints } = await open('hostile');
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => (each.open = true))`);
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    expect(await page.locator('main img[src=x], main svg[onload], main script').count()).toBe(0);
    expect(await page.locator('main').innerText()).toContain(hostile);
    // Not even the policy had anything to stop.
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('opens a run of 5,000 steps in less than a second', async () => {
    const { page } = await open('long');
    const loaded = await page.evaluate(
      `performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`,
    );
    expect(loaded).toBeLessThan(1000);
    await page.close();
  });
});
