import type { Backbone, HeadKind, JsonObject, MdpdError, State, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { upload, uploadRecord } from '@mdpd/tensor/host';
import { modelUnderTest } from '@mdpd/testing/model-under-test';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { masksOf } from './testing/image-masks.ts';
import { viltProvider } from './vilt-provider.ts';

const config: JsonObject = {
  vocab_size: 23,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  max_position_embeddings: 6,
  image_size: 6,
  patch_size: 2,
  initializer_range: 0.4,
};
const wide: JsonObject = { ...config, mdpd: { canvas: [8, 10] } };
const sizes = [
  [6, 6],
  [2, 4],
  [4, 6],
] as const;
const kinds: [kind: HeadKind, outputs: number][] = [
  ['vqa', 5],
  ['classification', 3],
  ['matching', 1],
  ['box', 4],
];

/** Three texts of `lengths` tokens with images of `sizes`, whose pixels do not depend on the canvas. */
function batch(
  json: JsonObject,
  tokens: number,
  garbage = 0,
  lengths: readonly number[] = [4, 2, 3],
): TensorRecord {
  const backbone = viltProvider.create(json);
  const [, height, width] = backbone.inputs['pixel_values']!.shape as [number, number, number];
  const mask = masksOf(backbone, sizes);
  const text = (value: (row: number, at: number) => number, rest: number): tf.Tensor =>
    tf.tensor2d(
      lengths.map((length, row) =>
        Array.from({ length: tokens }, (_, at) => (at < length ? value(row, at) : rest)),
      ),
      [lengths.length, tokens],
      'int32',
    );
  const pixels = lengths.map((_, row) =>
    [0, 1, 2].map((channel) =>
      Array.from({ length: height }, (__, y) =>
        Array.from({ length: width }, (___, x) =>
          y < sizes[row]![0] && x < sizes[row]![1]
            ? Math.sin(1 + 50 * row + 7 * channel + 3 * y + 2 * x)
            : garbage,
        ),
      ),
    ),
  );
  return {
    input_ids: text((row, at) => 4 + ((7 * row + 5 * at) % 19), garbage),
    attention_mask: text(() => 1, 0),
    token_type_ids: text((_row, at) => Number(at > 1), garbage && 1),
    pixel_values: tf.tensor4d(pixels),
    pixel_mask: upload(mask),
  };
}

/** The finished state. */
function run(backbone: Backbone, params: TensorRecord, input: TensorRecord): State {
  let state = backbone.embed(params, input);
  for (let index = 0; index < backbone.blocks; index++) state = backbone.block(params, index, state);
  return backbone.finish(params, state);
}

function logits(json: JsonObject, kind: HeadKind, outputs: number, input: TensorRecord): tf.Tensor {
  const backbone = viltProvider.create(json);
  const { head, parameters } = modelUnderTest(viltProvider, backbone, { kind, outputs });
  const params = uploadRecord(parameters);
  const finished = run(backbone, params, input);
  return head.apply(params, head.features?.(params, finished) ?? backbone.pool(params, finished));
}

function difference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(kinds)('neither canvas nor padding changes the logits of %s', (kind, outputs) => {
    const plain = logits(config, kind, outputs, batch(config, 4));
    expect(difference(logits(wide, kind, outputs, batch(wide, 4)), plain)).toBeLessThan(1e-5);
    expect(difference(logits(wide, kind, outputs, batch(wide, 6)), plain)).toBeLessThan(1e-5);
    // Whatever stands where nobody looks.
    expect(difference(logits(wide, kind, outputs, batch(wide, 6, 9)), plain)).toBeLessThan(1e-5);
  });

  it.each(kinds)('an example of %s alone is as in a batch', (kind, outputs) => {
    const all = batch(config, 4);
    const together = logits(config, kind, outputs, all);
    const alone = Object.entries(all).map(([name, x]) => [name, tf.slice(x, 1, 1)] as const);
    const single = logits(config, kind, outputs, Object.fromEntries(alone));
    expect(difference(single, tf.slice(together, 1, 1))).toBeLessThan(1e-5);
  });

  it.each(kinds)('logits of %s are numbers where there is no text, and no image', (kind, outputs) => {
    const input = batch(config, 4, 0, [0, 2, 3]);
    const empty = { ...input, pixel_mask: tf.zerosLike(input['pixel_mask']!) };
    for (const each of [input, empty]) {
      expect(Array.from(logits(config, kind, outputs, each).dataSync()).every(Number.isFinite)).toBe(true);
    }
  });

  it('a box moves with what is looked at', () => {
    const backbone = viltProvider.create(config);
    const { head, parameters } = modelUnderTest(viltProvider, backbone, { kind: 'box', outputs: 4 });
    const key = parameters['box_head.key.weight']!;
    const sharp = {
      ...parameters,
      'box_head.key.weight': { ...key, data: key.data.map((x) => 1e6 * x) },
    };
    const params = uploadRecord(sharp);
    const input = batch(config, 4);
    const features = head.features!(params, run(backbone, params, input)).arraySync() as number[][];
    // Each of the four looks ends with a centre, which is now that of a patch of its image.
    const centres = (row: number): [x: number, y: number][] =>
      Array.from({ length: 4 }, (_, at) => {
        const start = 12 + at * 14 + 12;
        return [features[row]![start]!, features[row]![start + 1]!];
      });
    sizes.forEach(([height, width], row) => {
      for (const [x, y] of centres(row)) {
        const [column, line] = [(x * width) / 2 - 0.5, (y * height) / 2 - 0.5];
        expect(column).toBeCloseTo(Math.round(column), 3);
        expect(line).toBeCloseTo(Math.round(line), 3);
        expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
      }
    });
  });
});

describe('the backbone', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('gives streams and inputs from the configuration', () => {
    const backbone = viltProvider.create(wide);
    expect(backbone.streams).toEqual({
      multimodal: { tokens: 1 + 20 + 6, follows: 'input_ids', width: 12, heads: 3, pooled: 21, mask: 'mask' },
    });
    const text = { shape: [6], dtype: 'int32', variable: [0] };
    expect(backbone.inputs).toEqual({
      input_ids: text,
      attention_mask: text,
      token_type_ids: text,
      pixel_values: { shape: [3, 8, 10], dtype: 'float32' },
      pixel_mask: { shape: [8, 10], dtype: 'int32' },
    });
    const untyped = viltProvider.create({ ...config, type_vocab_size: 1 });
    expect(Object.keys(untyped.inputs)).not.toContain('token_type_ids');
  });

  it('shows the pixels of the canvas, channels last', () => {
    const input = batch(wide, 4);
    const grid = viltProvider.create(wide).rawGrid!(input)['multimodal']!;
    expect(grid.shape).toEqual([3, 8, 10, 3]);
    const pixels = input['pixel_values']!.arraySync() as number[][][][];
    expect((grid.arraySync() as number[][][][])[1]![1]![2]).toEqual(
      [0, 1, 2].map((c) => pixels[1]![c]![1]![2]),
    );
  });

  it('refuses inputs of other shapes, and says how to go on', () => {
    const refusal = (change: TensorRecord): unknown => {
      try {
        return viltProvider.create(wide).embed({}, { ...batch(wide, 4), ...change });
      } catch (error) {
        const { code, message, allowed, fix } = error as MdpdError;
        return { code, message, allowed, fix };
      }
    };
    const code = 'BACKBONE_INPUT';
    expect(refusal({ input_ids: tf.zeros([3, 7]) })).toEqual({
      code,
      message: 'input_ids has shape [3, 7]',
      allowed: '[batch, tokens] of 1 to 6 tokens, as many as the model has positions',
      fix: 'cut texts to 6 tokens',
    });
    expect(refusal({ attention_mask: tf.zeros([3, 5]) })).toMatchObject({
      code,
      message: 'attention_mask has shape [3, 5]',
      allowed: '[3, 4], as input_ids',
    });
    expect(refusal({ pixel_values: tf.zeros([3, 3, 6, 6]) })).toMatchObject({
      code,
      message: 'pixel_values has shape [3, 3, 6, 6]',
      allowed: '[3, 3, 8, 10], as mdpd.canvas of config.json says, else its image_size',
    });
    expect(refusal({ pixel_mask: tf.zeros([2, 8, 10]) })).toMatchObject({
      code,
      message: 'pixel_mask has shape [2, 8, 10]',
    });
    const withoutMask = Object.entries(batch(wide, 4)).filter(([name]) => name !== 'pixel_mask');
    expect(() => viltProvider.create(wide).embed({}, Object.fromEntries(withoutMask))).toThrow(
      'pixel_mask is missing',
    );
  });
});
