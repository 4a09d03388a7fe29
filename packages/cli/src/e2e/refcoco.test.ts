/** Referring expressions from JSONL files to boxes on images, with the ViLT of its package from fresh parameters. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '@mdpd/core';
import type { Result } from '@mdpd/report/result';
import { greyPng } from '../testing/png.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'bright', 'dark', 'part'];
const [width, height] = [40, 20];

const recipe = `task: refcoco
data: { root: ., train: train.jsonl, test: [train.jsonl], box: xywh, tokenizer: words }
backbone:
  family: vilt
  config:
    vocab_size: ${words.length}
    hidden_size: 16
    num_hidden_layers: 2
    num_attention_heads: 2
    intermediate_size: 32
    max_position_embeddings: 12
    image_size: 16
    patch_size: 4
    num_channels: 3
method:
  name: mdpd
  side: { heads: 2 }
  feature: { rank: 3 }
train: { steps: 12, batchSize: 4 }
`;

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.write('words/vocab.txt', words.join('\n'));
  workspace.write('recipe.yaml', recipe);
  const rows = [0, 1, 2, 3].flatMap((index) => {
    const edge = 10 + 5 * index;
    const pixels = Uint8Array.from({ length: width * height }, (_, at) => (at % width < edge ? 220 : 30));
    workspace.write(`${index}.png`, greyPng(width, height, pixels));
    return [
      { image: `${index}.png`, expression: 'the bright part', bbox: [0, 0, edge, height] },
      { image: `${index}.png`, expression: 'dark', bbox: [edge, 0, width - edge, height] },
    ];
  });
  workspace.write('train.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
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
