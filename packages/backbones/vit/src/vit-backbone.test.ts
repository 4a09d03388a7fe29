import type { Backbone, JsonObject, MdpdError, Params, Stage, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { uploadRecord } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { vjp } from '@mdpd/tensor/vjp';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createVit } from './vit-backbone.ts';
import { vitProvider } from './vit-provider.ts';

const json: JsonObject = {
  hidden_size: 12,
  num_hidden_layers: 3,
  num_attention_heads: 3,
  intermediate_size: 20,
  image_size: [8, 12],
  patch_size: 4,
  initializer_range: 0.4,
};
const backbone = createVit(json);
const head = backbone.head('classification', 5)!;
const noBias = createVit({ ...json, qkv_bias: false });

/** Parameters of backbone and head in which nothing is 0 or 1. */
function parameters(vit = backbone): TensorRecord {
  const random = createRandom(3);
  const headSpecs = Object.fromEntries(
    head.parameters.map(({ name, shape }) => [name, tf.randomNormal([...shape], 0, 0.3, 'float32', 5)]),
  );
  const own = uploadRecord(vitProvider.initialize(vit, random));
  const moved = Object.entries(own).map(([name, tensor], index) => {
    const noise = tf.randomNormal(tensor.shape, 0, 0.2, 'float32', index + 1);
    return [name, tf.add(tensor, noise)] as const;
  });
  return { ...Object.fromEntries(moved), ...headSpecs };
}

function images(batch = 2): Readonly<TensorRecord> {
  return { pixel_values: tf.randomNormal([batch, 3, 8, 12], 0, 1, 'float32', 11) };
}

function logits(params: Params, input: Readonly<TensorRecord>): tf.Tensor {
  let state = backbone.embed(params, input);
  for (let index = 0; index < backbone.blocks; index++) state = backbone.block(params, index, state);
  return head.apply(params, backbone.pool(params, backbone.finish(params, state)));
}

/** Names of a stage's parameters. */
function ownNames(vit: Backbone, stage: Stage): string[] {
  return [...vit.parameters, ...head.parameters]
    .filter((spec) => spec.stage === stage)
    .map(({ name }) => name);
}

/** Runs `fn` with parameters of which it may read those of one stage alone, and must read all of these. */
function inStage<T>(vit: Backbone, params: Params, stage: Stage, fn: (params: Params) => T): T {
  const own = ownNames(vit, stage);
  const seen = new Set<string>();
  const result = fn(
    new Proxy(params, {
      get(target, name) {
        if (!own.includes(String(name))) throw new Error(`stage ${stage} reads ${String(name)}`);
        seen.add(String(name));
        return target[String(name)];
      },
    }),
  );
  expect([...seen].sort()).toEqual(own.sort());
  return result;
}

describe.each(['wasm', 'cpu'] as const)('the ViT on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('computes the same bytes twice', async () => {
    const [params, input] = [parameters(), images()];
    const [first, second] = [logits(params, input), logits(params, input)];
    expect(await first.data()).toEqual(await second.data());
    tf.dispose([params, input, first, second]);
  });

  it('leaves no tensor behind, and changes none of its inputs', async () => {
    const [params, input] = [parameters(), images()];
    const before = await input['pixel_values']!.data();
    const { numTensors } = tf.memory();
    tf.tidy(() => {
      logits(params, input);
      backbone.attention!(params, 0, backbone.embed(params, input));
      backbone.rawTokens!(input, 2);
    });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(await input['pixel_values']!.data()).toEqual(before);
    tf.dispose([params, input]);
  });

  it('sends a finite gradient to every parameter', async () => {
    const [params, input] = [parameters(), images(3)];
    const cotangent = tf.randomNormal([3, 5], 0, 1, 'float32', 21);
    const gradients = vjp((inputs) => ({ logits: logits(inputs, input) }), params, { logits: cotangent });
    for (const { name, shape } of [...backbone.parameters, ...head.parameters]) {
      const gradient = gradients[name]!;
      expect(gradient.shape, name).toEqual(shape);
      const largest = Math.max(...Array.from(await gradient.data(), Math.abs));
      expect(largest, name).toBeLessThan(1e4);
      // A bias of the keys moves all scores of a query alike, which the soft-max does not see.
      if (!name.endsWith('key.bias')) expect(largest, name).toBeGreaterThan(1e-3);
    }
    tf.dispose([params, input, cotangent, gradients]);
  });

  it.each([
    ['with', backbone],
    ['without', noBias],
  ])(
    'reads in every stage all of its own parameters and no other, %s biases of query, key and value',
    (_, vit) => {
      const [params, input] = [parameters(vit), images()];
      tf.tidy(() => {
        let state = inStage(vit, params, 'embed', (own) => vit.embed(own, input));
        for (let index = 0; index < vit.blocks; index++) {
          state = inStage(vit, params, index, (own) => vit.block(own, index, state));
          expect(state['image']!.shape).toEqual([2, 7, 12]);
        }
        const finished = inStage(vit, params, 'finish', (own) => vit.finish(own, state));
        const pooled = vit.pool({}, finished);
        expect(pooled.shape).toEqual([2, 12]);
        expect(inStage(vit, params, 'head', (own) => head.apply(own, pooled)).shape).toEqual([2, 5]);
      });
      tf.dispose([params, input]);
    },
  );

  it('passes constants of the state on unchanged', () => {
    const [params, input] = [parameters(), images()];
    tf.tidy(() => {
      const mask = tf.ones([2, 7]);
      const state = { ...backbone.embed(params, input), mask };
      expect(backbone.block(params, 0, state)['mask']).toBe(mask);
      expect(backbone.finish(params, state)['mask']).toBe(mask);
    });
    tf.dispose([params, input]);
  });
});

describe('the patch embedding', () => {
  beforeAll(() => useBackend('cpu'));

  it('equals a convolution whose stride is its filter', async () => {
    const [params, input] = [parameters(), images()];
    const [width, channels, patch] = [12, 3, 4];
    const patches = 'vit.embeddings.patch_embeddings.projection';
    const filters = params[`${patches}.weight`] as tf.Tensor4D;
    expect(filters.shape).toEqual([width, channels, patch, patch]);
    const difference = tf.tidy(() => {
      const convolved = tf.conv2d(
        tf.transpose(input['pixel_values'] as tf.Tensor4D, [0, 2, 3, 1]),
        tf.transpose(filters, [2, 3, 1, 0]),
        patch,
        'valid',
      );
      const projected = tf.add(tf.reshape(convolved, [2, 6, width]), params[`${patches}.bias`]!);
      const tokens = tf.concat([tf.tile(params['vit.embeddings.cls_token']!, [2, 1, 1]), projected], 1);
      const expected = tf.add(tokens, params['vit.embeddings.position_embeddings']!);
      return tf.max(tf.abs(tf.sub(backbone.embed(params, input)['image']!, expected)));
    });
    expect((await difference.data())[0]).toBeLessThan(1e-5);
    tf.dispose([params, input, difference]);
  });
});

describe('the contract', () => {
  beforeAll(() => useBackend('cpu'));

  it('gives streams, inputs and heads from the configuration', () => {
    expect(backbone.family).toBe('vit');
    expect(backbone.config).toBe(json);
    expect(backbone.blocks).toBe(3);
    expect(backbone.streams).toEqual({ image: { tokens: 7, width: 12, heads: 3, pooled: 0 } });
    expect(backbone.inputs).toEqual({ pixel_values: { shape: [3, 8, 12], dtype: 'float32' } });
    expect(head.architecture).toBe('ViTForImageClassification');
    expect(backbone.head('regression', 1)!.parameters.map(({ shape }) => shape)).toEqual([[1, 12], [1]]);
  });

  it('gives raw tokens: zeros for CLS, then the windows of the patches', async () => {
    const pixels = tf.range(0, 8 * 12, 1, 'float32');
    const grey = createVit({ ...json, num_channels: 1 });
    const tokens = grey.rawTokens!({ pixel_values: tf.reshape(pixels, [1, 1, 8, 12]) }, 1)['image']!;
    expect(tokens.shape).toEqual([1, 7, 36]);
    const [rows] = (await tokens.array()) as [number[][]];
    expect(rows![0]).toEqual(new Array(36).fill(0));
    const window = (top: number, left: number): number[] =>
      Array.from({ length: 36 }, (_, index) => {
        const [y, x] = [top - 1 + Math.floor(index / 6), left - 1 + (index % 6)];
        return y >= 0 && y < 8 && x >= 0 && x < 12 ? y * 12 + x : 0;
      });
    expect(rows![1]).toEqual(window(0, 0));
    expect(rows![2]).toEqual(window(0, 4));
    expect(rows![6]).toEqual(window(4, 8));
    expect(() => grey.rawTokens!({ pixel_values: tf.zeros([1, 1, 8, 12]) }, -1)).toThrow(
      'context is -1: it must be a whole number of pixels, at least 0',
    );
  });

  it('refuses images of another shape', () => {
    const refusal = (input: TensorRecord): unknown => {
      try {
        return backbone.embed({}, input);
      } catch (error) {
        const { code, message, allowed, fix } = error as MdpdError;
        return { code, message, allowed, fix };
      }
    };
    expect(refusal({ pixel_values: tf.zeros([2, 3, 16, 16]) })).toEqual({
      code: 'BACKBONE_INPUT',
      message: 'pixel_values has shape [2, 3, 16, 16]',
      allowed: '[batch, 3, 8, 12], as num_channels and image_size of config.json say',
      fix: 'resize the images to 12 × 8 pixels',
    });
    expect(refusal({})).toMatchObject({ code: 'BACKBONE_INPUT', message: 'pixel_values is missing' });
    expect(refusal({ pixel_values: tf.zeros([3, 8, 12]) })).toMatchObject({ code: 'BACKBONE_INPUT' });
  });

  it('names a parameter that is missing', () => {
    expect(() => backbone.finish({}, { image: tf.zeros([1, 7, 12]) })).toThrow(
      'the ViT was given no tensor "vit.layernorm.weight"',
    );
  });
});
