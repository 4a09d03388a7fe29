/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by oracle.py. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backbone, Head, JsonObject, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { uploadRecord } from '@mdpd/tensor/host';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { expectGradients, expectResults, isOfGradients, largestDifference } from '@mdpd/testing/oracle';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { deitProvider } from './deit-provider.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-4;

beforeAll(() => useBackend('wasm'));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

interface Oracle {
  readonly backbone: Backbone;
  readonly head: Head | undefined;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
  readonly ignored: readonly string[];
}

async function readOracle(name: string, changes: JsonObject = {}): Promise<Oracle> {
  const folder = path.join(ROOT, name);
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as JsonObject;
  const backbone = deitProvider.create({ ...config, ...changes });
  const tensors = uploadRecord(await readSafetensors(path.join(folder, 'oracle.safetensors')));
  const outputs = tensors['logits']?.shape[1];
  const head = outputs === undefined ? undefined : backbone.head('classification', outputs);
  const specs = [...backbone.parameters, ...(head?.parameters ?? [])];
  const loaded = await loadParameters(folder, specs, deitProvider.canonicalName);
  expect(loaded.missing).toEqual([]);
  return { backbone, head, params: uploadRecord(loaded.parameters), tensors, ignored: loaded.ignored };
}

/** Everything that transformers computed, under the same names, computed by us. */
function compute({ backbone, head, params, tensors }: Oracle): TensorRecord {
  const results: TensorRecord = {};
  let state = backbone.embed(params, { pixel_values: tensors['pixel_values']! });
  results['hidden.0'] = state['image']!;
  for (let index = 0; index < backbone.blocks; index++) {
    state = backbone.block(params, index, state);
    results[`hidden.${index + 1}`] = state['image']!;
  }
  const finished = backbone.finish(params, state);
  results['finished'] = finished['image']!;
  if (head) results['logits'] = head.apply(params, head.features!(params, finished));
  return results;
}

it.each(['with-teacher', 'base-grey'])(
  'hidden states and logits of %s are those of transformers',
  async (name) => {
    const oracle = await readOracle(name);
    const isResult = (key: string): boolean => key !== 'pixel_values' && !isOfGradients(key);
    expectResults(compute(oracle), oracle.tensors, isResult, TOLERANCE);
  },
);

it('gradients of every parameter are those of PyTorch', async () => {
  const oracle = await readOracle('with-teacher');
  const output = (params: TensorRecord): tf.Tensor => compute({ ...oracle, params })['logits']!;
  expectGradients(output, oracle.params, oracle.tensors, deitProvider, TOLERANCE);
});

it('ignores the pooler of a base model', async () => {
  const { ignored } = await readOracle('base-grey');
  expect(ignored).toEqual(['pooler.dense.bias', 'pooler.dense.weight']);
});

it.each([
  ['with-teacher', { num_attention_heads: 2 }],
  ['with-teacher', { hidden_act: 'gelu_new' }],
  ['base-grey', { hidden_act: 'relu' }],
])('the oracle would notice: %s with %j', async (name, changes) => {
  const oracle = await readOracle(name, changes);
  const last = `hidden.${oracle.backbone.blocks}`;
  expect(largestDifference(compute(oracle)[last]!, oracle.tensors[last]!)).toBeGreaterThan(3 * TOLERANCE);
});
