/** examples.json of real runs: the page's examples are those that the command's own predictions give. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '@mdpd/core';
import type { Result } from '@mdpd/report/result';
import { shownExamplesSchema, type ShownExamples } from '@mdpd/report/shown-examples';
import { mdpdHere } from '../testing/in-process.ts';
import { boxesRecipe, boxImage, writeBoxes } from '../testing/tiny-boxes.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await mdpdHere(workspace.root, ...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

const read = (...names: string[]): string => readFileSync(workspace.path(...names), 'utf8');
const examplesOf = (run: string): ShownExamples =>
  shownExamplesSchema.parse(JSON.parse(read(run, 'examples.json')));
const resultOf = (run: string): Result => JSON.parse(read(run, 'result.json')) as Result;

describe('images with classes', () => {
  const classes = ['<b>ant', 'bee', 'cat'];

  beforeAll(async () => {
    workspace.images('photos/train', classes, 8);
    workspace.images('photos/test', classes, 20);
    // Three that no model gets right without having seen them.
    for (const at of [0, 1, 2])
      writeFileSync(
        workspace.path('photos/test', classes[at]!, '0.png'),
        readFileSync(workspace.path('photos/test', classes[(at + 1) % 3]!, '5.png')),
      );
    workspace.write('recipe.yaml', tinyRecipe);
    await succeed('train', 'recipe.yaml', 'method=mdpd', 'train.steps=20', '--out', 'run');
  });

  it('are counted as predict answers them', async () => {
    const files = classes.flatMap((name) => Array.from({ length: 20 }, (_, i) => [name, i] as const));
    // As the folder is read: by class, then by name of the file.
    const sorted = [...files].sort(([a, i], [b, j]) =>
      a === b ? (`${i}.png` < `${j}.png` ? -1 : 1) : a < b ? -1 : 1,
    );
    const inputs = sorted.map(([name, i]) => `photos/test/${name}/${i}.png`);
    const { stdout } = await succeed('predict', 'run', ...inputs, '--json');
    const predictions = JSON.parse(stdout) as Prediction[];
    const found = examplesOf('run');
    const rights = predictions.filter(({ value }, at) => value === sorted[at]![0]).length;
    const { right = 0, wrong = 0, mended = 0, broken = 0 } = found.counts!;
    expect([right + mended, wrong + broken]).toEqual([rights, 60 - rights]);
    // Otherwise this shows nothing.
    expect(rights * (60 - rights)).toBeGreaterThan(0);
    const { metrics } = resultOf('run');
    expect((right + mended) / 60).toBeCloseTo(metrics.faded!['accuracy']!, 9);
    expect((right + broken) / 60).toBeCloseTo(metrics.side!['accuracy']!, 9);

    const { labels, faded } = found.confusion!;
    expect(labels).toEqual(classes);
    const expected = classes.map((is) =>
      classes.map(
        (said) => predictions.filter(({ value }, at) => sorted[at]![0] === is && value === said).length,
      ),
    );
    expect(faded).toEqual(expected);

    expect(found.shown).toHaveLength(32);
    for (const { index, kind, expected: label, faded: own, side, image } of found.shown) {
      expect(label).toBe(sorted[index]![0]);
      expect(own!.value).toBe(predictions[index]!.value);
      expect(own!.probability).toBeCloseTo(predictions[index]!.probability!, 3);
      expect(kind).toBe(
        own!.value === label
          ? side!.value === label
            ? 'right'
            : 'mended'
          : side!.value === label
            ? 'broken'
            : 'wrong',
      );
      expect(image).toMatchObject({ width: 8, height: 8 });
      expect(image!.source.length).toBeLessThan(12_000);
    }
  });
});

describe('referring expressions', () => {
  const { width, height } = boxImage;
  const recipe = boxesRecipe(`method: { name: mdpd, side: { heads: 2 }, feature: { rank: 3 } }
train: { steps: 6, batchSize: 4 }`);

  it('have boxes within their images', async () => {
    const rows = writeBoxes(workspace);
    workspace.write('boxes.yaml', recipe);
    await succeed('train', 'boxes.yaml', '--out', 'boxes');
    const { shown, counts, confusion } = examplesOf('boxes');
    expect(confusion).toBeUndefined();
    const { right = 0, mended = 0 } = counts!;
    expect((right + mended) / 8).toBeCloseTo(resultOf('boxes').metrics.faded!['precision@0.5']!, 9);
    expect(shown.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { index, texts, image, expectedBox, faded, side } of shown) {
      expect(texts).toEqual([rows[index]!.expression]);
      expect(image).toMatchObject({ width, height });
      rows[index]!.bbox.forEach((value, at) => expect(expectedBox![at]).toBeCloseTo(value, 2));
      for (const answer of [faded, side]) {
        const [x, y, w, h] = answer!.box!;
        expect(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= width + 0.02 && y + h <= height + 0.02).toBe(
          true,
        );
      }
    }
  });
});
