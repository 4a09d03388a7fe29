/** A BERT with its tokenizer: trained, predicted, exported, and read by Transformers.js. */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { loadPlugins } from '../plugins.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const good = ['good', 'great', 'fun', 'loved', 'brilliant'];
const bad = ['bad', 'poor', 'dull', 'hated', 'boring'];
const plain = ['film', 'book', 'story', 'actor', 'plot', 'is', 'was', 'the', 'a', 'very', 'so', 'it', 'this'];
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...good, ...bad, ...plain];

const config: JsonObject = {
  model_type: 'bert',
  vocab_size: vocabulary.length,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 64,
};

/** Reviews of 3 to 40 words, one of which tells. */
function reviews(name: string, count: number): string {
  const random = createRandom(1, name);
  const one = (words: readonly string[]): string => words[random.integer(words.length)]!;
  const rows = Array.from({ length: count }, () => {
    const label = random.integer(2);
    const words = Array.from({ length: [3, 5, 9, 20, 40][random.integer(5)]! }, () => one(plain));
    words[random.integer(words.length)] = one(label === 1 ? good : bad);
    return `${words.join(' ')},${label === 1 ? 'positive' : 'negative'}`;
  });
  return `text,label\n${rows.join('\n')}\n`;
}

const recipe = `task: text
data: { train: ./train.csv, test: ./test.csv, text: text, label: label, maxLength: 64 }
backbone: ./bert
method: full
train:
  steps: 240
  batchSize: 20
  learningRate: { weight: 0.003, head: 0.003 }
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  const { registry } = await loadPlugins({ named: ['@mdpd/backbone-bert'] });
  const provider = registry.backbones.get('bert');
  const backbone = provider.create(config);
  mkdirSync(workspace.path('bert'));
  workspace.write('bert/config.json', JSON.stringify(config));
  workspace.write('bert/vocab.txt', `${vocabulary.join('\n')}\n`);
  writeSafetensors(workspace.path('bert/model.safetensors'), provider.initialize(backbone, createRandom(2)));
  workspace.write('train.csv', reviews('train', 300));
  workspace.write('test.csv', reviews('test', 60));
  workspace.write('recipe.yaml', recipe);
  await succeed('train', 'recipe.yaml', '--out', 'run');
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

const texts = ['a great film', 'this story was so dull and the actor is the plot of it'];

describe('a BERT', () => {
  it('reads texts of the command line as Transformers.js reads them', async () => {
    const { stdout } = await succeed('predict', 'run', ...texts, '--json');
    const own = JSON.parse(stdout) as { value: string; probability: number }[];
    expect(own.map(({ value }) => value)).toEqual(['positive', 'negative']);

    await succeed('export', 'run', '--int8');
    const { env, pipeline } = await import('@huggingface/transformers');
    env.allowRemoteModels = false;
    env.localModelPath = `${workspace.path('run')}/`;
    for (const [dtype, digits] of [
      ['fp32', 5],
      ['q8', 2],
    ] as const) {
      const classify = await pipeline('text-classification', 'model', { dtype });
      const found = (await classify(texts)) as { label: string; score: number }[];
      found.forEach(({ label, score }, i) => {
        expect(label).toBe(own[i]!.value);
        expect(score).toBeCloseTo(own[i]!.probability, digits);
      });
      await classify.dispose();
    }
  });
});
