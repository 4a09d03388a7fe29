/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by tools/oracles/bert.py. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backbone, BackboneProvider, Head, HeadKind, JsonObject, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { uploadRecord } from '@mdpd/tensor/host';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { expectGradients, expectResults, largestDifference } from '@mdpd/testing/oracle';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-5;

interface Oracle {
  readonly provider: BackboneProvider;
  readonly backbone: Backbone;
  readonly head: Head | undefined;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

function readConfig(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, name, 'config.json'), 'utf8')) as JsonObject;
}

function providerOf(name: string): BackboneProvider {
  const family = name.split('-', 1)[0]!;
  return { bert: bertProvider, roberta: robertaProvider, distilbert: distilbertProvider }[family]!;
}

/** The head of the class that saved the checkpoint, where it has one. */
function kindOf(name: string): HeadKind | undefined {
  const [architecture] = readConfig(name)['architectures'] as [string];
  if (architecture.endsWith('ForSequenceClassification')) {
    return name.includes('regression') ? 'regression' : 'classification';
  }
  return /For(MaskedLM|PreTraining)$/.test(architecture) ? 'maskedLm' : undefined;
}

async function readOracle(name: string, config = readConfig(name), kind = kindOf(name)): Promise<Oracle> {
  const provider = providerOf(name);
  const backbone = provider.create(config);
  const tensors = uploadRecord(await readSafetensors(path.join(ROOT, name, 'oracle.safetensors')));
  const head = kind && backbone.head(kind, tensors['logits']?.shape.at(-1) ?? 2);
  const specs = [...backbone.parameters, ...(head?.parameters ?? [])];
  const pooler = backbone.head('classification', 2)!.parameters.map((spec) => spec.name);
  const { parameters, missing, ignored } = await loadParameters(
    path.join(ROOT, name),
    specs,
    provider.canonicalName,
    { otherHead: true, allowed: pooler },
  );
  return { provider, backbone, head, params: uploadRecord(parameters), tensors, missing, ignored };
}

const inputsOf = (tensors: TensorRecord): TensorRecord =>
  Object.fromEntries(
    Object.entries(tensors).filter(([key]) => /^(input_ids|attention_mask|token_type_ids)$/.test(key)),
  );

/** Everything that transformers computed, under the same names, computed by us. */
function compute({ backbone, head, params, tensors }: Oracle): TensorRecord {
  const results: TensorRecord = {};
  let state = backbone.embed(params, inputsOf(tensors));
  results['hidden.0'] = state['text']!;
  for (let index = 0; index < backbone.blocks; index++) {
    results[`attention.${index}`] = backbone.attention!(params, index, state)['text']!;
    state = backbone.block(params, index, state);
    results[`hidden.${index + 1}`] = state['text']!;
  }
  const finished = backbone.finish(params, state);
  if (!head) return results;
  const features = head.stream ? finished[head.stream]! : backbone.pool(params, finished);
  return { ...results, logits: head.apply(params, features) };
}

const names = readdirSync(ROOT).sort();
const withGradients = [
  'bert-classifier',
  'bert-masked-lm',
  'distilbert-classifier',
  'roberta-classifier',
  'roberta-masked-lm',
];

it('covers what a checkpoint may look like', () => {
  expect(names).toEqual([
    'bert-bare-no-pooler',
    'bert-bare-pooler-sharded',
    'bert-classifier',
    'bert-legacy-names',
    'bert-masked-lm',
    'bert-regression-f16',
    'distilbert-bare',
    'distilbert-classifier',
    'distilbert-masked-lm',
    'roberta-bare-pooler-bf16',
    'roberta-classifier',
    'roberta-masked-lm',
    'roberta-regression-types',
  ]);
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(names)('hidden states, attention and logits of %s are those of transformers', async (name) => {
    const oracle = await readOracle(name);
    expect(oracle.missing).toEqual([]);
    const { backbone, tensors } = oracle;
    expect(Object.keys(inputsOf(tensors)).sort()).toEqual(Object.keys(backbone.inputs).sort());
    const results = compute(oracle);
    const isResult = (key: string): boolean => /^(hidden\.|attention\.|logits$)/.test(key);
    expectResults(results, tensors, isResult, TOLERANCE);
  });

  it.each(withGradients)('gradients of every parameter of %s are those of PyTorch', async (name) => {
    const oracle = await readOracle(name);
    const { provider, params, tensors } = oracle;
    const output = (given: TensorRecord): tf.Tensor => compute({ ...oracle, params: given })['logits']!;
    expectGradients(output, params, tensors, provider, TOLERANCE);
  });
});

describe('the oracles', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each([
    ['bert-classifier', { hidden_act: 'gelu_new' }],
    ['bert-classifier', { num_attention_heads: 2 }],
    ['bert-regression-f16', { layer_norm_eps: 0.04 }],
    ['bert-masked-lm', { hidden_act: 'gelu' }],
    ['roberta-classifier', { hidden_act: 'relu' }],
    ['roberta-regression-types', { pad_token_id: 2 }],
    ['distilbert-classifier', { activation: 'gelu_new' }],
    ['distilbert-bare', { n_heads: 2 }],
  ])('would notice: %s with %j', async (name, change) => {
    const oracle = await readOracle(name, { ...readConfig(name), ...change });
    const last = `hidden.${oracle.backbone.blocks}`;
    expect(largestDifference(compute(oracle)[last]!, oracle.tensors[last]!)).toBeGreaterThan(10 * TOLERANCE);
  });

  it.each([
    ['attention_mask', 'bert-classifier'],
    ['attention_mask', 'roberta-classifier'],
    ['attention_mask', 'distilbert-classifier'],
    ['token_type_ids', 'bert-classifier'],
  ])('would notice that the %s of %s are ignored', async (input, name) => {
    const oracle = await readOracle(name);
    const tensors = { ...oracle.tensors, [input]: tf.onesLike(oracle.tensors[input]!) };
    const last = `hidden.${oracle.backbone.blocks}`;
    const difference = largestDifference(compute({ ...oracle, tensors })[last]!, tensors[last]!);
    expect(difference).toBeGreaterThan(10 * TOLERANCE);
  });

  it.each([
    ['bert-bare-pooler-sharded', ['embeddings.position_ids', 'pooler.dense.bias', 'pooler.dense.weight']],
    [
      'bert-legacy-names',
      [
        'bert.pooler.dense.bias',
        'bert.pooler.dense.weight',
        'cls.seq_relationship.bias',
        'cls.seq_relationship.weight',
      ],
    ],
    ['roberta-bare-pooler-bf16', ['pooler.dense.bias', 'pooler.dense.weight']],
    ['bert-bare-no-pooler', []],
  ])('of %s hold what nobody reads there: %j', async (name, ignored) => {
    const oracle = await readOracle(name);
    expect([...oracle.ignored].sort()).toEqual(ignored);
  });

  it.each([
    ['bert-bare-pooler-sharded', ['classifier.weight', 'classifier.bias']],
    ['bert-legacy-names', ['classifier.weight', 'classifier.bias']],
    [
      'bert-bare-no-pooler',
      ['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
    ],
    [
      'roberta-bare-pooler-bf16',
      [
        'classifier.dense.weight',
        'classifier.dense.bias',
        'classifier.out_proj.weight',
        'classifier.out_proj.bias',
      ],
    ],
    [
      'distilbert-bare',
      ['pre_classifier.weight', 'pre_classifier.bias', 'classifier.weight', 'classifier.bias'],
    ],
  ])('of %s leave to a new classifier: %j', async (name, missing) => {
    expect((await readOracle(name, readConfig(name), 'classification')).missing).toEqual(missing);
  });
});
