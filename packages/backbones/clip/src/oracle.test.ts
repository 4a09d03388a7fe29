/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by tools/oracles/clip.py. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backbone, Head, JsonObject, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { uploadRecord } from '@mdpd/tensor/host';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { expectGradients, expectResults, isOfGradients, largestDifference } from '@mdpd/testing/oracle';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { towerNames } from './clip-config.ts';
import { clipProvider } from './clip-provider.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-4;

interface Oracle {
  readonly backbone: Backbone;
  readonly embeddings: Head;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
}

function readConfig(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, name, 'config.json'), 'utf8')) as JsonObject;
}

/** Layers of a tower. */
const layersOf = ({ streams }: Backbone, tower: string): number => streams[tower]!.blocks![1];

async function readOracle(name: string, config = readConfig(name)): Promise<Oracle> {
  const backbone = clipProvider.create(config);
  const tensors = uploadRecord(await readSafetensors(path.join(ROOT, name, 'oracle.safetensors')));
  const embeddings = backbone.head('embeddings', 0)!;
  const head = name === 'box' ? backbone.head('box', 4)! : embeddings;
  const specs = [...backbone.parameters, ...head.parameters];
  const loaded = await loadParameters(path.join(ROOT, name), specs, clipProvider.canonicalName);
  expect([loaded.missing, loaded.ignored]).toEqual([[], []]);
  return { backbone, embeddings, params: uploadRecord(loaded.parameters), tensors };
}

/** Everything that transformers computed, under the same names, computed by us. */
function compute({ backbone, embeddings, params, tensors }: Oracle): TensorRecord {
  const input = Object.fromEntries(Object.keys(backbone.inputs).map((name) => [name, tensors[name]!]));
  let state = backbone.embed(params, input);
  const results: TensorRecord = {};
  for (const tower of towerNames) results[`${tower}.hidden.0`] = state[tower]!;
  for (let index = 0; index < backbone.blocks; index++) {
    const maps = backbone.attention!(params, index, state);
    state = backbone.block(params, index, state);
    for (const tower of towerNames.filter((each) => index < layersOf(backbone, each))) {
      results[`${tower}.attention.${index}`] = maps[tower]!;
      results[`${tower}.hidden.${index + 1}`] = state[tower]!;
    }
  }
  const finished = backbone.finish(params, state);
  const pooled = backbone.pool(params, finished);
  const [image, text] = tf.split(embeddings.apply(params, pooled), 2, 1) as [tf.Tensor, tf.Tensor];
  const box = 'logits' in tensors ? backbone.head('box', 4)! : undefined;
  return {
    ...results,
    'text.finished': finished['text']!,
    pooled,
    image_embeds: image,
    text_embeds: text,
    logits_per_image: tf.mul(tf.matMul(image, text, false, true), finished['cosine_factor']!),
    ...(box ? { logits: box.apply(params, box.features!(params, finished)) } : {}),
  };
}

const names = readdirSync(ROOT).sort();

it('covers what a checkpoint may look like', () => {
  expect(names).toEqual(['box', 'config-dicts', 'embeddings', 'grey-sharded-bf16', 'old-end-gelu-f16']);
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(names)('states, attention, vectors and logits of %s are those of transformers', async (name) => {
    const oracle = await readOracle(name);
    const results = compute(oracle);
    const isResult = (key: string): boolean => !(key in oracle.backbone.inputs) && !isOfGradients(key);
    expectResults(results, oracle.tensors, isResult, TOLERANCE);
  });

  it('gradients of every parameter are those of PyTorch', async () => {
    const oracle = await readOracle('embeddings');
    const { params, tensors } = oracle;
    const output = (given: TensorRecord): tf.Tensor =>
      compute({ ...oracle, params: given })['logits_per_image']!;
    expectGradients(output, params, tensors, clipProvider, TOLERANCE);
  });
});

describe('the oracles', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each<[name: string, section: string, change: JsonObject]>([
    ['embeddings', 'text_config', { hidden_act: 'gelu' }],
    ['embeddings', 'vision_config', { hidden_act: 'gelu' }],
    ['embeddings', 'text_config', { num_attention_heads: 2 }],
    ['embeddings', 'text_config', { eos_token_id: 2 }],
    ['old-end-gelu-f16', 'text_config', { eos_token_id: 18, hidden_act: 'quick_gelu' }],
    ['grey-sharded-bf16', 'text_config', { layer_norm_eps: 1e-5 }],
    ['grey-sharded-bf16', 'vision_config', { layer_norm_eps: 1e-5 }],
    ['config-dicts', 'text_config_dict', { hidden_act: 'relu' }],
  ])('would notice: %s with %s %j', async (name, section, change) => {
    const config = readConfig(name);
    const changed = { ...config, [section]: { ...(config[section] as JsonObject), ...change } };
    const oracle = await readOracle(name, changed);
    const difference = largestDifference(
      compute(oracle)['logits_per_image']!,
      oracle.tensors['logits_per_image']!,
    );
    expect(difference).toBeGreaterThan(10 * TOLERANCE);
  });

  it('would notice that the mask of texts is ignored', async () => {
    const oracle = await readOracle('embeddings');
    const tensors = { ...oracle.tensors, attention_mask: tf.onesLike(oracle.tensors['attention_mask']!) };
    const difference = largestDifference(
      compute({ ...oracle, tensors })['text.finished']!,
      oracle.tensors['text.finished']!,
    );
    expect(difference).toBeGreaterThan(10 * TOLERANCE);
  });
});
