/** Settings: recipes, configurations of models, and what a run says about itself. */
import { join } from 'node:path';
import { loadRecipe } from '@mdpd/core/recipe-file';
import { resolveRecipe } from '@mdpd/core/recipe-resolve';
import type { Registry } from '@mdpd/core';
import { openFolder } from '@mdpd/cli/backbone-reference';
import { openModel } from '@mdpd/cli/model-folder';
import { loadPlugins } from '@mdpd/cli/plugins';
import { readFinishedRun } from '@mdpd/cli/run-folder';
import { preprocessingPresets, readPreprocessing } from '@mdpd/data/preprocessor-config';
import { readSettings } from '@mdpd/task-glue/saved-settings';
import type { FuzzInput } from '../input.ts';
import type { Mutation } from '../mutate/bytes.ts';
import { jsonMutation } from '../mutate/json.ts';
import { textMutations } from '../mutate/text.ts';
import { yamlMutations } from '../mutate/yaml.ts';
import type { Reader } from '../reader.ts';
import { fixture, json, mutateFile, one, root } from './corpus.ts';

let plugins: Promise<Registry> | undefined;
/** Of this workspace; loaded before anything is watched. */
const registry = (): Promise<Registry> =>
  (plugins ??= loadPlugins({ directory: root }).then((loaded) => loaded.registry));

const recipes = [
  'vtab/mnist',
  'vtab/folder',
  'glue/cola.bert-base',
  'text/messages',
  'refcoco/scenes',
  'vqa/scenes',
  'pretrain/tiny-vit',
];

export const recipe: Reader = {
  name: 'recipe',
  reads: 'a recipe in YAML, checked against the schemas of its task and method',
  async seeds() {
    await registry();
    return recipes.map((name) => one('x.yaml', fixture(`configs/${name}.yaml`)));
  },
  mutate: (random, seeds) =>
    mutateFile(random, seeds, () => [...yamlMutations, ...yamlMutations, ...textMutations]),
  async read(folder) {
    const loaded = loadRecipe(join(folder, 'x.yaml'), ['train.epochs=1']);
    loaded.locate(['data', 'train']);
    resolveRecipe(loaded, await registry());
  },
};

const settings = [...Array<Mutation>(12).fill(jsonMutation), ...textMutations];

/** A model without its weights: a few bytes stand for them. */
function modelSeed(config: Buffer, others: Record<string, Buffer>): FuzzInput {
  return { files: { 'config.json': config, ...others } };
}

const zoo = (model: string, name: string): Buffer => fixture(`packages/zoo/models/${model}/${name}`);
const t5 = json({
  model_type: 't5',
  vocab_size: 100,
  d_model: 16,
  d_kv: 8,
  d_ff: 32,
  num_layers: 2,
  num_heads: 2,
  relative_attention_num_buckets: 8,
  feed_forward_proj: 'relu',
  decoder_start_token_id: 0,
  eos_token_id: 1,
  pad_token_id: 0,
  tie_word_embeddings: true,
  architectures: ['T5ForConditionalGeneration'],
});

export const modelConfig: Reader = {
  name: 'config',
  reads: '`config.json` of every backbone, `preprocessor_config.json` and `mdpd_text.json` beside it',
  async seeds() {
    await registry();
    const processor = zoo('tiny-clip', 'preprocessor_config.json');
    return [
      modelSeed(zoo('tiny-vit', 'config.json'), { 'preprocessor_config.json': processor }),
      modelSeed(zoo('tiny-clip', 'config.json'), { 'preprocessor_config.json': processor }),
      modelSeed(zoo('tiny-vilt', 'config.json'), {
        'preprocessor_config.json': zoo('tiny-vilt', 'preprocessor_config.json'),
      }),
      modelSeed(zoo('tiny-bert', 'config.json'), { 'mdpd_text.json': zoo('tiny-bert', 'mdpd_text.json') }),
      modelSeed(t5, {}),
    ];
  },
  mutate: (random, seeds) => mutateFile(random, seeds, () => settings),
  async read(folder) {
    const { backbone, files } = openFolder(folder, 'x', await registry());
    const { inputs } = backbone;
    readSettings(files['mdpd_text.json']);
    const masked = 'pixel_mask' in inputs;
    if (inputs['pixel_values']) {
      for (const preset of preprocessingPresets)
        readPreprocessing({
          preset,
          config: files['preprocessor_config.json'],
          inputShape: inputs['pixel_values'].shape,
          masked,
          warn: () => undefined,
        });
    }
    // Weights are missing: what comes before them is read.
    await openModel(folder, 'x', await registry()).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'CHECKPOINT_NOT_FOUND') throw error;
    });
  },
};

const result = (): FuzzInput => ({
  files: { 'result.json': zoo('tiny-vit', 'result.json'), 'recipe.yaml': zoo('tiny-vit', 'recipe.yaml') },
});

export const runResult: Reader = {
  name: 'result',
  reads: '`result.json` of a run',
  seeds: () => Promise.resolve([result()]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => settings, ['result.json']),
  read: (folder) => Promise.resolve(void readFinishedRun(folder)),
};
