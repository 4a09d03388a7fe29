/**
 * `npm run screenshots [name …]`: the pictures of docs/images, from runs of the quickstarts in `runs/report`. Runs that are not
 * there are trained first, which takes a while.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readRunView } from '@mdpd/cli/read-run-view';
import { comparePage } from '@mdpd/report/compare-page';
import { reportPage } from '@mdpd/report/report-page';
import type { RunView } from '@mdpd/report/run-view';
import sharp from 'sharp';
import { findChromium, startChromium, withoutChromium, type Chromium, type View } from './chromium.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const images = path.join(root, 'docs/images');

/** How each run is trained. */
const runs: Readonly<Record<string, readonly string[]>> = {
  mnist: ['configs/vtab/mnist.yaml', 'train.evaluateEvery=2'],
  'mnist-norm': ['configs/vtab/mnist.yaml', 'train.evaluateEvery=2', 'method=norm'],
  'mnist-full': ['configs/vtab/mnist.yaml', 'train.evaluateEvery=2', 'method=full'],
  'mnist-side': ['configs/vtab/mnist.yaml', 'train.evaluateEvery=2', 'method=side'],
  spam: ['configs/text/spam.yaml', 'train.evaluateEvery=0.5'],
  vqa: ['configs/vqa/scenes.yaml', 'train.evaluateEvery=1'],
  refcoco: ['configs/refcoco/scenes.yaml', 'train.evaluateEvery=1'],
};

/** Pages, by the name of their pictures. */
const pages: Readonly<Record<string, () => string>> = {
  mnist: () =>
    reportPage({ ...viewOf('mnist'), others: othersOf(['mnist-norm', 'mnist-full', 'mnist-side']) }),
  spam: () => reportPage(viewOf('spam')),
  vqa: () => reportPage(viewOf('vqa')),
  refcoco: () => reportPage(viewOf('refcoco')),
  compare: () => comparePage(['mnist', 'mnist-norm', 'mnist-full', 'mnist-side'].map(viewOf)),
};

/** What of a page is in its pictures: from the part of this anchor on. */
const anchors: Readonly<Record<string, string>> = { spam: 'layers', vqa: 'examples', refcoco: 'examples' };

const views: Readonly<Record<string, View>> = {
  'desktop-light': { width: 1280, height: 1400, scheme: 'light' },
  'desktop-dark': { width: 1280, height: 1400, scheme: 'dark' },
  'phone-light': { width: 390, height: 1400, scheme: 'light' },
  'phone-dark': { width: 390, height: 1400, scheme: 'dark' },
};

/** Makes the pictures of the named pages, or of all. */
export async function main(names: readonly string[]): Promise<number> {
  const program = findChromium();
  if (program === undefined) {
    process.stderr.write(`${withoutChromium}\n`);
    return 1;
  }
  const chosen = names.length > 0 ? names : Object.keys(pages);
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-screenshots-'));
  mkdirSync(images, { recursive: true });
  const chromium = await startChromium(program);
  try {
    for (const name of chosen) {
      const file = path.join(folder, `${name}.html`);
      writeFileSync(file, pages[name]!());
      for (const view of Object.keys(views)) await picture(chromium, file, name, view);
    }
  } finally {
    await chromium.close();
    rmSync(folder, { recursive: true });
  }
  return 0;
}

async function picture(chromium: Chromium, file: string, name: string, view: string): Promise<void> {
  const { page, complaints } = await chromium.open(views[view]);
  const anchor = anchors[name];
  await page.goto(pathToFileURL(file).href + (anchor === undefined ? '' : `#${anchor}`));
  if (anchor !== undefined)
    await page.locator(`#${anchor}`).evaluate((part) => part.scrollIntoView({ behavior: 'instant' }));
  const png = await page.screenshot();
  if (complaints.length > 0) throw new Error(`${name}: ${complaints.join('; ')}`);
  // Flat colours: a palette is enough, and a fifth of the size.
  await sharp(png)
    .png({ palette: true, colours: 128, effort: 10 })
    .toFile(path.join(images, `${name}-${view}.png`));
  process.stdout.write(`docs/images/${name}-${view}.png\n`);
  await page.close();
}

function viewOf(name: string): RunView {
  const run = `runs/report/${name}`;
  if (!existsSync(path.join(root, run, 'result.json'))) {
    const command = ['packages/cli/bin/mdpd.js', 'train', ...runs[name]!, '--out', run, '--resume'];
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`${run} could not be trained`);
  }
  return { ...readRunView(path.join(root, run), run), command: `npx mdpd train ${runs[name]!.join(' ')}` };
}

function othersOf(names: readonly string[]): NonNullable<RunView['others']> {
  return names.map((name) => {
    const { result } = viewOf(name);
    return { name: result!.method, result: result! };
  });
}
