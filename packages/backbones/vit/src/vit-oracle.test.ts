/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by tools/oracles/vit.py. */
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
import { vitProvider } from './vit-provider.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-4;

interface Oracle {
  readonly backbone: Backbone;
  readonly head: Head | undefined;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
  readonly ignored: readonly string[];
}

function readConfig(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, name, 'config.json'), 'utf8')) as JsonObject;
}

async function readOracle(name: string, config = readConfig(name)): Promise<Oracle> {
  const backbone = vitProvider.create(config);
  const tensors = uploadRecord(await readSafetensors(path.join(ROOT, name, 'oracle.safetensors')));
  const outputs = tensors['logits']?.shape[1];
  const head = outputs === undefined ? undefined : backbone.head('classification', outputs);
  const specs = [...backbone.parameters, ...(head?.parameters ?? [])];
  const loaded = await loadParameters(path.join(ROOT, name), specs, vitProvider.canonicalName);
  expect(loaded.missing).toEqual([]);
  return { backbone, head, params: uploadRecord(loaded.parameters), tensors, ignored: loaded.ignored };
}

/** Everything that transformers computed, under the same names, computed by us. */
function compute({ backbone, head, params, tensors }: Oracle): TensorRecord {
  const results: TensorRecord = {};
  let state = backbone.embed(params, { pixel_values: tensors['pixel_values']! });
  results['hidden.0'] = state['image']!;
  for (let index = 0; index < backbone.blocks; index++) {
    results[`attention.${index}`] = backbone.attention!(params, index, state)['image']!;
    state = backbone.block(params, index, state);
    results[`hidden.${index + 1}`] = state['image']!;
  }
  const finished = backbone.finish(params, state);
  results['finished'] = finished['image']!;
  if (head) results['logits'] = head.apply(params, backbone.pool(params, finished));
  return results;
}

const names = readdirSync(ROOT).sort();

it('covers what a checkpoint may look like', () => {
  expect(names).toEqual([
    'classifier-f32',
    'grey-f16-no-qkv-bias',
    'new-names-relu',
    'pooler-gelu-new',
    'sharded-bf16',
  ]);
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(names)('hidden states, attention and logits of %s are those of transformers', async (name) => {
    const oracle = await readOracle(name);
    const results = compute(oracle);
    const isResult = (key: string): boolean => key !== 'pixel_values' && !isOfGradients(key);
    expectResults(results, oracle.tensors, isResult, TOLERANCE);
  });

  it('gradients of every parameter are those of PyTorch', async () => {
    const oracle = await readOracle('classifier-f32');
    const { params, tensors } = oracle;
    const output = (given: TensorRecord): tf.Tensor => compute({ ...oracle, params: given })['logits']!;
    expectGradients(output, params, tensors, vitProvider, TOLERANCE);
  });
});

describe('the oracles', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each([
    ['classifier-f32', { hidden_act: 'gelu_new' }],
    ['classifier-f32', { num_attention_heads: 2 }],
    ['pooler-gelu-new', { hidden_act: 'gelu' }],
    ['sharded-bf16', { hidden_act: 'silu' }],
    ['grey-f16-no-qkv-bias', { layer_norm_eps: 0.04 }],
    ['new-names-relu', { hidden_act: 'gelu' }],
  ])('would notice: %s with %j', async (name, change) => {
    const oracle = await readOracle(name, { ...readConfig(name), ...change });
    const last = `hidden.${oracle.backbone.blocks}`;
    expect(largestDifference(compute(oracle)[last]!, oracle.tensors[last]!)).toBeGreaterThan(10 * TOLERANCE);
  });

  it('holds a pooler, which is ignored', async () => {
    const { ignored } = await readOracle('pooler-gelu-new');
    expect(ignored).toEqual(['pooler.dense.bias', 'pooler.dense.weight']);
  });
});
