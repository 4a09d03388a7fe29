/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by tools/oracles/vilt.py. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backbone, Head, HeadKind, JsonObject, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { uploadRecord } from '@mdpd/tensor/host';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { expectGradients, expectResults, isOfGradients, largestDifference } from '@mdpd/testing/oracle';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pooler } from './pooler.ts';
import { viltProvider } from './vilt-provider.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-4;
const POOLER = ['vilt.pooler.dense.weight', 'vilt.pooler.dense.bias'];

interface Oracle {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
  readonly ignored: readonly string[];
}

/** The head of the class that saved the checkpoint; of those without, any that reads the pooler. */
const kinds: Readonly<Record<string, HeadKind>> = {
  answers: 'vqa',
  'bare-grey-sharded-bf16': 'matching',
  box: 'box',
  'classifier-of-one-image': 'classification',
  'masked-lm-relu': 'matching',
  'matching-wide-canvas-f16': 'matching',
};

function readConfig(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, name, 'config.json'), 'utf8')) as JsonObject;
}

async function readOracle(name: string, config = readConfig(name)): Promise<Oracle> {
  const backbone = viltProvider.create(config);
  const tensors = uploadRecord(await readSafetensors(path.join(ROOT, name, 'oracle.safetensors')));
  const head = backbone.head(kinds[name]!, tensors['logits']?.shape[1] ?? 1)!;
  const specs = [...backbone.parameters, ...head.parameters];
  const words = backbone.head('maskedLm', 1)!.parameters.map((spec) => spec.name);
  const options = { allowed: name === 'masked-lm-relu' ? words : [] };
  const loaded = await loadParameters(path.join(ROOT, name), specs, viltProvider.canonicalName, options);
  const absent = 'logits' in tensors ? [] : ['rank_output.weight', 'rank_output.bias'];
  expect(loaded.missing).toEqual(absent);
  return { backbone, head, params: uploadRecord(loaded.parameters), tensors, ignored: loaded.ignored };
}

/** Numbers of our tokens in the order of Hugging Face: the text first. */
function textFirst({ streams }: Backbone, tokens: number): tf.Tensor1D {
  const start = streams['multimodal']!.pooled as number;
  const ours = Array.from({ length: tokens }, (_, index) => index);
  return tf.tensor1d([...ours.slice(start), ...ours.slice(0, start)], 'int32');
}

const inputsOf = ({ backbone, tensors }: Oracle): TensorRecord =>
  Object.fromEntries(Object.keys(backbone.inputs).map((name) => [name, tensors[name]!]));

/** Everything that transformers computed, under the same names and in its order, computed by us. */
function compute(oracle: Oracle): TensorRecord {
  const { backbone, head, params, tensors } = oracle;
  let state = backbone.embed(params, inputsOf(oracle));
  const order = textFirst(backbone, state['multimodal']!.shape[1]!);
  // Patches outside of an image and their attention are nobody's: transformers has none there.
  const real = tf.tidy(() => {
    const text = tensors['input_ids']!.shape[1]!;
    const shown = tf.concat(
      [tf.ones([3, text]), tf.slice(state['mask']!, [0, 0], [-1, order.size - text])],
      1,
    );
    return tf.expandDims(shown, 2);
  });
  const tokens = (x: tf.Tensor): tf.Tensor => tf.mul(tf.gather(x, order, 1), real);
  const results: TensorRecord = { 'hidden.0': tokens(state['multimodal']!) };
  for (let index = 0; index < backbone.blocks; index++) {
    const map = backbone.attention!(params, index, state)['multimodal']!;
    const sorted = tf.gather(tf.gather(map, order, 2), order, 3);
    results[`attention.${index}`] = tf.mul(sorted, tf.expandDims(real, 1));
    state = backbone.block(params, index, state);
    results[`hidden.${index + 1}`] = tokens(state['multimodal']!);
  }
  const finished = backbone.finish(params, state);
  results['finished'] = tokens(finished['multimodal']!);
  const pooled = backbone.pool(params, finished);
  results['pooled'] = pooler(params, pooled);
  if (!('logits' in tensors)) return results;
  return { ...results, logits: head.apply(params, head.features?.(params, finished) ?? pooled) };
}

const names = readdirSync(ROOT).sort();

it('covers what a checkpoint may look like', () => {
  expect(names).toEqual(Object.keys(kinds).sort());
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(names)('hidden states, attention and logits of %s are those of transformers', async (name) => {
    const oracle = await readOracle(name);
    const results = compute(oracle);
    const isResult = (key: string): boolean => !(key in oracle.backbone.inputs) && !isOfGradients(key);
    expectResults(results, oracle.tensors, isResult, TOLERANCE);
  });

  it('gradients of every parameter are those of PyTorch', async () => {
    const oracle = await readOracle('answers');
    const { params, tensors } = oracle;
    const output = (given: TensorRecord): tf.Tensor => compute({ ...oracle, params: given })['logits']!;
    expectGradients(output, params, tensors, viltProvider, TOLERANCE);
  });
});

describe('the oracles', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each([
    ['answers', { hidden_act: 'gelu_new' }],
    ['answers', { num_attention_heads: 2 }],
    ['matching-wide-canvas-f16', { layer_norm_eps: 1e-12 }],
    ['bare-grey-sharded-bf16', { hidden_act: 'relu' }],
    ['classifier-of-one-image', { num_attention_heads: 4 }],
  ])('would notice: %s with %j', async (name, change) => {
    const oracle = await readOracle(name, { ...readConfig(name), ...change });
    const last = `hidden.${oracle.backbone.blocks}`;
    expect(largestDifference(compute(oracle)[last]!, oracle.tensors[last]!)).toBeGreaterThan(10 * TOLERANCE);
  });

  it.each([
    ['attention_mask', 'answers'],
    ['token_type_ids', 'answers'],
    ['pixel_mask', 'answers'],
    ['pixel_mask', 'matching-wide-canvas-f16'],
  ])('would notice that the %s of %s is ignored', async (input, name) => {
    const oracle = await readOracle(name);
    const tensors = { ...oracle.tensors, [input]: tf.onesLike(oracle.tensors[input]!) };
    const difference = largestDifference(compute({ ...oracle, tensors })['pooled']!, tensors['pooled']!);
    expect(difference).toBeGreaterThan(10 * TOLERANCE);
  });

  it('of masked language modelling holds its head', async () => {
    const name = 'masked-lm-relu';
    const { parameters } = viltProvider.create(readConfig(name)).head('maskedLm', 1)!;
    const loaded = await loadParameters(path.join(ROOT, name), parameters, viltProvider.canonicalName, {
      otherHead: true,
      allowed: viltProvider
        .create(readConfig(name))
        .parameters.map((spec) => spec.name)
        .concat(POOLER),
    });
    expect(loaded.missing).toEqual([]);
  });
});
