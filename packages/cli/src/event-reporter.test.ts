import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { recipeSchema, type RunRecord } from '@mdpd/core';
import { eventReporter } from './event-reporter.ts';
import { runFiles, type RunFolder } from './run-folder.ts';
import { exampleResult } from './testing/example-result.ts';
import { greyPng } from './testing/png.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-events-'));
afterAll(() => rmSync(root, { recursive: true }));

const recipe = recipeSchema.parse({ task: 'vtab', backbone: 'x', method: 'mdpd', train: { steps: 1 } });
const note: RunRecord = { type: 'note', step: 1, message: 'hello' };

function runIn(name: string): Pick<RunFolder, 'folder' | 'file'> {
  const folder = path.join(root, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, runFiles.metrics), '');
  return { folder, file: (key) => path.join(folder, runFiles[key]) };
}

it('shows examples that are no PNG files, and names those that are no images', async () => {
  const run = runIn('shown');
  const warnings: string[] = [];
  const reporter = eventReporter({ run, recipe, recipeText: 'task: vtab\n' }, (each) => warnings.push(each));
  reporter.record!(note);
  const { default: sharp } = await import('sharp');
  const webp = await sharp(greyPng(4, 2, new Uint8Array(8)))
    .webp()
    .toBuffer();
  const shown = [webp, Buffer.from('none')].map((bytes, index) => ({
    kind: 'right',
    index,
    image: { source: `data:image/webp;base64,${bytes.toString('base64')}`, width: 4, height: 2 },
  }));
  writeFileSync(
    path.join(run.folder, 'examples.json'),
    JSON.stringify({ split: 'test', examples: 2, shown }),
  );
  writeFileSync(run.file('result'), JSON.stringify(exampleResult()));
  await reporter.close!();
  const events = readFileSync(run.file('events'), 'latin1');
  expect(events).toContain('\x89PNG\r\n');
  expect(events).toContain('examples/right/1');
  expect(warnings).toEqual([
    expect.stringMatching(/^an example is not shown in TensorBoard: not an image that can be read/),
  ]);
});

it('never ends a run: what cannot be written is left out with one warning', async () => {
  const run = runIn('unwritable');
  mkdirSync(run.file('events'));
  const warnings: string[] = [];
  const reporter = eventReporter({ run, recipe, recipeText: '' }, (each) => warnings.push(each));
  reporter.record!(note);
  await reporter.close!();
  expect(warnings).toEqual([expect.stringMatching(/^the event file for TensorBoard is left out: EISDIR/)]);
});
