/** The page of `mdpd serve` in a browser: it predicts what `mdpd predict` predicts, with the model running in the page. */
import { readFileSync } from 'node:fs';
import { createWorkspace, type Workspace } from '@mdpd/cli/testing/workspace';
import { greyPng } from '@mdpd/cli/testing/png';
import { boxesRecipe, writeBoxes } from '@mdpd/cli/testing/tiny-boxes';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { findChromium, foreignRequests, startChromium, withoutChromium, type Chromium } from './chromium.ts';
import { startServing, type Served } from './served.ts';

const program = findChromium();
const messages = new URL('../../../configs/text/messages.csv', import.meta.url);

const digits = `task: vtab
data: { train: 'mnist:train[:200]', test: 'mnist:test[:50]' }
backbone: zoo:tiny-vit
method: norm
train: { steps: 20, batchSize: 20, learningRate: { norm: 0.01, head: 0.01 } }
runtime: { threads: 1 }
`;
const letters = `task: text
data: { train: ./messages.csv, test: 0.25, text: text, label: team, maxLength: 64 }
backbone: zoo:tiny-bert
method: head
train: { steps: 6, batchSize: 6, learningRate: { head: 0.01 } }
runtime: { threads: 1 }
`;
interface Answer {
  readonly value: string;
  readonly top: readonly { readonly value: string; readonly probability: number }[];
  readonly box?: readonly [number, number, number, number];
}

let workspace: Workspace;
let chromium: Chromium;

async function succeed(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await workspace.mdpd(...argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** What the command says. */
async function predicted(run: string, input: string): Promise<Answer> {
  const [answer] = JSON.parse(await succeed('predict', run, input, '--top', '5', '--json')) as [Answer];
  return answer;
}

/** What the page says. */
async function shown(page: Page): Promise<Answer> {
  await page.locator('#answer:not(.busy) #result').waitFor({ timeout: 60_000 });
  const top = await page.locator('#bars li').evaluateAll((rows) =>
    rows.map((row) => ({
      value: (row as HTMLElement).dataset['value']!,
      probability: Number((row as HTMLElement).dataset['probability']),
    })),
  );
  return { value: await page.locator('#value').innerText(), top };
}

/** Whether both say the same: probabilities are of two runtimes. */
function expectSame(page: Answer, command: Answer): void {
  expect(page.value).toBe(command.value);
  expect(page.top.map(({ value }) => value)).toEqual(command.top.map(({ value }) => value));
  for (const [index, { probability }] of page.top.entries())
    expect(Math.abs(probability - command.top[index]!.probability)).toBeLessThan(1e-4);
}

const inBrowser = (page: Page): Promise<void> =>
  page.getByText('Runs in this browser', { exact: true }).waitFor({ timeout: 60_000 });

/** A grey image of 28 x 28 with a bright line down the middle. */
const one = greyPng(
  28,
  28,
  Uint8Array.from({ length: 784 }, (_, at) => {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    return x > 12 && x < 16 && y > 4 && y < 24 ? 240 : 0;
  }),
);

describe.skipIf(!program)(program ? 'mdpd serve' : `mdpd serve (${withoutChromium})`, () => {
  beforeAll(async () => {
    workspace = createWorkspace();
    workspace.write('digits.yaml', digits);
    workspace.write('letters.yaml', letters);
    workspace.write('messages.csv', readFileSync(messages));
    workspace.write('one.png', one);
    await succeed('train', 'digits.yaml', '--out', 'digits');
    await succeed('train', 'letters.yaml', '--out', 'letters');
    chromium = await startChromium(program!);
  });
  afterAll(async () => {
    await chromium.close();
    workspace.remove();
  });

  describe('a model of images', () => {
    let served: Served;
    beforeAll(async () => {
      served = await startServing(workspace, 'digits');
    });

    it('predicts what mdpd predict predicts, in the browser, and asks nobody else', async () => {
      const { page, complaints, requests } = await chromium.open();
      await page.goto(served.address);
      await inBrowser(page);
      await page.locator('#file').setInputFiles(workspace.path('one.png'));
      expectSame(await shown(page), await predicted('digits', 'one.png'));
      expect(await page.locator('#times').innerText()).toMatch(
        /Model, in this browser\s+[\d.]+ ms\s+Preparation, on the server\s+[\d.]+ ms/u,
      );
      expect(requests.filter((each) => each.endsWith('/predict'))).toEqual([]);
      expect(requests.some((each) => each.endsWith('/model.onnx'))).toBe(true);
      expect(foreignRequests(requests, served.address)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it('says what is wrong with a file that is no image, and goes on', async () => {
      const { page } = await chromium.open();
      await page.goto(served.address);
      const file = {
        name: '<img src=x onerror=alert(1)>.png',
        mimeType: 'image/png',
        buffer: Buffer.from('x'),
      };
      await page.locator('#file').setInputFiles(file);
      await page.locator('#error:visible').waitFor();
      expect(await page.locator('#error').innerText()).toMatch(/^Not an image that can be read/u);
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      await page.locator('#file').setInputFiles(workspace.path('one.png'));
      await shown(page);
      expect(await page.locator('#error').isVisible()).toBe(false);
    });

    it('takes a drawing, with the pointer and with the keyboard alone', async () => {
      const { page, complaints } = await chromium.open();
      await page.goto(served.address);
      const box = (await page.locator('#drawing').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height - 40, { steps: 8 });
      await page.mouse.up();
      const drawn = await shown(page);
      await page.locator('#clear').click();
      expect(await page.locator('#hint').isVisible()).toBe(true);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      await page.locator('#drawing').press('Space');
      for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      const typed = await shown(page);
      // Both are one line down: scaled and centred, they are nearly the same image.
      expect(typed.value).toBe(drawn.value);
      expect(await page.locator('#say').textContent()).toBe(
        `${typed.value}, ${(100 * typed.top[0]!.probability).toFixed(1)} %`,
      );
      expect(complaints).toEqual([]);
    });

    it('can be reached with the keyboard, in the order in which it is read', async () => {
      const { page } = await chromium.open();
      await page.goto(served.address);
      await page.locator('#file').setInputFiles(workspace.path('one.png'));
      await shown(page);
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('Tab');
        ids.push(await page.evaluate(() => document.activeElement?.id || document.activeElement!.tagName));
      }
      expect(ids).toEqual(['clear', 'file', 'SUMMARY', 'BODY']);
    });

    it('runs on the server where the browser cannot run it, and says so', async () => {
      const { page } = await chromium.open();
      await page.route('**/runtime/ort.wasm', (route) => route.abort());
      await page.goto(served.address);
      await page.getByText('Runs on the server', { exact: true }).waitFor({ timeout: 60_000 });
      expect(await page.locator('#where').innerText()).toMatch(/could not be started in this browser/u);
      await page.locator('#file').setInputFiles(workspace.path('one.png'));
      expectSame(await shown(page), await predicted('digits', 'one.png'));
      expect(await page.locator('#times').innerText()).toContain('Model, on the server');
    });

    it.each([
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)('fits %d pixels, %s', async (width, scheme) => {
      const { page } = await chromium.open({ width, height: 844, scheme });
      await page.goto(served.address);
      await page.locator('#file').setInputFiles(workspace.path('one.png'));
      await shown(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      expect(await seriousFindings(page)).toEqual([]);
    });

    it('ends on Ctrl-C', async () => {
      const { exitCode, said } = await served.stop();
      expect(exitCode, said).toBe(0);
      expect(said).toMatch(
        /^Model {2}digits \(vtab\) runs in the browser, on onnxruntime-web [\d.]+: 1 MB, made for now/mu,
      );
      await expect(fetch(served.address)).rejects.toThrow();
    });
  });

  describe('a model of texts', () => {
    let served: Served;
    beforeAll(async () => {
      await succeed('export', 'letters');
      served = await startServing(workspace, 'letters');
    });
    afterAll(() => served.stop());

    it('predicts what mdpd predict predicts, with the exported file in the browser', async () => {
      const { page, complaints, requests } = await chromium.open();
      await page.goto(served.address);
      await inBrowser(page);
      const text = 'My parcel <b>did not</b> come, and I was charged twice';
      await page.getByRole('textbox', { name: 'Text' }).fill(text);
      await page.keyboard.press('Control+Enter');
      expectSame(await shown(page), await predicted('letters', text));
      expect(foreignRequests(requests, served.address)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it('shows the answer to what was asked last', async () => {
      const { page } = await chromium.open();
      await page.goto(served.address);
      await page.getByRole('textbox', { name: 'Text' }).fill('Where is my parcel?');
      await page.getByRole('button', { name: 'Predict' }).click();
      await page.getByRole('textbox', { name: 'Text' }).fill('The bill is wrong');
      await page.getByRole('button', { name: 'Predict' }).click();
      await expect
        .poll(async () => (await shown(page)).top)
        .toEqual(
          (await predicted('letters', 'The bill is wrong')).top.map(({ value, probability }) => ({
            value,
            probability: expect.closeTo(probability, 4),
          })),
        );
    });
  });

  describe('a model that finds boxes', () => {
    let served: Served;
    beforeAll(async () => {
      writeBoxes(workspace);
      workspace.write('parts.yaml', boxesRecipe('method: head\ntrain: { steps: 12, batchSize: 4 }'));
      await succeed('train', 'parts.yaml', '--out', 'parts');
      served = await startServing(workspace, 'parts');
    });
    afterAll(() => served.stop());

    it('draws the box of mdpd predict over the image', async () => {
      const { page, complaints } = await chromium.open();
      await page.goto(served.address);
      await inBrowser(page);
      await page.getByRole('textbox').fill('the bright part');
      await page.keyboard.press('Enter');
      expect(await page.locator('#error').innerText()).toBe('Choose an image first.');
      await page.locator('#file').setInputFiles(workspace.path('1.png'));
      const { value } = await shown(page);
      const expected = await predicted('parts', '1.png the bright part');
      expect(value).toBe(expected.value);
      const [image, box] = await Promise.all(
        ['#preview', '#box'].map(async (id) => (await page.locator(id).boundingBox())!),
      );
      const scale = image!.width / 40;
      const [x, y, width, height] = expected.box!;
      // The drawn frame, as far as it is seen, within a pixel.
      expect(Math.abs(box!.x - image!.x - x * scale)).toBeLessThan(1);
      expect(Math.abs(box!.y - image!.y - y * scale)).toBeLessThan(1);
      expect(Math.abs(box!.width - width * scale)).toBeLessThan(1);
      expect(Math.abs(box!.height - height * scale)).toBeLessThan(1);
      expect(await seriousFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  });
});
