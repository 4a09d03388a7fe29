/** Referring expressions from JSONL files to boxes on images, with the ViLT of its package from fresh parameters. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '@mdpd/core';
import type { Result } from '@mdpd/report/result';
import { boxesRecipe, boxImage, writeBoxes } from '../testing/tiny-boxes.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const { width, height } = boxImage;
const recipe = boxesRecipe(`method:
  name: mdpd
  side: { heads: 2 }
  feature: { rank: 3 }
train: { steps: 12, batchSize: 4 }`);

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  writeBoxes(workspace);
  workspace.write('recipe.yaml', recipe);
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished, finished.stderr).toMatchObject({ exitCode: 0 });
  return finished;
}

describe('referring expressions', () => {
  it('are trained by mdpd, compiled, and end in a model that finds boxes', { timeout: 300_000 }, async () => {
    const { stdout } = await succeed('train', 'recipe.yaml', '--out', 'run', '--json');
    const result = JSON.parse(stdout) as Result;
    expect(result.executor).toBe('onnxruntime');
    expect(result.input).toBe('imageText');
    expect(Object.keys(result.metrics.faded!)).toEqual(['precision@0.5', 'mean_iou', 'giou_precision@0.5']);
    expect(result.metrics.faded!['mean_iou']).toBeGreaterThan(0);

    const inputs = ['0.png the bright part', '3.png dark'];
    const answer = await succeed('predict', 'run/model', ...inputs, '--json', '--draw', 'found');
    const predictions = JSON.parse(answer.stdout) as (Prediction & { input: string })[];
    expect(predictions.map(({ input }) => input)).toEqual(inputs);
    for (const { box, value } of predictions) {
      const [x, y, w, h] = box!;
      expect(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= width + 0.02 && y + h <= height + 0.02).toBe(
        true,
      );
      expect(value).toBe(
        `x ${Math.round(x)}, y ${Math.round(y)}, width ${Math.round(w)}, height ${Math.round(h)}`,
      );
    }
    expect(readdirSync(workspace.path('found'))).toEqual(['1-0.png', '2-3.png']);
  });
});
